package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/audit"
	"arrears/domain/intake"
	"arrears/domain/receivable"
	"arrears/port"
)

// batch is some rows of a load in one transaction. It is made anew for every attempt.
type batch struct {
	load     *importRun
	tx       port.Tx
	now      time.Time
	audits   *auditBuffer
	rows     []*importRow
	refs     map[string]port.CustomerRef // by customer key
	made     []port.CustomerRef
	known    map[string]receivable.Invoice // by number, read under the locks
	seen     map[string]*importRow         // the first row of each number in this batch
	entering map[string]*importRow         // those of them that are new
	repeated map[[32]byte]int
	silent   bool // nothing goes to quarantine: the row comes from there

	invoices []receivable.Invoice
	receipts []receivable.Receipt
	flags    []receivable.DisputeFlag
	wide     []uuid.UUID // customers with earlier cases that look at sums which this batch changes
}

// auditBuffer collects the entries of a batch; they are written together at its end. Everything else goes to the
// transaction.
type auditBuffer struct {
	port.Tx
	entries []audit.Entry
}

// Audit keeps an entry for the end of the batch.
func (t *auditBuffer) Audit(_ context.Context, e audit.Entry) error {
	t.entries = append(t.entries, e)
	return nil
}

func newBatch(r *importRun, tx port.Tx, now time.Time, rows []*importRow) *batch {
	for _, row := range rows {
		row.reset()
	}
	return &batch{
		load: r, tx: tx, now: now, audits: &auditBuffer{Tx: tx}, rows: rows, refs: map[string]port.CustomerRef{},
		known: map[string]receivable.Invoice{}, seen: map[string]*importRow{}, entering: map[string]*importRow{}, repeated: map[[32]byte]int{},
	}
}

// run loads the batch's rows.
func (b *batch) run(ctx context.Context) error {
	if err := b.customers(ctx); err != nil {
		return err
	}
	if err := b.read(ctx); err != nil {
		return err
	}
	for _, row := range b.rows {
		if row.fate == fateUndecided {
			if err := b.decide(ctx, row); err != nil {
				return err
			}
		}
	}
	if err := b.enter(ctx); err != nil {
		return err
	}
	if !b.silent {
		list, err := b.quarantined()
		if err != nil {
			return err
		}
		if err := b.tx.InsertQuarantine(ctx, list); err != nil {
			return err
		}
	}
	return b.tx.AuditMany(ctx, b.audits.entries)
}

// read reads the invoices that are there, under the locks.
func (b *batch) read(ctx context.Context) error {
	var numbers []string
	for _, row := range b.rows {
		if row.fate == fateUndecided {
			numbers = append(numbers, row.Row.Number)
		}
	}
	list, err := b.tx.InvoicesByNumbers(ctx, b.load.in.Source, numbers)
	for _, inv := range list {
		b.known[inv.Number] = inv
	}
	return err
}

// decide says what becomes of a row, and does it unless it is new: new ones are entered together.
func (b *batch) decide(ctx context.Context, row *importRow) error {
	if earlier := b.seen[row.Row.Number]; earlier != nil {
		b.repeat(row, sameRow(earlier.Row, row.Row))
		return nil
	}
	b.seen[row.Row.Number] = row
	inv, there := b.known[row.Row.Number]
	switch {
	case !there:
		b.entering[row.Row.Number] = row
		row.fate = fateAccepted
		return nil
	case row.again:
		b.repeat(row, b.says(inv, row) != otherContent)
		return nil
	}
	return b.compare(ctx, row, inv)
}

// repeat deals with a number that stood in an earlier row of the file: the same again is only odd, something else is
// refused, because nobody knows which of the two is right.
func (b *batch) repeat(row *importRow, same bool) {
	if same {
		row.Flag(intake.FieldNumber, intake.CodeDuplicateRow, "the same row stands in the file already")
		row.fate = fateUnchanged
		return
	}
	row.Refuse(intake.FieldNumber, intake.CodeConflictingDuplicate, "the number stands in the file already, with other content")
	row.fate = fateRefused
}

// sameRow reports whether two rows say the same of an invoice.
func sameRow(a, b *intake.Row) bool {
	return a.CustomerKey() == b.CustomerKey() && a.InvoiceDate == b.InvoiceDate && a.DueDate == b.DueDate &&
		a.Currency == b.Currency && a.AmountMinor == b.AmountMinor && a.OpenMinor == b.OpenMinor && a.Settled == b.Settled &&
		a.PurchaseOrder == b.PurchaseOrder && equalInstalments(a.Instalments, b.Instalments)
}

func equalInstalments(a, b []intake.Instalment) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
