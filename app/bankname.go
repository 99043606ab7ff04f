package app

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"arrears/domain/remittance"
	"arrears/port"
)

// naming is a key under which a booking is known, as files of a kind tell of it; kind 0: its own key.
type naming struct {
	of   *booking
	as   string
	kind int16
}

// named looks for the entry among those of its name: the nth of a statement is the nth that no other part of the same day
// told. Without one, last is the highest count of that name.
func (i *identities) named(ctx context.Context, e element) (found *booking, last int, err error) {
	var hits []naming
	for _, n := range i.known[e.name] {
		_, count := splitKey(n.as)
		last = max(last, count)
		again, err := i.again(ctx, n)
		if err != nil {
			return nil, 0, err
		}
		if again && !slices.ContainsFunc(hits, func(h naming) bool { return h.of == n.of }) {
			hits = append(hits, n)
		}
	}
	if e.nth > len(hits) {
		return nil, last, nil
	}
	slices.SortFunc(hits, func(a, b naming) int {
		_, m := splitKey(a.as)
		_, n := splitKey(b.as)
		return m - n
	})
	hit := hits[e.nth-1]
	if hit.kind != 0 && hit.kind != i.kind {
		err = i.rename(ctx, hit.of, keyOf(e.name, last+1))
	}
	return hit.of, last, err
}

// again reports whether this statement, telling of that name, would tell again of that entry: its kind of files does not tell of
// the entry under another name, and it does not go on where the statement ended that told of it.
func (i *identities) again(ctx context.Context, n naming) (bool, error) {
	switch {
	case n.kind == 0 && n.of.Renamed&i.kind != 0, n.kind != 0 && n.kind != i.kind && n.of.Kinds&i.kind != 0:
		return false, nil
	}
	by := n.of.FinalBy
	if i.of.Told.Kind != remittance.EndOfDay || !by.Valid || by.UUID == i.of.ID {
		return true, nil
	}
	other, err := i.statement(ctx, by.UUID)
	return err == nil && !i.of.Told.SameDay(other.Told), err
}

func (i *identities) statement(ctx context.Context, id uuid.UUID) (port.BankStatement, error) {
	s, known := i.others[id]
	if known {
		return s, nil
	}
	s, err := i.tx.BankStatement(ctx, id)
	i.others[id] = s
	return s, err
}

// twin looks for an entry of the same amount and value date of which this kind of files has not told: channels write the same
// booking in other words. Of several the one of which both say most. From now on it is known under that key too.
func (i *identities) twin(ctx context.Context, e element, as string) (*booking, error) {
	t := e.transaction
	found, err := i.tx.EntryTwins(ctx, port.BankEntry{
		AccountID: i.account, ValueOn: t.Entry.ValueOn, EntryMinor: t.Entry.Minor, Currency: t.Currency, Credit: t.Credit,
	}, i.kind)
	if err != nil {
		return nil, err
	}
	best, most := -1, 0
	for n, f := range found {
		alike, same, err := i.likeness(ctx, f, t)
		if err != nil {
			return nil, err
		}
		if same && (best < 0 || alike > most) {
			best, most = n, alike
		}
	}
	if best < 0 {
		return nil, nil //nolint:nilnil // nothing is found, and that is no error
	}
	key := found[best].Key
	if i.bookings[key] == nil { // else what this batch has noted stands
		if err := i.load(ctx, []string{nameOf(key)}); err != nil {
			return nil, err
		}
	}
	b := i.bookings[key]
	return b, i.rename(ctx, b, as)
}

// unlike is how little two entries are alike whose references contradict each other.
const unlike = -100

// likeness reports whether an entry may be the one told, and how much speaks for it. What both name must not contradict, unless
// both channels tell the day's end from the same balance to the same balance: then it is one of the other's entries, whatever
// they call it. What another final statement told is told again on its booking day alone.
func (i *identities) likeness(ctx context.Context, f port.BankEntry, t *remittance.Transaction) (alike int, same bool, err error) {
	agreed := true
	for _, words := range [][2]string{
		{f.EndToEnd, named(t.EndToEnd)}, {f.PayerAccount, t.Payer.Account.Key()}, {f.Reference, named(orElse(t.Reference, t.Entry.Reference))},
	} {
		switch a, b := words[0], words[1]; {
		case !agree(a, b):
			agreed = false
		case a != "" && b != "":
			alike += 2
		case a != b:
			alike--
		}
	}
	if i.of.Told.Kind != remittance.EndOfDay || !f.FinalBy.Valid {
		return alike, agreed, nil
	}
	other, err := i.statement(ctx, f.FinalBy.UUID)
	if err != nil || f.BookedOn != t.Entry.BookedOn || !overlap(other.Told, i.of.Told) {
		return 0, false, err
	}
	if !agreed {
		return unlike, other.Told.TellsTheSame(i.of.Told), nil
	}
	return alike, true, nil
}

// shortest is how long a reference is of which MT940 keeps no more.
const shortest = 16

// agree reports whether two words do not contradict each other: one says nothing, or both say the same, as far as the shorter goes.
func agree(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == "" || a == b || len(a) >= shortest && strings.HasPrefix(b, a)
}

// rename notes that this kind of files tells of an entry under another key.
func (i *identities) rename(ctx context.Context, b *booking, as string) error {
	b.Renamed |= i.kind
	i.known[nameOf(as)] = append(i.known[nameOf(as)], naming{b, as, i.kind})
	return i.tx.NameBankEntry(ctx, i.account, b.Key, as, i.kind)
}

// keyOf is the key of the nth entry of a name.
func keyOf(name string, nth int) string {
	if nth <= 1 {
		return name
	}
	return name + "#" + strconv.Itoa(nth)
}

func nameOf(key string) string {
	name, _ := splitKey(key)
	return name
}

// splitKey takes a key apart.
func splitKey(key string) (name string, nth int) {
	name, count, counted := strings.Cut(key, "#")
	if nth, err := strconv.Atoi(count); counted && err == nil {
		return name, nth
	}
	return name, 1
}
