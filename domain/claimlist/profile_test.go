package claimlist_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/claimlist"
	"arrears/domain/fault"
)

func TestShippedProfilesAreValidAndSaySo(t *testing.T) {
	t.Parallel()
	names := claimlist.ShippedNames()
	require.Equal(t, []string{"arrears", "portal-json", "retail-us"}, names)
	for _, name := range names {
		p := shipped(t, name)
		require.Equal(t, name, p.Name)
		require.NotEmpty(t, p.Description)
	}
	for _, name := range []string{"", "nobodys", "../profiles/arrears", "Arrears"} {
		_, err := claimlist.Shipped(name)
		require.Equal(t, claimlist.CodeUnknownProfile, fault.CodeOf(err), name)
	}
}

func TestAProfileThatContradictsItselfIsRefusedWithEveryField(t *testing.T) {
	t.Parallel()
	const columns = "\ncolumns: [{header: a, field: amount}, {header: c, field: customer_name}]\n"
	for text, path := range map[string]string{
		"name: UPPER" + columns:                                                              "name",
		"name: a\nformat: xml" + columns:                                                     "format",
		"name: a\nencoding: latin-9" + columns:                                               "encoding",
		"name: a\ndelimiter: '#'" + columns:                                                  "delimiter",
		"name: a\ndecimal: ';'" + columns:                                                    "decimal",
		"name: a\nthousands: ['.']" + columns:                                                "thousands[0]",
		"name: a\nrecords: claims" + columns:                                                 "records",
		"name: a\ncurrency: XXQ" + columns:                                                   "currency",
		"name: a\nsigns: {dollar: USD}" + columns:                                            "signs",
		"name: a\nnegative: perhaps" + columns:                                               "negative",
		"name: a\ndates: [YYYY-MM]" + columns:                                                "dates[0]",
		"name: a\ndeleted: [void]" + columns:                                                 "deleted",
		"name: a\ncolumns: [{header: a, field: amount}]":                                     "columns",
		"name: a\ncolumns: [{header: c, field: customer_name}]":                              "columns",
		"name: a\ncolumns: [{header: '', field: amount}, {header: c, field: customer_name}]": "columns[0].header",
		"name: a\ncolumns: [{header: a, field: size}, {header: b, field: amount}, {header: c, field: customer_name}]":       "columns[0].field",
		"name: a\ncolumns: [{header: a, field: amount}, {header: A, field: currency}, {header: c, field: customer_name}]":   "columns[1].header",
		"name: a\ncolumns: [{header: a, field: amount}, {header: b, field: amount}, {header: c, field: customer_name}]":     "columns[1].field",
		"name: a\ncolumns: [{header: a, field: amount, optional: true, required: true}, {header: c, field: customer_name}]": "columns[0].required",
	} {
		_, err := claimlist.LoadProfile([]byte(text))
		require.Equal(t, claimlist.CodeMalformedProfile, fault.CodeOf(err), text)
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		var paths []string
		for _, field := range f.Fields {
			paths = append(paths, field.Path)
		}
		require.Contains(t, paths, path, text)
	}
	for _, text := range []string{"", "[]", "name: a\ncolour: red", "name: a\n---\nname: b", strings.Repeat(" ", 129<<10)} {
		_, err := claimlist.LoadProfile([]byte(text))
		require.Equal(t, claimlist.CodeMalformedProfile, fault.CodeOf(err))
	}
}

func TestTheDocumentedProfileIsValidAndEveryFieldAndCodeIsNamed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/claimlists.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "```yaml\n")
	require.True(t, found)
	example, _, _ := strings.Cut(rest, "```")
	_, err = claimlist.LoadProfile([]byte(example))
	require.NoError(t, err)
	for _, f := range claimlist.Fields() {
		require.Contains(t, string(text), string(f))
	}
	source, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	codes := regexp.MustCompile(`"(claimlist\.[a-z_]+)"`).FindAllStringSubmatch(string(source), -1)
	require.Greater(t, len(codes), 10)
	for _, code := range codes {
		require.Contains(t, string(text), code[1])
	}
}
