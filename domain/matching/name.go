package matching

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName bounds a name's key, in bytes: names are keys, and what is longer is prose.
const maxName = 200

// legalForms end the names of companies and say nothing about who they are.
var legalForms = []string{
	"ab", "ag", "and", "aps", "as", "bv", "co", "company", "corp", "corporation", "cv", "doo", "eg", "ek", "ev", "fze", "fzco",
	"gbr", "gesmbh", "gmbh", "inc", "incorporated", "kft", "kg", "kgaa", "lda", "limited", "llc", "llp", "lp", "ltd", "ltda", "mbh",
	"nv", "ohg", "oy", "oyj", "plc", "pte", "pty", "pvt", "sa", "sarl", "sas", "sasu", "se", "sl", "sp", "spa", "srl", "sro", "ug", "und",
	"zoo",
}

// NameKey is the form in which names are compared: lower case, without accents, punctuation, double blanks, a leading "the"
// and the legal forms at the end; ä, ae and a are one, and so are ö and ü. "Müller & Söhne GmbH" and "MUELLER SOEHNE" are one.
// A name's key is its own key.
func NameKey(s string) string {
	list := words(s, true)
	if len(list) > 1 && list[0] == "the" {
		list = list[1:]
	}
	for len(list) > 1 && slices.Contains(legalForms, list[len(list)-1]) {
		list = list[:len(list)-1]
	}
	for i, w := range list {
		list[i] = plainVowels(w)
	}
	key := strings.Join(list, " ")
	if len(key) <= maxName {
		return key
	}
	key = strings.ToValidUTF8(key[:maxName], "")
	if at := strings.LastIndexByte(key, ' '); at > 0 {
		key = key[:at]
	}
	return key
}

// plainVowels takes the e off that stands for two dots.
func plainVowels(w string) string {
	if !strings.ContainsAny(w, "aou") || !strings.Contains(w, "e") {
		return w
	}
	b := make([]byte, 0, len(w))
	for i := 0; i < len(w); i++ {
		if w[i] == 'e' && len(b) > 0 && (b[len(b)-1] == 'a' || b[len(b)-1] == 'o' || b[len(b)-1] == 'u') {
			continue
		}
		b = append(b, w[i])
	}
	return string(b)
}

// words are the words of a text in lower case without accents. In a name, points, apostrophes and ampersands join: "B.V.",
// "O'Neill", "T&R".
func words(s string, name bool) []string {
	if !ascii(s) {
		s = foldAccents(s)
	}
	list := make([]string, 0, 8)
	word := make([]byte, 0, 32)
	end := func() {
		if len(word) > 0 {
			list = append(list, string(word))
			word = word[:0]
		}
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			word = append(word, c-'A'+'a')
		case c >= 'a' && c <= 'z', isDigit(c), c >= utf8.RuneSelf:
			word = append(word, c)
		case name && (c == '.' || c == '\'' || c == '&'):
		default:
			end()
		}
	}
	end()
	return list
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldAccents leaves letters and digits of every script in lower case without accents, and a blank for everything else that is
// not ASCII.
func foldAccents(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(strings.ToUpper(norm.NFKD.String(s)))) {
		switch {
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		case withoutAccent(r) != "":
			b.WriteString(withoutAccent(r))
		case r == '’':
			b.WriteByte('\'')
		case unicode.Is(unicode.Mn, r) || r == '\u00ad':
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// withoutAccent is how a letter is written that has no accent to lose.
func withoutAccent(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ı':
		return "i"
	}
	return ""
}
