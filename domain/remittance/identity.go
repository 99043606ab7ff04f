package remittance

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// nameless are references that say there is none.
var nameless = map[string]bool{
	"": true, "NONREF": true, "NOTPROVIDED": true, "NOTAVAILABLE": true, "NA": true, "0": true, "NOREF": true, "UNKNOWN": true,
}

// Named reports whether a reference says something.
func Named(reference string) bool { return !nameless[bare(reference)] }

// Name is what every telling of an entry has in common, whichever file it stands in: its day, direction and amount with the
// bank's reference of it, or, without one, with a digest of everything that is told of it. Two entries of one statement may
// have one name; they are counted then, in the order in which they stand.
func (e Entry) Name(t Transaction) string {
	direction := "D"
	if e.Credit {
		direction = "C"
	}
	head := fmt.Sprintf("%s%s%s%d", e.BookedOn, direction, e.Currency, e.Minor)
	if Named(e.Reference) {
		return head + "/" + Clean(bare(e.Reference), MaxField)
	}
	digest := sha256.Sum256([]byte(strings.Join([]string{
		e.ValueOn.String(), e.Code, bare(e.Text), bare(t.EndToEnd), bare(t.Reference), bare(t.Cheque), t.Payer.Account.Key(), bare(t.Payer.Name),
		bare(strings.Join(t.Text, " ")),
	}, "\x00")))
	return head + "/~" + hex.EncodeToString(digest[:10])
}

// Family is the format without its version: what writes a booking in the same words every time.
func (s Statement) Family() string {
	family, _, _ := strings.Cut(s.Format, ".")
	return family
}

// SameDay reports whether two statements tell of one account's one day as two parts of it: neither tells again what the other
// told. Pages and numbered statements of a day follow each other, the one beginning with the balance with which another ended.
// One that begins or ends where the other does tells the same under another number, or more of it; so does another format's.
func (s Statement) SameDay(o Statement) bool {
	if s.Kind != EndOfDay || o.Kind != EndOfDay || s.To != o.To || s.Family() != o.Family() || (s.Sequence == o.Sequence && s.Page == o.Page) {
		return false
	}
	if s.Sequence != o.Sequence && (s.Sequence == "" || o.Sequence == "") {
		return false // it counts no statements
	}
	if !s.From.IsZero() && !o.From.IsZero() && s.From != o.From {
		return false // a week and its last day
	}
	if s.Opening == nil || s.Closing == nil || o.Opening == nil || o.Closing == nil {
		return true
	}
	if s.Opening.Minor == o.Closing.Minor || s.Closing.Minor == o.Opening.Minor {
		return true
	}
	counted := s.Sequence != o.Sequence || (s.Page != "" && o.Page != "")
	return counted && s.Opening.Minor != o.Opening.Minor && s.Closing.Minor != o.Closing.Minor
}

// TellsTheSame reports whether two statements tell of one account's same days from the same balance to the same balance, so that
// each of the one's entries is one of the other's.
func (s Statement) TellsTheSame(o Statement) bool {
	if s.Kind != EndOfDay || o.Kind != EndOfDay || s.To != o.To || s.SameDay(o) || s.Opening == nil || s.Closing == nil || o.Opening == nil || o.Closing == nil {
		return false
	}
	return (s.From.IsZero() || o.From.IsZero() || s.From == o.From) && s.Opening.Minor == o.Opening.Minor && s.Closing.Minor == o.Closing.Minor
}
