package claimlist

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"arrears/domain/dispute"
)

// Names finds customers by the spellings of lists. It is filled once and then only read.
type Names struct {
	same  map[string][]uuid.UUID // by normal form
	bare  map[string][]uuid.UUID // by normal form without spaces
	first map[string][]string    // normal forms by their first word
	name  map[string]string      // as written, by normal form
}

// NewNames begins without any name.
func NewNames() *Names {
	return &Names{same: map[string][]uuid.UUID{}, bare: map[string][]uuid.UUID{}, first: map[string][]string{}, name: map[string]string{}}
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

// nearest is the one name that begins as the spelling does or the other way round, such as "UNFI" for "UNFI East".
func (n *Names) nearest(form string) string {
	var hint string
	word, _, _ := strings.Cut(form, " ")
	for _, there := range n.first[word] {
		if !strings.HasPrefix(form, there+" ") && !strings.HasPrefix(there, form+" ") {
			continue
		}
		if hint != "" {
			return ""
		}
		hint = n.name[there]
	}
	return hint
}
