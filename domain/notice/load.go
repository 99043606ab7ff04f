package notice

import (
	"fmt"
	htmltemplate "html/template"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	texttemplate "text/template"
	"unicode/utf8"

	"arrears/domain/fault"
)

// Bounds of a folder of templates; a message is a page of text.
const (
	maxFileBytes = 256 << 10
	maxFiles     = 500
)

// The files that are not messages.
const (
	fileHTML  = "layout.html"
	filePlain = "layout.txt"
	fileWords = "words.txt"

	// The layouts of messages about claims.
	claimHTML  = "claim-layout.html"
	claimPlain = "claim-layout.txt"
)

var (
	languageName = regexp.MustCompile(`^[a-z]{2,3}(-[a-z0-9]{2,8})*$`)
	messageFile  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*\.(txt|html)$`)
)

// sources are the files by path: layouts at the top, and a folder per language. Words are merged key by key, so an own
// file may change one label; every other file replaces the shipped one of its path.
type sources map[string]string

func problem(file, message string) fault.Field {
	return fault.Field{Path: file, Code: CodeTemplate, Message: message}
}

func (s sources) read(fsys fs.FS) []fault.Field {
	var problems []fault.Field
	count := 0
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if hidden := strings.HasPrefix(d.Name(), ".") && name != "."; hidden || ignored(d.Name()) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if count++; count > maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		if message := s.add(fsys, name); message != "" {
			problems = append(problems, problem(name, message))
		}
		return nil
	})
	if err != nil {
		problems = append(problems, problem(".", "cannot be read: "+err.Error()))
	}
	return problems
}

// ignored files may lie beside templates.
func ignored(name string) bool {
	return strings.HasPrefix(strings.ToUpper(name), "README") || strings.HasPrefix(strings.ToUpper(name), "LICENSE")
}

// add reads one file and returns what is wrong with it, or "".
func (s sources) add(fsys fs.FS, name string) string {
	if !understood(name) {
		return "is not a template: expected layout.html, layout.txt, claim-layout.html, claim-layout.txt, or words.txt, NAME.txt and NAME.html in a language's folder"
	}
	content, err := readBounded(fsys, name)
	switch {
	case err != nil:
		return "cannot be read: " + err.Error()
	case len(content) > maxFileBytes:
		return fmt.Sprintf("is larger than %d bytes", maxFileBytes)
	case !utf8.Valid(content):
		return "is not UTF-8"
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(content), "\ufeff"), "\r\n", "\n")
	if path.Base(name) != fileWords {
		s[name] = text
		return ""
	}
	_, problems := readWords(text) // now, while its lines have their own numbers
	s[name] += "\n" + text
	return strings.Join(problems, "; ")
}

func readBounded(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return content, err
}

func understood(name string) bool {
	dir, file := path.Split(name)
	if dir == "" {
		return file == fileHTML || file == filePlain || file == claimHTML || file == claimPlain
	}
	return languageName.MatchString(strings.TrimSuffix(dir, "/")) && messageFile.MatchString(file)
}

// compile parses everything and returns all problems.
func (s sources) compile() (*Templates, []fault.Field) {
	t := &Templates{languages: map[string]*language{}}
	var problems []fault.Field
	for _, name := range slices.Sorted(maps.Keys(s)) {
		dir := strings.TrimSuffix(path.Dir(name), "/")
		if dir == "." || t.languages[dir] != nil {
			continue
		}
		l, more := s.language(dir)
		t.languages[dir] = l
		problems = append(problems, more...)
	}
	if t.languages[fallbackLanguage] == nil {
		problems = append(problems, problem(fallbackLanguage, "English templates are missing"))
	}
	return t, problems
}

func (s sources) language(tag string) (*language, []fault.Field) {
	l := &language{tag: tag, messages: map[string]*message{}}
	var problems []fault.Field
	wordsFile := tag + "/" + fileWords
	read, _ := readWords(s[wordsFile])
	if tag, _, regional := strings.Cut(tag, "-"); regional {
		base, _ := readWords(s[tag+"/"+fileWords])
		read = base.with(read)
	}
	english, _ := readWords(s[fallbackLanguage+"/"+fileWords])
	l.words = read.filled(english)
	for _, complaint := range read.check() {
		problems = append(problems, problem(wordsFile, complaint))
	}
	for _, file := range slices.Sorted(maps.Keys(s)) {
		name, isText := strings.CutSuffix(path.Base(file), ".txt")
		if path.Dir(file) != tag || !isText || slices.Contains([]string{fileWords, filePlain, claimPlain}, path.Base(file)) {
			continue
		}
		m, more := s.message(tag, name)
		problems = append(problems, more...)
		l.messages[name] = m
	}
	return l, append(problems, s.orphans(tag)...)
}

// orphans are pages without the words that belong to them.
func (s sources) orphans(tag string) []fault.Field {
	var problems []fault.Field
	for _, file := range slices.Sorted(maps.Keys(s)) {
		name, isHTML := strings.CutSuffix(file, ".html")
		if path.Dir(file) != tag || !isHTML || path.Base(file) == fileHTML || path.Base(file) == claimHTML {
			continue
		}
		if _, found := s[name+".txt"]; !found {
			problems = append(problems, problem(file, "has no "+path.Base(name)+".txt beside it"))
		}
	}
	return problems
}

func (s sources) message(tag, name string) (*message, []fault.Field) {
	var problems []fault.Field
	file := tag + "/" + name + ".txt"
	m := &message{}
	var err error
	if m.blocks, err = texttemplate.New(file).Option("missingkey=error").Parse(s[file]); err != nil {
		return m, append(problems, problem(file, err.Error()))
	}
	for _, block := range []string{blockSubject, blockOpening, blockClosing, blockSMS} {
		if m.blocks.Lookup(block) == nil {
			problems = append(problems, problem(file, fmt.Sprintf("has no {{define %q}}", block)))
		}
	}
	layoutHTML, layoutPlain := fileHTML, filePlain
	if strings.HasPrefix(name, claimPrefix) {
		layoutHTML, layoutPlain = claimHTML, claimPlain
	}
	page := s.first(tag+"/"+name+".html", tag+"/"+layoutHTML, layoutHTML)
	funcs := htmltemplate.FuncMap{"wrap": wrap}
	if m.html, err = htmltemplate.New(page).Funcs(funcs).Option("missingkey=error").Parse(s[page]); err != nil {
		problems = append(problems, problem(page, err.Error()))
	}
	plain := s.first(tag+"/"+layoutPlain, layoutPlain)
	if m.plain, err = texttemplate.New(plain).Funcs(texttemplate.FuncMap{"wrap": wrap}).Option("missingkey=error").Parse(s[plain]); err != nil {
		problems = append(problems, problem(plain, err.Error()))
	}
	return m, problems
}

// first returns the first path that exists, or the last one.
func (s sources) first(paths ...string) string {
	for _, p := range paths {
		if _, found := s[p]; found {
			return p
		}
	}
	return paths[len(paths)-1]
}
