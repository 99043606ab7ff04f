package app

import (
	"context"
	"hash/maphash"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/intake"
	"arrears/domain/receivable"
	"arrears/port"
)

const (
	// directorySize bounds how many customers a load keeps in memory; others are read when a row names them.
	directorySize = 200_000
	// directoryPage is how many are read at once.
	directoryPage = 5_000
)

// directory is what a load knows of its source's customers.
type directory struct {
	profile *intake.Profile
	byKey   map[string]port.CustomerRef
	byName  map[string]string // name key → the first number that has it
	named   map[string]string // number → the name it first had in the file, until the customer is there
	seed    maphash.Seed
	told    map[uint64]struct{} // number and name pairs that were flagged
}

func newDirectory(p *intake.Profile) directory {
	return directory{
		profile: p, byKey: map[string]port.CustomerRef{}, byName: map[string]string{}, named: map[string]string{},
		seed: maphash.MakeSeed(), told: map[uint64]struct{}{},
	}
}

// fill reads the customers that are there.
func (d *directory) fill(ctx context.Context, tx port.Tx, source string) error {
	var after uuid.UUID
	for len(d.byKey) < directorySize {
		page, err := tx.CustomerRefs(ctx, source, after, directoryPage)
		if err != nil {
			return err
		}
		d.add(page...)
		if len(page) < directoryPage {
			return nil
		}
		after = page[len(page)-1].ID
	}
	return nil
}

func (d *directory) add(list ...port.CustomerRef) {
	for _, c := range list {
		if len(d.byKey) >= directorySize {
			return
		}
		d.byKey[c.Number] = c
		if key := d.profile.NameKey(c.Name); key != "" && d.byName[key] == "" {
			d.byName[key] = c.Number
		}
	}
}

// otherName reports, once for each pair, whether a customer's number comes with a name that is not the one it is known by.
func (d *directory) otherName(number, name string) bool {
	if number == "" {
		return false
	}
	known := d.name(number, name)
	key := d.profile.NameKey(name)
	if key == "" || known == "" || known == number || key == d.profile.NameKey(known) {
		return false
	}
	pair := maphash.String(d.seed, number+"\x00"+key)
	if _, told := d.told[pair]; told || len(d.told) >= directorySize {
		return false
	}
	d.told[pair] = struct{}{}
	return true
}

// name is what a customer is called: as recorded, else as the file's first row with its number said. Both are the same
// name, because that row makes the customer; so a second load flags the same rows.
func (d *directory) name(number, name string) string {
	if known, ok := d.byKey[number]; ok {
		return known.Name
	}
	first, ok := d.named[number]
	if !ok && len(d.named) < directorySize {
		first = orElse(name, number)
		d.named[number] = first
	}
	return first
}

// customers finds or makes the customers of the batch's rows and takes their locks.
func (b *batch) customers(ctx context.Context) error {
	missing, order := b.unknown()
	if len(order) > 0 {
		refs, err := b.tx.CustomerRefsByNumber(ctx, b.load.in.Source, order)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			b.refs[ref.Number] = ref
			delete(missing, ref.Number)
		}
		if err := b.make(ctx, missing, order); err != nil {
			return err
		}
	}
	var ids []uuid.UUID
	for _, row := range b.rows {
		if row.fate != fateUndecided {
			continue
		}
		row.customer = b.refs[row.Row.CustomerKey()].ID
		ids = append(ids, row.customer)
	}
	return b.tx.LockCustomers(ctx, inOrder(ids))
}

// unknown lists the customers that the directory does not have, in the order of the rows, with the row that names each
// first.
func (b *batch) unknown() (missing map[string]*importRow, order []string) {
	missing = map[string]*importRow{}
	for _, row := range b.rows {
		if row.fate != fateUndecided {
			continue
		}
		key := row.Row.CustomerKey()
		if ref, ok := b.load.known.byKey[key]; ok {
			b.refs[key] = ref
			continue
		}
		if missing[key] == nil {
			missing[key] = row
			order = append(order, key)
		}
	}
	return missing, order
}

// make enters customers that nobody knows. Another load may enter the same ones meanwhile: then those count.
func (b *batch) make(ctx context.Context, missing map[string]*importRow, order []string) error {
	var list []receivable.Customer
	var numbers []string
	names := map[string]string{}
	for _, key := range order {
		row := missing[key]
		if row == nil {
			continue
		}
		c, err := b.load.customer(row.Row, b.now)
		if err != nil {
			return err
		}
		list, numbers = append(list, c), append(numbers, key)
		if row.Row.ByName() && b.load.in.Profile.Match == intake.MatchNumberThenName {
			row.Flag(intake.FieldCustomerNumber, intake.CodeCustomerByName, "the row has no customer number: a customer was made of its name")
		}
		if name := row.Row.NameKey; name != "" {
			other := orElse(b.load.known.byName[name], names[name])
			if other != "" && other != key {
				row.Flag(intake.FieldCustomerName, intake.CodeNameSeveralNumbers, "a customer of this name is known under another number")
			}
			names[name] = key
		}
	}
	created, err := b.tx.InsertNewCustomers(ctx, list)
	if err != nil {
		return err
	}
	return b.entered(ctx, list, created, numbers)
}

// entered records the customers that were made and reads back all that were missing.
func (b *batch) entered(ctx context.Context, list []receivable.Customer, created []uuid.UUID, numbers []string) error {
	isNew := map[uuid.UUID]bool{}
	for _, id := range created {
		isNew[id] = true
	}
	for _, c := range list {
		if !isNew[c.ID] {
			continue
		}
		if err := recordCustomer(ctx, b.audits, b.now, b.load.who.ID, c, "customer.created", map[string]any{
			"contacts": len(c.Contacts), "net_days": c.Terms.NetDays, "policy_key": "", "import_id": b.load.record.ID,
		}); err != nil {
			return err
		}
	}
	refs, err := b.tx.CustomerRefsByNumber(ctx, b.load.in.Source, numbers)
	for _, ref := range refs {
		b.refs[ref.Number] = ref
		if isNew[ref.ID] {
			b.made = append(b.made, ref)
		}
	}
	return err
}

// customer makes a customer of the row that names it first.
func (r *importRun) customer(row *intake.Row, now time.Time) (receivable.Customer, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return receivable.Customer{}, err
	}
	given := r.in.Customers
	country := firstOf(row.Country, given.Country, r.in.Profile.Country)
	local := given.Countries[country]
	c := receivable.Customer{
		ID: id, Source: r.in.Source, Number: row.CustomerKey(), Name: firstOf(row.CustomerName, row.CustomerKey()),
		Segment: firstOf(row.Segment, r.in.Profile.Segment), Currency: row.Currency, Country: country,
		Language: firstOf(row.Language, local.Language, given.Language, r.in.Profile.Language, r.house.Language),
		TimeZone: firstOf(row.TimeZone, local.TimeZone, given.TimeZone, r.in.Profile.TimeZone, r.house.TimeZone),
		Calendar: firstOf(local.Calendar, shippedCalendar(country), r.house.Calendar),
		Terms:    receivable.Terms{NetDays: defaultNetDays}, RecipientChangedBy: r.who.ID, Version: 1, CreatedAt: now,
	}
	if row.Email != "" {
		contact, err := uuid.NewV7()
		if err != nil {
			return c, err
		}
		c.Contacts = []receivable.Contact{{ID: contact, CustomerID: id, Role: receivable.RoleBilling, Email: row.Email, Active: true, Version: 1}}
	}
	return c, nil
}

// shippedCalendar is a country's own calendar, where we hold one.
func shippedCalendar(country string) string {
	if _, ok := calendar.Shipped(country); ok && country != "" {
		return country
	}
	return ""
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
