package notice_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"arrears/domain/notice"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write it")
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs; look at it and run the test with -update if it is right (-want +got):\n%s", name, diff)
	}
}

func load(t testing.TB) *notice.Templates {
	t.Helper()
	templates, err := notice.Load(nil)
	require.NoError(t, err)
	return templates
}

// sample is the content that suits a template: courtesy reminders are about what is not due yet.
func sample(name string) notice.Content {
	c := notice.Samples()[0]
	switch {
	case name == "courtesy":
		c = notice.Samples()[1]
	case strings.HasPrefix(name, "repayment"):
		c = notice.Samples()[4]
	case strings.HasPrefix(name, "claim-"):
		c = notice.Samples()[5]
	}
	c.Template = name
	return c
}

func TestShippedTemplatesReadAsTheyShould(t *testing.T) {
	t.Parallel()
	templates := load(t)
	for _, language := range []string{"en", "de"} {
		for _, name := range templates.Names() {
			t.Run(language+"/"+name, func(t *testing.T) {
				t.Parallel()
				c := sample(name)
				c.Language = language
				r, err := templates.Render(c)
				require.NoError(t, err)
				require.Equal(t, language, r.Language)
				require.Equal(t, name, r.Template)
				golden(t, language+"/"+name+".txt", "Subject: "+r.Subject+"\n\n"+r.Text+"\nSMS: "+r.SMS+"\n")
				golden(t, language+"/"+name+".html", r.HTML)
			})
		}
	}
}

func TestSparseContentLeavesNoGaps(t *testing.T) {
	t.Parallel()
	templates := load(t)
	for _, language := range []string{"en", "de"} {
		c := notice.Samples()[2]
		c.Language, c.Template = language, "reminder"
		r, err := templates.Render(c)
		require.NoError(t, err)
		golden(t, language+"/sparse.txt", "Subject: "+r.Subject+"\n\n"+r.Text+"\nSMS: "+r.SMS+"\n")
		require.NotContains(t, r.Text, "\n\n\n")
	}
}
