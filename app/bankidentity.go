package app

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/domain/remittance"
	"arrears/port"
)

// keyOf is the key of the nth entry of a name.
func keyOf(name string, nth int) string {
	if nth <= 1 {
		return name
	}
	return name + "#" + strconv.Itoa(nth)
}

// numberOf is a receipt's number: the payment's key, with its part of a collected entry.
func numberOf(e port.BankEntry) string {
	if e.Part == 0 {
		return e.Key
	}
	return e.Key + "/" + strconv.Itoa(e.Part)
}

// identities finds which payments of a batch were told before, by whichever file, under the account's lock.
type identities struct {
	tx      port.Tx
	account uuid.UUID
	of      port.BankStatement
	final   bool
	known   map[string][]port.BankEntry // by name, in order of count and part
	others  map[uuid.UUID]port.BankStatement
}

// newPayments returns the payments that no file has told of, each with the count that its key has; of the others it notes that
// this statement tells of them too.
func newPayments(ctx context.Context, tx port.Tx, account uuid.UUID, s port.BankStatement, list []element) ([]element, error) {
	i := &identities{
		tx: tx, account: account, of: s, final: s.Told.Kind == remittance.EndOfDay,
		known: map[string][]port.BankEntry{}, others: map[uuid.UUID]port.BankStatement{},
	}
	if err := i.load(ctx, list); err != nil {
		return nil, err
	}
	var fresh []element
	for _, e := range list {
		found, nth, err := i.find(ctx, e)
		if err != nil {
			return nil, err
		}
		if found != nil {
			if err := i.told(ctx, found); err != nil {
				return nil, err
			}
			continue
		}
		e.nth = nth
		i.known[e.name] = append(i.known[e.name], port.BankEntry{Key: keyOf(e.name, nth), Part: e.transaction.Part, FinalBy: someID(s.ID)})
		fresh = append(fresh, e)
	}
	return fresh, nil
}

func (i *identities) load(ctx context.Context, list []element) error {
	var names []string
	for _, e := range list {
		if !slices.Contains(names, e.name) {
			names = append(names, e.name)
		}
	}
	found, err := i.tx.EntriesNamed(ctx, i.account, names)
	for _, e := range found {
		name, _ := splitKey(e.Key)
		i.known[name] = append(i.known[name], e)
	}
	return err
}

// splitKey takes a key apart.
func splitKey(key string) (name string, nth int) {
	name, count, counted := strings.Cut(key, "#")
	if nth, err := strconv.Atoi(count); counted && err == nil {
		return name, nth
	}
	return name, 1
}

// find looks for the payment among those of its name: the nth entry of a statement is the nth that no other part of the same
// day told. Without one it may be what only the other class of files told, under another name; else it is new, and nth is the
// count of its key: the parts of an entry share it.
func (i *identities) find(ctx context.Context, e element) (found *port.BankEntry, nth int, err error) {
	var counts []int
	last := 0
	for n := range i.known[e.name] {
		k := &i.known[e.name][n]
		again, err := i.again(ctx, *k)
		if err != nil {
			return nil, 0, err
		}
		_, count := splitKey(k.Key)
		last = max(last, count)
		if again && !slices.Contains(counts, count) {
			counts = append(counts, count)
		}
	}
	slices.Sort(counts)
	if e.nth <= len(counts) {
		nth = counts[e.nth-1]
		return i.part(e, nth), nth, nil
	}
	if e.transaction.Part == 0 {
		found, err = i.twin(ctx, e)
	}
	return found, last + 1, err
}

// again reports whether this statement would tell again what the payment is, and not go on where its statement ended.
func (i *identities) again(ctx context.Context, k port.BankEntry) (bool, error) {
	by := k.FinalBy
	if !i.final || !by.Valid || by.UUID == i.of.ID {
		return true, nil
	}
	other, ok := i.others[by.UUID]
	if !ok {
		var err error
		if other, err = i.tx.BankStatement(ctx, by.UUID); err != nil {
			return false, err
		}
		i.others[by.UUID] = other
	}
	return !i.of.Told.SameDay(other.Told), nil
}

// part is the payment of a count: told whole by one file and in parts by another, the whole stands for each part and each part
// for the whole.
func (i *identities) part(e element, nth int) *port.BankEntry {
	var any *port.BankEntry
	for n := range i.known[e.name] {
		k := &i.known[e.name][n]
		if _, count := splitKey(k.Key); count != nth {
			continue
		}
		if k.Part == e.transaction.Part {
			return k
		}
		if k.Part == 0 || e.transaction.Part == 0 {
			any = k
		}
	}
	return any
}

// twin looks for a payment of the same amount and value date that only the other class of files has told: banks write the same
// booking in other words before the day's end. What both name must not contradict.
func (i *identities) twin(ctx context.Context, e element) (*port.BankEntry, error) {
	t := e.transaction
	found, err := i.tx.EntryTwins(ctx, i.account, port.BankEntry{ValueOn: t.Entry.ValueOn, Minor: t.Minor, Currency: t.Currency, Credit: t.Credit}, i.final)
	if err != nil {
		return nil, err
	}
	for n := range found {
		f := &found[n]
		if agree(f.EndToEnd, named(t.EndToEnd)) && agree(f.PayerAccount, t.Payer.Account.Key()) &&
			agree(f.Reference, named(orElse(t.Reference, t.Entry.Reference))) {
			return f, nil
		}
	}
	return nil, nil //nolint:nilnil // nothing is found, and that is no error
}

// agree reports whether two words do not contradict each other: one says nothing, or both say the same.
func agree(a, b string) bool { return a == "" || b == "" || a == b }

// told notes that this statement tells of a payment too.
func (i *identities) told(ctx context.Context, e *port.BankEntry) error {
	all := []*port.BankEntry{e}
	for n := range i.known[nameOf(e.Key)] { // told as a whole: each of its parts is told
		if k := &i.known[nameOf(e.Key)][n]; k.Key == e.Key && k.ID != e.ID {
			all = append(all, k)
		}
	}
	for _, k := range all {
		was := *k
		if i.final {
			k.FinalBy = someID(i.of.ID)
		} else if !k.EarlyBy.Valid {
			k.EarlyBy = someID(i.of.ID)
		}
		k.GoneBy = uuid.NullUUID{}
		if k.FinalBy == was.FinalBy && k.EarlyBy == was.EarlyBy && k.GoneBy == was.GoneBy {
			continue
		}
		if err := i.tx.UpdateBankEntry(ctx, *k); err != nil {
			return err
		}
	}
	return nil
}

func nameOf(key string) string {
	name, _ := splitKey(key)
	return name
}

// endStatement does what the end of a statement says: a correction or deletion takes away what it no longer tells, and a
// proven closing balance is that of the account. Done again it changes nothing.
func (a *App) endStatement(ctx context.Context, id uuid.UUID) error {
	return a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		s, err := tx.BankStatement(ctx, id)
		if err != nil || s.Told.Status == remittance.Test {
			return err
		}
		if s.Told.Status == remittance.Correction || s.Told.Status == remittance.Deletion {
			if err := a.replaceStatements(ctx, tx, now, s); err != nil {
				return err
			}
		}
		return proveAccount(ctx, tx, s)
	})
}

// maxGone bounds what one correction takes away.
const maxGone = 10_000

// replaceStatements marks what a correction or deletion replaces, and puts each payment that is no longer told in front of a
// person: its receipt stands until somebody reverses it.
func (a *App) replaceStatements(ctx context.Context, tx port.Tx, now time.Time, s port.BankStatement) error {
	replaced, err := tx.StatementsLike(ctx, s)
	if err != nil {
		return err
	}
	f, err := tx.LockBankFile(ctx, s.FileID)
	if err != nil {
		return err
	}
	for _, old := range replaced {
		gone, err := tx.EntriesUntold(ctx, old.ID, maxGone)
		if err != nil {
			return err
		}
		for _, e := range gone {
			e.GoneBy = someID(s.ID)
			if err := tx.UpdateBankEntry(ctx, e); err != nil {
				return err
			}
			if err := a.gone(ctx, tx, now, f.CreatedBy, e, s.ID); err != nil {
				return err
			}
			f.Counts.Gone++
		}
		old.ReplacedBy = someID(s.ID)
		if err := tx.UpdateBankStatement(ctx, old); err != nil {
			return err
		}
	}
	return tx.UpdateBankFile(ctx, f)
}

func proveAccount(ctx context.Context, tx port.Tx, s port.BankStatement) error {
	if s.Proof != proofProven || s.Told.Kind != remittance.EndOfDay || s.Told.Status == remittance.Deletion || s.Told.To.IsZero() {
		return nil
	}
	seen, err := tx.BankAccount(ctx, s.AccountID.UUID)
	if err != nil {
		return err
	}
	account, err := tx.LockBankAccount(ctx, seen)
	if err != nil || account.ProvenOn > s.Told.To {
		return err
	}
	if account.ProvenOn == s.Told.To && account.ProvenMinor == s.Told.Closing.Minor {
		return nil
	}
	account.ProvenOn, account.ProvenMinor = s.Told.To, s.Told.Closing.Minor
	return tx.UpdateBankAccount(ctx, account)
}
