package app

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/remittance"
	"arrears/port"
)

// booking is an entry that is known, with its payments.
type booking struct {
	port.BankEntry // what all its payments share: key, and who told of it
	parts          []port.BankEntry
}

// identities finds which payments of a batch were told before, by whichever file, under the account's lock.
type identities struct {
	tx       port.Tx
	now      time.Time
	actor    string
	account  uuid.UUID
	of       port.BankStatement
	kind     int16
	bookings map[string]*booking // by their own key
	known    map[string][]naming // by name
	resolved map[string]*booking // by the key that the entry has in this statement alone
	others   map[uuid.UUID]port.BankStatement
	tellers  map[calendar.Date][]port.DayTeller
	news     newPayments
}

// newPayments are the payments of a batch that no file has told of.
type newPayments struct {
	list     []element
	detailed []port.BankEntry // sums for which their details stand from now on
	unheard  *element         // of a day of which another final statement knows nothing of it
}

// newPayments finds the payments that no file has told of, each with its booking; of the others it notes that this statement
// tells of them too.
func (b *bankBatchWork) newPayments(ctx context.Context, account uuid.UUID, s port.BankStatement, list []element) (newPayments, error) {
	i := &identities{
		tx: b.tx, now: b.now, actor: b.file.CreatedBy, account: account, of: s, kind: port.BankKind(s.Told),
		bookings: map[string]*booking{}, known: map[string][]naming{}, resolved: map[string]*booking{}, others: map[uuid.UUID]port.BankStatement{},
		tellers: map[calendar.Date][]port.DayTeller{},
	}
	var names []string
	for _, e := range list {
		if !slices.Contains(names, e.name) {
			names = append(names, e.name)
		}
	}
	if err := i.load(ctx, names); err != nil {
		return i.news, err
	}
	for _, e := range list {
		found, err := i.booking(ctx, e)
		if err != nil {
			return i.news, err
		}
		if found == nil {
			continue
		}
		fresh, err := i.adds(ctx, found, e.transaction)
		if err != nil {
			return i.news, err
		}
		if fresh {
			e.of = found
			found.parts = append(found.parts, port.BankEntry{Key: found.Key, Part: e.transaction.Part})
			i.news.list = append(i.news.list, e)
		}
	}
	return i.news, nil
}

// adds reports whether a payment of a booking is one that is not known. Told whole by one file and in parts by another, the whole
// stands for each part and each part for the whole; an entry's only detail is the whole. While the whole waits, and nobody has
// said whose it is, its details take its place: they say more.
func (i *identities) adds(ctx context.Context, b *booking, t *remittance.Transaction) (bool, error) {
	if t.Part == 0 || t.Part == 1 && t.Minor == t.Entry.Minor {
		return len(b.parts) == 0, nil
	}
	elsewhere := len(b.parts) > 0 // its details are other accounts' payments
	for n, p := range b.parts {
		switch {
		case p.Outcome == port.EntryDetailed:
			continue
		case p.Part == t.Part, p.Part > 0 && p.EntryMinor > 0 && p.Minor == p.EntryMinor:
			return false, nil
		case p.Part == 0:
			yields, err := i.yields(ctx, p)
			if err != nil || !yields {
				return false, err
			}
			b.parts[n].Outcome = port.EntryDetailed
			i.news.detailed = append(i.news.detailed, p)
		}
		elsewhere = false
	}
	return !elsewhere, nil
}

// yields reports whether a sum gives way to its details: its money waits, and no person has said what it is.
func (i *identities) yields(ctx context.Context, p port.BankEntry) (bool, error) {
	if !p.Credit || !p.ReceiptID.Valid || p.GoneBy.Valid || i.of.Proof == proofAlarm {
		return false, nil
	}
	return waitsUntouched(ctx, i.tx, p.ReceiptID.UUID)
}

func (i *identities) load(ctx context.Context, names []string) error {
	found, err := i.tx.EntriesNamed(ctx, i.account, names)
	if err != nil {
		return err
	}
	for _, e := range found {
		b := i.bookings[e.Key]
		if b == nil {
			b = &booking{BankEntry: e.BankEntry}
			i.bookings[e.Key] = b
		}
		if !slices.ContainsFunc(b.parts, func(p port.BankEntry) bool { return p.ID == e.ID }) {
			b.parts = append(b.parts, e.BankEntry)
		}
		name := nameOf(e.As)
		if !slices.ContainsFunc(i.known[name], func(n naming) bool { return n.as == e.As }) {
			i.known[name] = append(i.known[name], naming{b, e.As, e.Kind})
		}
	}
	return nil
}

// booking is the entry that a payment belongs to: one that is known, of which it notes that this statement tells of it, or a
// new one. There is none when the day's final statement has been read and knows nothing of what happened so far: it stands there in
// other words, or will stand in the day's next one.
func (i *identities) booking(ctx context.Context, e element) (*booking, error) {
	key := keyOf(e.name, e.nth)
	if b, known := i.resolved[key]; known {
		return b, nil
	}
	b, last, err := i.named(ctx, e)
	if err == nil && b == nil {
		b, err = i.twin(ctx, e, keyOf(e.name, last+1))
	}
	if err != nil {
		return nil, err
	}
	if b == nil {
		told, err := i.dayTold(ctx, e.transaction.Entry.BookedOn)
		if err != nil {
			return nil, err
		}
		if told && i.of.Told.Kind != remittance.EndOfDay {
			i.resolved[key] = nil
			return nil, nil //nolint:nilnil // there is none, and that is no error
		}
		if told && i.news.unheard == nil {
			i.news.unheard = &e
		}
	}
	if b == nil {
		b = &booking{BankEntry: port.BankEntry{AccountID: i.account, Key: keyOf(e.name, last+1)}}
		i.bookings[b.Key] = b
		i.known[e.name] = append(i.known[e.name], naming{of: b, as: b.Key})
		i.tellNew(b)
	} else if err := i.told(ctx, b); err != nil {
		return nil, err
	}
	i.resolved[key] = b
	return b, nil
}

// dayTold reports whether a statement at the day's end has told of a day. To a final statement only those count that should know
// each of its entries: what another channel tells of the same days, and what goes from the same balance to the same balance.
func (i *identities) dayTold(ctx context.Context, on calendar.Date) (bool, error) {
	list, known := i.tellers[on]
	if !known {
		var err error
		if list, err = i.tx.DayTellers(ctx, i.account, on); err != nil {
			return false, err
		}
		i.tellers[on] = list
	}
	if i.of.Told.Kind != remittance.EndOfDay {
		return len(list) > 0, nil
	}
	return slices.ContainsFunc(list, func(d port.DayTeller) bool {
		return d.ID != i.of.ID && d.Loaded && overlap(d.Told, i.of.Told) && (port.BankKind(d.Told) != i.kind || d.Told.TellsTheSame(i.of.Told))
	}), nil
}

// overlap reports whether two statements have a day in common.
func overlap(a, b remittance.Statement) bool {
	return orDay(a.From, a.To) <= b.To && orDay(b.From, b.To) <= a.To
}

func orDay(from, to calendar.Date) calendar.Date {
	if from.IsZero() {
		return to
	}
	return from
}

func (i *identities) tellNew(b *booking) {
	b.Kinds = i.kind
	if i.of.Told.Kind == remittance.EndOfDay {
		b.FinalBy = someID(i.of.ID)
	} else {
		b.EarlyBy = someID(i.of.ID)
	}
}

// told notes that this statement tells of an entry too. The first statement that told of it stays the one that did, unless this
// corrects it. What a correction took away and this tells again is there again, unless this contradicts itself.
func (i *identities) told(ctx context.Context, b *booking) error {
	was := b.BankEntry
	by := &b.EarlyBy
	if i.of.Told.Kind == remittance.EndOfDay {
		by = &b.FinalBy
	}
	if !by.Valid || i.of.Told.Status == remittance.Correction {
		*by = someID(i.of.ID)
	}
	b.Kinds |= i.kind
	if b.GoneBy.Valid && i.of.Proof != proofAlarm {
		b.GoneBy = uuid.NullUUID{}
		for _, p := range b.parts {
			err := closeBankExceptions(ctx, i.tx, i.now, i.actor, port.ExceptionMissing, "told_again", port.CashExceptionFilter{EntryID: someID(p.ID)})
			if err != nil {
				return err
			}
		}
	}
	if was.FinalBy == b.FinalBy && was.EarlyBy == b.EarlyBy && was.GoneBy == b.GoneBy && was.Kinds == b.Kinds {
		return nil
	}
	return i.tx.TellBankEntry(ctx, b.BankEntry)
}
