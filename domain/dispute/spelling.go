package dispute

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxSpelling bounds a normal form, in characters: it is a key, and what is longer is prose.
const maxSpelling = 200

// NormalForm brings a spelling into the form in which spellings are compared: lower case, without accents, punctuation and
// double spaces, and with single letters that stand together as one word, so that "H-E-B", "H.E.B." and "heb" are one. It
// keeps letters and digits of every script. What is longer than 200 characters is cut between words.
func NormalForm(s string) string { return cut(strings.Join(words(s), " "), maxSpelling) }

// words are the words of a text in normal form.
func words(s string) []string {
	folded := fold(s)
	var list []string
	single := false // the last word is made of single letters
	for _, word := range strings.Fields(folded) {
		alone := utf8.RuneCountInString(word) == 1 && !digits(word)
		if alone && single {
			list[len(list)-1] += word
			continue
		}
		list, single = append(list, word), alone
	}
	return list
}

// fold is lower case without accents, what joins a word left out and everything else between words a space.
func fold(s string) string {
	var b strings.Builder
	// Some letters have one capital in common, so all go up and down again. Decomposing may bring capitals about, and lowering
	// them marks; the second round finds nothing to do but that.
	for _, r := range norm.NFKD.String(strings.ToLower(strings.ToUpper(norm.NFKD.String(s)))) {
		switch {
		case plain(r) != "":
			b.WriteString(plain(r))
		case unicode.Is(unicode.Mn, r) || joins(r):
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// joins are the signs within a word: "O'Neill", "OS&D", "U.S.".
func joins(r rune) bool { return r == '\'' || r == '’' || r == '.' || r == '&' || r == '\u00ad' }

// plain is how a letter is written that has no accent to lose.
func plain(r rune) string {
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
	}
	return ""
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// cut shortens a text to at most n characters, between words where it can.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	short := string([]rune(s)[:n+1])
	if at := strings.LastIndexByte(short, ' '); at > 0 {
		return short[:at]
	}
	return string([]rune(s)[:n])
}

// typo reports whether a word is another one with a slip of the pen: both of so many letters at least, one letter wrong,
// missing, too many or two changed about, and two such slips from seven letters on. The slips are counted.
func typo(a, b string, letters int) (slips int, ok bool) {
	n, m := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	shorter, longer := min(n, m), max(n, m)
	allowed := 1
	if shorter >= 7 {
		allowed = 2
	}
	if shorter < letters || longer > 40 || longer-shorter > allowed {
		return 0, false
	}
	slips = distance([]rune(a), []rune(b))
	return slips, slips > 0 && slips <= allowed
}

// MaxNameSlips bounds the slips of the pen in a whole name.
const MaxNameSlips = 2

// NameSlips counts the slips of the pen between two names in normal form, word by word as in the spellings of reasons: in words
// of five letters and more, and at most two in all. It is for hints; what is only near is somebody else's name until a person
// says otherwise.
func NameSlips(a, b string) (slips int, ok bool) {
	one, two := strings.Fields(a), strings.Fields(b)
	if len(one) != len(two) || len(one) == 0 {
		return 0, false
	}
	slips, ok = slipsIn(one, two, minNear)
	return slips, ok && slips > 0 && slips <= MaxNameSlips
}

// distance counts the letters to change, leave out, put in or swap with their neighbour that make one word the other.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
