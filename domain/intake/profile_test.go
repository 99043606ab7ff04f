package intake_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"arrears/domain/fault"
	"arrears/domain/intake"
)

const smallest = `
name: small
constants: {currency: EUR}
columns:
  - {header: no, field: number}
  - {header: customer, field: customer_number}
  - {header: date, field: invoice_date}
  - {header: amount, field: amount}
`

func TestShippedProfilesLoadAndFitTheSchema(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"arrears", "erp-cleared", "ibm-late-payments"}, intake.ShippedNames())
	for _, name := range intake.ShippedNames() {
		p, err := intake.Shipped(name)
		require.NoError(t, err, name)
		require.Equal(t, name, p.Name)
		require.NotEmpty(t, p.Description)
		require.NoError(t, schema(t).Validate(asJSON(t, shippedText(t, name))), name)
	}
	_, err := intake.Shipped("nobody")
	require.Equal(t, intake.CodeUnknownProfile, fault.CodeOf(err))
	_, err = intake.Shipped("../profiles/arrears")
	require.Equal(t, intake.CodeUnknownProfile, fault.CodeOf(err))
}

func TestProfileDefaults(t *testing.T) {
	t.Parallel()
	p, err := intake.LoadProfile([]byte(smallest))
	require.NoError(t, err)
	require.Equal(t, "small", p.Source)
	require.Equal(t, intake.UTF8, p.Encoding)
	require.Equal(t, byte(','), p.Delimiter)
	require.Equal(t, ".", p.Decimal)
	require.Equal(t, []intake.Normalisation{intake.Trim}, p.Normalise)
	require.Equal(t, intake.MatchNumber, p.Match)
	require.Equal(t, "YYYY-MM-DD", p.Columns[2].Dates[0].String())
}

// Each row breaks the smallest profile in one way; where the schema can say the same, it must.
func TestProfileRefusesContradictions(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, old, new, path string
		schema               bool
	}{
		{"name", "name: small", "name: Small Profile", "name", true},
		{"encoding", "name: small", "name: small\nencoding: utf-16", "encoding", true},
		{"delimiter", "name: small", "name: small\ndelimiter: '#'", "delimiter", true},
		{"decimal", "name: small", "name: small\ndecimal: ';'", "decimal", true},
		{"separators equal", "name: small", "name: small\nthousands: '.'", "thousands", false},
		{"unknown separator", "name: small", "name: small\nthousands: x", "thousands", true},
		{"normalisation", "name: small", "name: small\nnormalise: [upper]", "normalise[0]", true},
		{"option", "name: small", "name: small\nrequires: [colour]", "requires[0]", true},
		{"match", "name: small", "name: small\ncustomer: {match: guess}", "customer.match", true},
		{"noise", "name: small", "name: small\ncustomer: {name_noise: [Two Words]}", "customer.name_noise[0]", false},
		{"zone", "name: small", "name: small\ntime_zone: Mars/Olympus", "time_zone", false},
		{"language", "name: small", "name: small\nlanguage: English", "language", true},
		{"country", "name: small", "name: small\ncountry: Germany", "country", true},
		{"constant currency", "currency: EUR", "currency: XXX", "constants.currency", false},
		{"constant field", "currency: EUR", "currency: EUR, amount: '1'", "constants.amount", true},
		{"unknown constant", "currency: EUR", "currency: EUR, colour: red", "constants", true},
		{"field", "field: amount", "field: sum", "columns[3].field", true},
		{"field twice", "field: amount", "field: number", "columns[3].field", false},
		{"header twice", "header: amount", "header: NO", "columns[3].header", false},
		{"header empty", "header: amount", "header: ''", "columns[3].header", true},
		{"layout", "field: invoice_date", "field: invoice_date, dates: [DD/MM]", "columns[2].dates", false},
		{"layouts of a text", "field: number", "field: number, dates: [YYYY-MM-DD]", "columns[0].dates", false},
		{"optional and required", "field: amount", "field: amount, optional: true, required: true", "columns[3].required", false},
		{"ignored and mapped", "name: small", "name: small\nignored: [amount]", "ignored[0]", false},
		{"no currency", "constants: {currency: EUR}", "", "requires", false},
		{"customer column", "field: customer_number", "field: purchase_order", "columns", false},
		{"name column", "name: small", "name: small\ncustomer: {match: number_then_name}", "columns", false},
		{"column and constant", "field: customer_number}", "field: customer_number}\n  - {header: cur, field: currency}", "constants.currency", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(smallest, c.old, c.new, 1)
			require.NotEqual(t, smallest, text)
			_, err := intake.LoadProfile([]byte(text))
			require.Equal(t, intake.CodeMalformedProfile, fault.CodeOf(err))
			require.Contains(t, paths(err), c.path)
			if c.schema {
				require.Error(t, schema(t).Validate(asJSON(t, []byte(text))))
			}
		})
	}
}

func TestProfileRefusesWhatIsNoProfile(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a: [", "- x", smallest + "colour: red\n", smallest + "---\nname: two\n", strings.Repeat("#", 300<<10)} {
		_, err := intake.LoadProfile([]byte(text))
		require.Equal(t, intake.CodeMalformedProfile, fault.CodeOf(err))
	}
}

func TestProfileTellsAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("name: small", "name: Small\nencoding: x", "field: amount", "field: sum").Replace(smallest)
	_, err := intake.LoadProfile([]byte(text))
	require.Subset(t, paths(err), []string{"name", "encoding", "columns[3].field"})
}

func TestNameKey(t *testing.T) {
	t.Parallel()
	p := shipped(t, "erp-cleared")
	same := []string{"GREEN-GROCER corp", "Green  Grocer  llc", "green grocer", "GREEN-GROCER systems co", "Green, Grocer."}
	for _, name := range same {
		require.Equal(t, "green grocer", p.NameKey(name), name)
	}
	require.Equal(t, "trust co", p.NameKey("Trust Co Trust")+" co")
	require.Equal(t, "in", p.NameKey("in"), "noise alone stays")
	require.Equal(t, "müller & söhne"[:7], p.NameKey("MÜLLER"))
	require.Empty(t, p.NameKey(" -- "))
	require.NotEqual(t, p.NameKey("Corp Green"), p.NameKey("Green"), "noise counts only at the end")
}

func paths(err error) []string {
	found, _ := errors.AsType[*fault.Error](err)
	var all []string
	if found != nil {
		for _, f := range found.Fields {
			all = append(all, f.Path)
		}
	}
	return all
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(intake.Schema())))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("profile.json", document))
	compiled, err := c.Compile("profile.json")
	require.NoError(t, err)
	return compiled
}

func asJSON(t *testing.T, text []byte) any {
	t.Helper()
	var value any
	require.NoError(t, yaml.Unmarshal(text, &value))
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	back, err := jsonschema.UnmarshalJSON(strings.NewReader(string(encoded)))
	require.NoError(t, err)
	return back
}

func shipped(t testing.TB, name string) *intake.Profile {
	t.Helper()
	p, err := intake.Shipped(name)
	require.NoError(t, err)
	return p
}
