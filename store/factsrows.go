package store

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
)

// liveFacts says what Next may know of the step under way.
func liveFacts(it *policy.ItemFacts, s casework.Step, opens, due *time.Time) *policy.LiveStep {
	live := &policy.LiveStep{Stage: s.Stage, Action: policy.Action(s.Action), State: string(s.State), Since: s.DecidedOn}
	if opens != nil {
		live.ExpectedOn = calendar.DateOf(*opens, zone(it.TimeZone))
	}
	if due != nil {
		live.DueAt = *due
	}
	return live
}

// zone loads a time zone; Next notes an unknown one among its reasons and counts in UTC, and so do we.
func zone(name string) *time.Location {
	loc, err := calendar.LoadZone(name)
	if err != nil {
		return time.UTC
	}
	return loc
}

func (f *factsReader) block(rows pgx.Rows) error {
	var b blockRow
	err := rows.Scan(&b.customer, &b.invoice, &b.item, &b.reason, &b.until)
	f.blocks = append(f.blocks, b)
	return err
}

// settleBlocks picks for the customer and for each item the block that holds longest; one that has ended does not count.
func (f *factsReader) settleBlocks(now time.Time) {
	for i := range f.files {
		file := &f.files[i]
		for j := range file.Facts.Items {
			it := &file.Facts.Items[j]
			today := calendar.DateOf(now, zone(it.TimeZone))
			for _, b := range f.blocks {
				if b.about(file.InvoiceID, it.ID) {
					it.Blocked = longer(it.Blocked, b, today)
				}
			}
		}
		today := calendar.DateOf(now, zone(file.TimeZone))
		for _, b := range f.blocks {
			if b.customer == file.Facts.Customer.ID && !b.invoice.Valid && !b.item.Valid {
				file.Facts.Customer.Blocked = longer(file.Facts.Customer.Blocked, b, today)
			}
		}
	}
}

// about reports whether the block is one of the item, or of the whole invoice of the item.
func (b blockRow) about(invoice uuid.NullUUID, item uuid.UUID) bool {
	if b.item.Valid {
		return b.item.UUID == item
	}
	return b.invoice.Valid && b.invoice == invoice
}

func longer(have *policy.BlockFacts, b blockRow, today calendar.Date) *policy.BlockFacts {
	switch {
	case !b.until.IsZero() && b.until < today:
		return have
	case have != nil && (have.Until.IsZero() || (!b.until.IsZero() && b.until <= have.Until)):
		return have
	}
	return &policy.BlockFacts{Reason: b.reason, Until: b.until}
}

// promise keeps the open ones and, because they come in the order of settling, the one settled last as not kept.
func (f *factsReader) promise(rows pgx.Rows) error {
	var item uuid.UUID
	var p policy.PromiseFacts
	if err := rows.Scan(&item, &p.ID, &p.State, &p.HeldMinor, &p.HoldUntil, &p.SettledOn); err != nil {
		return err
	}
	it := f.facts(item)
	if it == nil {
		return nil
	}
	if p.State != receivable.PromiseOpen {
		it.Promises = slices.DeleteFunc(it.Promises, func(o policy.PromiseFacts) bool { return o.State != receivable.PromiseOpen })
	}
	it.Promises = append(it.Promises, p)
	return nil
}

func (f *factsReader) reserve(rows pgx.Rows) error {
	var item uuid.UUID
	var minor int64
	if err := rows.Scan(&item, &minor); err != nil {
		return err
	}
	if it := f.facts(item); it != nil {
		it.ReservedMinor = minor
	}
	return nil
}

func (f *factsReader) overdue(rows pgx.Rows) error {
	var customer uuid.UUID
	var o policy.OverdueFacts
	if err := rows.Scan(&customer, &o.Currency, &o.Count, &o.TotalMinor, &o.OldestDue); err != nil {
		return err
	}
	f.wide(customer, func(c *policy.CustomerFacts) { c.Overdue = append(c.Overdue, o) })
	return nil
}

func (f *factsReader) due(rows pgx.Rows) error {
	var customer uuid.UUID
	var due calendar.Date
	if err := rows.Scan(&customer, &due); err != nil {
		return err
	}
	f.wide(customer, func(c *policy.CustomerFacts) { c.Due = append(c.Due, due) })
	return nil
}

// wide changes the customer's facts in the files whose policy asks for its sums: the others must not differ by company.
func (f *factsReader) wide(customer uuid.UUID, change func(*policy.CustomerFacts)) {
	for i := range f.files {
		if f.files[i].Facts.Customer.ID == customer && f.files[i].Case.CustomerWide {
			change(&f.files[i].Facts.Customer)
		}
	}
}

// The reasons of refused steps that Next treats apart.
const (
	reasonRejected       = "rejected"        // by a person who should have approved
	reasonRefusedAddress = "refused_address" // of an e-mail contact, which is marked and passed over
)

func (f *factsReader) refused(rows pgx.Rows) error {
	var item uuid.UUID
	var reason string
	var on calendar.Date
	var channel receivable.Channel
	if err := rows.Scan(&item, &reason, &on, &channel); err != nil {
		return err
	}
	it := f.facts(item)
	switch {
	case it == nil:
	case reason == reasonRejected:
		it.RejectedOn = max(it.RejectedOn, on)
	case channel == "" || (reason == reasonRefusedAddress && channel == receivable.Email):
	case !slices.Contains(it.RefusedChannels, channel):
		it.RefusedChannels = append(it.RefusedChannels, channel)
	}
	return nil
}

func (f *factsReader) task(rows pgx.Rows) error {
	var item uuid.UUID
	var kind, dedupe string
	if err := rows.Scan(&item, &kind, &dedupe); err != nil {
		return err
	}
	it := f.facts(item)
	if it == nil || slices.Contains(it.Tasks, kind) {
		return nil
	}
	if kind == policy.TaskBrokenPromise && !slices.ContainsFunc(it.Promises, func(p policy.PromiseFacts) bool {
		return p.State != receivable.PromiseOpen && strings.HasSuffix(dedupe, "/"+p.ID.String())
	}) {
		return nil // of an earlier promise
	}
	it.Tasks = append(it.Tasks, kind)
	return nil
}

func (f *factsReader) gathering(rows pgx.Rows) error {
	var customer uuid.UUID
	var g port.GatheringRef
	if err := rows.Scan(&customer, &g.ID, &g.Currency, &g.Channel, &g.Kind, &g.OpensAt); err != nil {
		return err
	}
	for i := range f.files {
		if f.files[i].Facts.Customer.ID == customer {
			f.files[i].Gathering = append(f.files[i].Gathering, g)
		}
	}
	return nil
}
