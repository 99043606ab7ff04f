package notice

import (
	"bytes"
	"embed"
	"errors"
	htmltemplate "html/template"
	"io/fs"
	"maps"
	"slices"
	"strings"
	texttemplate "text/template"

	"arrears/domain/fault"
)

// shipped holds the templates that come with the product.
//
//go:embed templates
var shipped embed.FS

// fallbackLanguage has every template.
const fallbackLanguage = "en"

// Bounds of what a template may produce; a runaway loop ends there.
const (
	maxRendered = 8 << 20
	maxSubject  = 200
	maxSMS      = 640 // four concatenated messages of the basic alphabet
)

// The blocks of a message's file.
const (
	blockSubject       = "subject"
	blockOpening       = "opening"
	blockClosing       = "closing"
	blockSMS           = "sms"
	blockLetterOpening = "letter-opening" // optional: instead of opening, in a letter
	blockLetterClosing = "letter-closing" // optional
)

// Templates are checked wordings by language and name. They never change after Load and are safe for concurrent use.
type Templates struct {
	languages map[string]*language
}

type language struct {
	tag      string
	words    words
	messages map[string]*message
}

type message struct {
	blocks *texttemplate.Template
	html   *htmltemplate.Template
	plain  *texttemplate.Template
}

// Load reads the shipped templates and, over them, those of own, which may be nil. Every template is executed against
// sample contents, so a field that does not exist is found now, with file and line.
// Error: CodeTemplate with one field per file and problem.
func Load(own fs.FS) (*Templates, error) {
	base, err := fs.Sub(shipped, "templates")
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, CodeTemplate, "the shipped templates cannot be read")
	}
	files := sources{}
	problems := files.read(base)
	if own != nil {
		problems = append(problems, files.read(own)...)
	}
	t, more := files.compile()
	problems = append(problems, more...)
	if len(problems) == 0 {
		problems = t.try()
	}
	if len(problems) > 0 {
		return nil, fault.Fields(CodeTemplate, "the message templates are not valid", problems...)
	}
	return t, nil
}

// Languages returns the tags for which there are templates, sorted.
func (t *Templates) Languages() []string { return slices.Sorted(maps.Keys(t.languages)) }

// Names returns the names of the templates in English, which has them all unless an own one exists in another language
// only; those are added. Sorted.
func (t *Templates) Names() []string {
	names := map[string]bool{}
	for _, l := range t.languages {
		for name := range l.messages {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Has reports whether a notice by this template can be rendered in every language, that is, at least in English.
func (t *Templates) Has(name string) bool {
	_, found := t.languages[fallbackLanguage].messages[name]
	return found
}

// Render turns a content into words. The language falls back from "de-AT" to "de" to English, as a whole: a message is
// never of two languages. Errors: see Renderer.
func (t *Templates) Render(c Content) (Rendered, error) {
	if err := c.check(); err != nil {
		return Rendered{}, err
	}
	name := c.Template
	if name == "" {
		name = TemplateOf(c.Lines)
	}
	l, m, found := t.find(c.Language, name)
	if !found {
		return Rendered{}, fault.Newf(fault.Invalid, CodeUnknownTemplate, "there is no message template %.80q", name)
	}
	rendered, err := m.render(builder{words: l.words, format: numberFormat(c.Language, l.tag), c: c}.page(l.tag, name))
	if err != nil {
		return Rendered{}, fault.Wrap(err, fault.Internal, CodeTemplate, "a message template cannot be executed: "+err.Error())
	}
	return rendered, nil
}

// find returns the first language of the fallback order that has the template.
func (t *Templates) find(tag, name string) (*language, *message, bool) {
	tag = strings.ToLower(strings.ReplaceAll(tag, "_", "-"))
	primary, _, _ := strings.Cut(tag, "-")
	for _, candidate := range []string{tag, primary, fallbackLanguage} {
		if l := t.languages[candidate]; l != nil {
			if m := l.messages[name]; m != nil {
				return l, m, true
			}
		}
	}
	return nil, nil, false
}

// numberFormat keeps the region ("de-CH" groups thousands its own way) unless the wording is of another language.
func numberFormat(asked, chosen string) string {
	lower := strings.ToLower(strings.ReplaceAll(asked, "_", "-"))
	if lower == chosen || strings.HasPrefix(lower, chosen+"-") {
		return lower
	}
	return chosen
}

// render executes a message's templates: first its blocks, then the layouts around them.
func (m *message) render(p Page) (Rendered, error) {
	run := runner{m: m}
	p.Subject = oneLine(plainBlanks(run.block(blockSubject, p)), maxSubject)
	mail, letter := p, p
	mail.Opening, mail.Closing = paragraphs(run.block(blockOpening, p)), paragraphs(run.block(blockClosing, p))
	letter.Opening, letter.Closing = mail.Opening, mail.Closing
	if m.blocks.Lookup(blockLetterOpening) != nil {
		letter.Opening = paragraphs(run.block(blockLetterOpening, p))
	}
	if m.blocks.Lookup(blockLetterClosing) != nil {
		letter.Closing = paragraphs(run.block(blockLetterClosing, p))
	}
	r := Rendered{Language: p.Language, Template: p.Template, Subject: p.Subject, Page: letter}
	r.SMS = oneLine(plainBlanks(run.block(blockSMS, p)), maxSMS)
	r.HTML = run.execute(func(w *limited) error { return m.html.Execute(w, mail) })
	r.Text = plainBlanks(strings.TrimSpace(run.execute(func(w *limited) error { return m.plain.Execute(w, mail) }))) + "\n"
	if run.err == nil && r.Subject == "" {
		run.err = errors.New("the subject is empty")
	}
	return r, run.err
}

// runner keeps the first error, so that a message reads as its parts.
type runner struct {
	m   *message
	err error
}

func (r *runner) block(name string, p Page) string {
	return r.execute(func(w *limited) error { return r.m.blocks.ExecuteTemplate(w, name, p) })
}

func (r *runner) execute(do func(w *limited) error) string {
	if r.err != nil {
		return ""
	}
	var w limited
	r.err = do(&w)
	return w.buffer.String()
}

// limited collects up to maxRendered bytes.
type limited struct {
	buffer bytes.Buffer
}

// Write implements io.Writer and refuses what exceeds the bound.
func (l *limited) Write(b []byte) (int, error) {
	if l.buffer.Len()+len(b) > maxRendered {
		return 0, errors.New("the message is too long")
	}
	return l.buffer.Write(b)
}
