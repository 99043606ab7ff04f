package claimlist

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"arrears/domain/dispute"
)

// maxCompared bounds how many names are compared for the hints of one list: those of later rows have none then.
const maxCompared = 2_000_000

// Names finds customers by the spellings of one list. It is filled once and then asked, by one at a time.
type Names struct {
	same  map[string][]uuid.UUID // by normal form
	bare  map[string][]uuid.UUID // by normal form without spaces
	first map[string][]string    // normal forms by their first word
	size  map[int][]shape        // normal forms by how many characters they have
	name  map[string]string      // as written, by normal form
	left  int                    // how many names may still be compared
}

// shape is a normal form with the set of its letters, which tells most names apart at once.
type shape struct {
	form    string
	letters uint64
}

func shapeOf(form string) shape {
	s := shape{form: form}
	for _, r := range form {
		s.letters |= 1 << (r % 64)
	}
	return s
}

// maybe reports whether two shapes may be so many slips apart: each takes one letter out at most and brings one in.
func (s shape) maybe(other shape, slips int) bool {
	return bits.OnesCount64(s.letters^other.letters) <= 2*slips
}

// NewNames begins without any name.
func NewNames() *Names {
	return &Names{
		same: map[string][]uuid.UUID{}, bare: map[string][]uuid.UUID{}, first: map[string][]string{}, size: map[int][]shape{},
		name: map[string]string{}, left: maxCompared,
	}
}

// Add makes a customer known by a name.
func (n *Names) Add(id uuid.UUID, name string) {
	form := dispute.NormalForm(name)
	if form == "" || slices.Contains(n.same[form], id) {
		return
	}
	if len(n.same[form]) == 0 {
		word, _, _ := strings.Cut(form, " ")
		n.first[word] = append(n.first[word], form)
		size := utf8.RuneCountInString(form)
		n.size[size] = append(n.size[size], shapeOf(form))
		n.name[form] = name
	}
	n.same[form] = append(n.same[form], id)
	if bare := unspaced(form); !slices.Contains(n.bare[bare], id) {
		n.bare[bare] = append(n.bare[bare], id)
	}
}

// unspaced is a normal form without spaces: "Win Co Foods" is "WinCo Foods".
func unspaced(form string) string { return strings.ReplaceAll(form, " ", "") }

// Match is what a spelling means.
type Match struct {
	ID   uuid.UUID
	Code string // "", CodeUnknownCustomer or CodeAmbiguousName
	// Hint names the one customer whose name is nearest when none is the same: a person says whether it is meant, because
	// asking the wrong company is worse than a row in quarantine.
	Hint string
}

// Find looks a spelling up: case, accents, punctuation and spaces do not matter, and neither do spaces within a name.
func (n *Names) Find(spelling string) Match {
	form := dispute.NormalForm(spelling)
	found := n.same[form]
	if len(found) == 0 {
		found = n.bare[unspaced(form)]
	}
	switch len(found) {
	case 0:
		return Match{Code: CodeUnknownCustomer, Hint: n.nearest(form)}
	case 1:
		return Match{ID: found[0]}
	}
	return Match{Code: CodeAmbiguousName}
}

// nearest is the one name that begins as the spelling does or the other way round, such as "UNFI" for "UNFI East", or else
// the one with the fewest slips of the pen. Two that are equally near are none.
func (n *Names) nearest(form string) string {
	if hint, found := n.begins(form); found {
		return hint
	}
	return n.slipped(form)
}

// begins finds the names that begin as the spelling does or the other way round; one alone is a hint.
func (n *Names) begins(form string) (hint string, found bool) {
	word, _, _ := strings.Cut(form, " ")
	for _, there := range n.first[word] {
		if !strings.HasPrefix(form, there+" ") && !strings.HasPrefix(there, form+" ") {
			continue
		}
		if found {
			return "", true
		}
		hint, found = n.name[there], true
	}
	return hint, found
}

// slipped is the one name with the fewest slips of the pen.
func (n *Names) slipped(form string) string {
	var hint string
	fewest, size, asked := dispute.MaxNameSlips+1, utf8.RuneCountInString(form), shapeOf(form)
	for length := size - dispute.MaxNameSlips; length <= size+dispute.MaxNameSlips; length++ {
		for _, there := range n.size[length] {
			if !asked.maybe(there, dispute.MaxNameSlips) {
				continue
			}
			if n.left--; n.left < 0 {
				return ""
			}
			slips, ok := dispute.NameSlips(form, there.form)
			switch {
			case !ok || slips > fewest:
			case slips == fewest:
				hint = ""
			default:
				hint, fewest = n.name[there.form], slips
			}
		}
	}
	return hint
}
