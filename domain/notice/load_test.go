package notice_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/notice"
)

const wording = `{{define "subject"}}S {{.Count}}{{end}}{{define "opening"}}Hello {{.Contact}}{{end}}` +
	`{{define "closing"}}Bye{{end}}{{define "sms"}}short{{end}}`

func files(pairs ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return m
}

func TestOwnTemplatesLieOverTheShippedOnes(t *testing.T) {
	t.Parallel()
	templates, err := notice.Load(files(
		"en/reminder.txt", "\ufeff"+strings.ReplaceAll(wording, "Bye", "Bye\r\nbye"),
		"en/friendly.txt", wording,
		"en/friendly.html", `<p>{{.CustomerLine}}</p>{{.Customer.Name}}`,
		"en/words.txt", "# only one label\ntotal = To pay",
		"README.md", "notes",
		".git/config", "x",
	))
	require.Nil(t, templates)
	require.Equal(t, notice.CodeTemplate, fault.CodeOf(err), "CustomerLine does not exist")

	templates, err = notice.Load(files(
		"en/reminder.txt", "\ufeff"+strings.ReplaceAll(wording, "Bye", "Bye\r\nbye"),
		"en/friendly.txt", wording,
		"en/friendly.html", `<p>{{.Customer.Name}}</p>`,
		"en/words.txt", "# only one label\ntotal = To pay",
		"README.md", "notes",
		".git/config", "x",
	))
	require.NoError(t, err)
	require.True(t, templates.Has("friendly"))

	c := sample("friendly")
	c.CustomerName = "A & B"
	c.Language = "de"
	r, err := templates.Render(c)
	require.NoError(t, err)
	require.Equal(t, "en", r.Language, "there is no German wording of it")
	require.Equal(t, "<p>A &amp; B</p>", r.HTML)

	r, err = templates.Render(sample("reminder"))
	require.NoError(t, err)
	require.Equal(t, "S 2", r.Subject)
	require.Equal(t, []string{"Bye bye"}, r.Page.Closing)
	require.Contains(t, r.HTML, "To pay")
	require.Equal(t, "Date", r.Page.Words["date"], "the other labels stay")
}

func TestARegionNeedsOnlyItsDifferences(t *testing.T) {
	t.Parallel()
	templates, err := notice.Load(files("de-at/words.txt", "months = Jänner, Feber, März, April, Mai, Juni, Juli, August, September, Oktober, November, Dezember",
		"de-at/reminder.txt", wording))
	require.NoError(t, err)
	c := sample("reminder")
	c.Language = "de-AT"
	r, err := templates.Render(c)
	require.NoError(t, err)
	require.Equal(t, "de-at", r.Language)
	require.Equal(t, "Kundennummer", r.Page.Words["customer_number"])
}

func TestOwnLayoutsAreUsed(t *testing.T) {
	t.Parallel()
	templates, err := notice.Load(files("layout.html", `<b>{{.Subject}}</b>`, "de/layout.txt", `{{range .Opening}}{{.}}{{end}}`))
	require.NoError(t, err)
	c := sample("reminder")
	c.Language = "de"
	r, err := templates.Render(c)
	require.NoError(t, err)
	require.Equal(t, "<b>"+r.Subject+"</b>", r.HTML)
	require.NotContains(t, r.Text, r.Page.Creditor.Address[0])
}

func TestWrongTemplatesStopTheStart(t *testing.T) {
	t.Parallel()
	field := func(name string) string { return strings.Replace(wording, ".Count", name, 1) }
	for name, tt := range map[string]struct {
		files fstest.MapFS
		path  string
		says  string
	}{
		"a field that does not exist":  {files("en/reminder.txt", "\n\n"+field(".Kount")), "en/reminder", "en/reminder.txt:3:"},
		"a word that does not exist":   {files("en/reminder.txt", field(".Words.kount")), "en/reminder", "en/reminder.txt:1:"},
		"a pattern that does not":      {files("en/reminder.txt", field(`.Word "kount"`)), "en/reminder", "kount"},
		"a field in the other branch":  {files("en/reminder.txt", field("if .Reserved}}{{else}}{{.Nope}}{{end")), "en/reminder", "Nope"},
		"an unclosed action":           {files("en/reminder.txt", "{{define"), "en/reminder.txt", "en/reminder.txt:1"},
		"a block that is missing":      {files("en/reminder.txt", strings.Replace(wording, "closing", "klosing", 1)), "en/reminder.txt", "closing"},
		"an empty subject":             {files("en/reminder.txt", strings.Replace(wording, "S {{.Count}}", "", 1)), "en/reminder", "subject"},
		"a page without words":         {files("en/other.html", "<p>"), "en/other.html", "other.txt"},
		"a page that does not parse":   {files("en/reminder.html", "{{if}}"), "en/reminder.html", "en/reminder.html:1"},
		"a page with a broken field":   {files("en/reminder.html", "\n{{.Nope}}"), "en/reminder", "en/reminder.html:2:"},
		"a page that cannot be safe":   {files("en/reminder.html", `<a href='{{if .Number}}"{{end}}>`), "en/reminder", "reminder.html"},
		"an unknown function":          {files("layout.txt", "{{nope 1}}"), "layout.txt", "layout.txt:1"},
		"an unknown word":              {files("en/words.txt", "\ntotl = x"), "en/words.txt", "line 2"},
		"a row without a text":         {files("en/words.txt", "total ="), "en/words.txt", "line"},
		"eleven months":                {files("en/words.txt", "months = a, b, c, d, e, f, g, h, i, j, k"), "en/words.txt", "months"},
		"a language without its words": {files("fr/reminder.txt", wording), "fr/words.txt", "missing"},
		"a file we do not understand":  {files("en/reminder.htm", "x"), "en/reminder.htm", "not a template"},
		"a folder too deep":            {files("en/old/reminder.txt", "x"), "en/old/reminder.txt", "not a template"},
		"a file at the top":            {files("reminder.txt", "x"), "reminder.txt", "not a template"},
		"not UTF-8":                    {files("en/reminder.txt", "\xff"), "en/reminder.txt", "UTF-8"},
		"too large":                    {files("en/reminder.txt", strings.Repeat("x", 256<<10+1)), "en/reminder.txt", "larger"},
		"endless":                      {files("en/reminder.txt", wording+`{{define "x"}}{{template "x" .}}{{end}}`+`{{define "letter-opening"}}{{template "x" .}}{{end}}`), "en/reminder", "depth"},
		"too much": {files("en/reminder.txt", wording+`{{define "letter-opening"}}{{range .Words}}{{range $.Words}}{{range $.Words}}{{range $.Words}}`+
			strings.Repeat("x", 1000)+`{{end}}{{end}}{{end}}{{end}}{{end}}`), "en/reminder", "too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			templates, err := notice.Load(tt.files)
			require.Nil(t, templates)
			require.Equal(t, notice.CodeTemplate, fault.CodeOf(err))
			fields := faultOf(t, err).Fields
			require.NotEmpty(t, fields)
			require.Equal(t, tt.path, fields[0].Path)
			require.Contains(t, fields[0].Message, tt.says)
		})
	}
}

func TestTheDocumentedExampleLoads(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/notices.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "```\n{{define \"subject\"}}")
	require.True(t, found)
	example, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	templates, err := notice.Load(files("en/example.txt", `{{define "subject"}}`+example))
	require.NoError(t, err)
	r, err := templates.Render(sample("example"))
	require.NoError(t, err)
	require.Equal(t, []string{"Dear Accounts Payable,", "2 amounts are past due."}, r.Page.Opening)
	for _, name := range templates.Names() {
		if name != "example" {
			require.Contains(t, string(page), "| `"+name+"` |", "every shipped template is listed")
		}
	}
}

func TestAllProblemsAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := notice.Load(files("en/a.txt", "{{", "en/b.txt", "{{", "nonsense", "x"))
	require.Len(t, faultOf(t, err).Fields, 3)
}

type brokenFS struct{}

func (brokenFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

func TestAFolderThatCannotBeReadStopsTheStart(t *testing.T) {
	t.Parallel()
	_, err := notice.Load(brokenFS{})
	require.Equal(t, notice.CodeTemplate, fault.CodeOf(err))
	many := fstest.MapFS{}
	for i := range 501 {
		many["en/m"+strings.Repeat("m", i)+".txt"] = &fstest.MapFile{Data: []byte(wording)}
	}
	_, err = notice.Load(many)
	require.Equal(t, notice.CodeTemplate, fault.CodeOf(err))
}

// faultOf is the error as the one type there is.
func faultOf(t *testing.T, err error) *fault.Error {
	t.Helper()
	var known *fault.Error
	require.ErrorAs(t, err, &known)
	return known
}
