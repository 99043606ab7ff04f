package pump

import (
	"context"
	"sort"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/money"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
	"arrears/workflows/contract"
)

// Customer enters a customer with a billing contact who can be mailed and written to.
func (p *Pump) Customer(number string, change ...func(*app.NewCustomer)) receivable.Customer {
	p.t.Helper()
	in := app.NewCustomer{
		Source: "test", Number: number, Name: "Customer " + number, Currency: "EUR", Language: "en", TimeZone: "UTC", Calendar: "none",
		Contacts: []app.NewContact{{
			Role: receivable.RoleBilling, Name: "Accounts", Email: "accounts@" + number + ".example", Address: "1 Main Street\n" + number,
		}},
	}
	for _, fn := range change {
		fn(&in)
	}
	c, err := p.App.CreateCustomer(p.t.Context(), Admin, in)
	require.NoError(p.t, err)
	return c
}

// Invoice enters an invoice in the customer's currency with one due date.
func (p *Pump) Invoice(c receivable.Customer, number string, minor int64, due string, change ...func(*app.NewInvoice)) receivable.Invoice {
	p.t.Helper()
	in := app.NewInvoice{
		Source: "test", Number: number, CustomerID: c.ID, Currency: c.Currency, AmountMinor: minor,
		InvoiceDate: calendar.MustDate(due).AddDays(-30), DueDate: calendar.MustDate(due),
	}
	for _, fn := range change {
		fn(&in)
	}
	inv, err := p.App.CreateInvoice(p.t.Context(), Admin, in)
	require.NoError(p.t, err)
	return inv
}

// Pay records a receipt and applies it to the invoice.
func (p *Pump) Pay(inv receivable.Invoice, number string, minor int64) receivable.Receipt {
	p.t.Helper()
	r, err := p.App.RecordReceipt(p.t.Context(), Admin, app.NewReceipt{
		Source: "bank", Number: number, CustomerID: uuid.NullUUID{UUID: inv.CustomerID, Valid: true}, Currency: inv.Currency,
		AmountMinor: minor, ValueDate: p.Today(),
		Applications: []app.ReceiptApplication{{InvoiceID: uuid.NullUUID{UUID: inv.ID, Valid: true}, AmountMinor: minor}},
	})
	require.NoError(p.t, err)
	return r
}

// Publish publishes a policy.
func (p *Pump) Publish(pol policy.Policy) port.PolicyVersion {
	p.t.Helper()
	v, err := p.App.PublishPolicy(p.t.Context(), Admin, pol)
	require.NoError(p.t, err)
	return v
}

// SentLine is a line that went out, in short.
type SentLine struct {
	On       calendar.Date // in UTC
	Invoice  string
	Part     int // instalment
	Level    int
	Channel  receivable.Channel
	Currency money.Currency
	Ask      int64
	Stage    string
}

// Sent lists all lines that went out so far, by day, invoice and part.
func (p *Pump) Sent() []SentLine {
	p.t.Helper()
	var lines []SentLine
	for _, n := range p.Notices() {
		for _, l := range n.Lines {
			if l.State == notice.LineSent {
				lines = append(lines, SentLine{
					On: calendar.DateOf(*n.SentAt, time.UTC), Invoice: l.InvoiceNumber, Part: l.Instalment, Level: l.Level, Channel: n.Channel,
					Currency: n.Currency, Ask: l.AskMinor, Stage: l.Stage,
				})
			}
		}
	}
	sort.Slice(lines, func(i, j int) bool {
		a, b := lines[i], lines[j]
		switch {
		case a.On != b.On:
			return a.On < b.On
		case a.Invoice != b.Invoice:
			return a.Invoice < b.Invoice
		}
		return a.Part < b.Part
	})
	return lines
}

// SentOn lists the lines that went out on one day.
func (p *Pump) SentOn(date string) []SentLine {
	p.t.Helper()
	var lines []SentLine
	for _, l := range p.Sent() {
		if l.On == calendar.MustDate(date) {
			lines = append(lines, l)
		}
	}
	return lines
}

// Notices reads all notices with their lines, oldest first.
func (p *Pump) Notices() []notice.Notice {
	p.t.Helper()
	var all []notice.Notice
	p.Read(func(ctx context.Context, tx port.Tx) error {
		page := port.Page{Limit: port.MaxLimit}
		for {
			list, err := tx.ListNotices(ctx, port.NoticeFilter{}, page)
			if err != nil {
				return err
			}
			for _, n := range list.Items {
				full, err := tx.Notice(ctx, n.ID)
				if err != nil {
					return err
				}
				all = append(all, full)
			}
			if page.After = list.Next; list.Next == "" {
				return nil
			}
		}
	})
	sort.Slice(all, func(i, j int) bool { return all[i].ID.String() < all[j].ID.String() })
	return all
}

// Case reads an invoice's case.
func (p *Pump) Case(invoice uuid.UUID) app.CaseDetail {
	p.t.Helper()
	c, err := p.App.Case(p.t.Context(), Admin, invoice)
	require.NoError(p.t, err)
	return c
}

// Items reads an invoice's items.
func (p *Pump) Items(invoice uuid.UUID) []receivable.Item {
	p.t.Helper()
	var items []receivable.Item
	p.Read(func(ctx context.Context, tx port.Tx) (err error) {
		items, err = tx.ItemsOf(ctx, invoice)
		return err
	})
	return items
}

// OpenApprovals lists what waits for a decision.
func (p *Pump) OpenApprovals() []casework.Approval {
	p.t.Helper()
	list, err := p.App.ListApprovals(p.t.Context(), Boss, port.ApprovalFilter{State: string(casework.ApprovalOpen)}, port.Page{Limit: port.MaxLimit})
	require.NoError(p.t, err)
	return list.Items
}

// Tasks lists tasks of a kind, whatever their state; an empty kind means all.
func (p *Pump) Tasks(kind string) []casework.Task {
	p.t.Helper()
	var tasks []casework.Task
	p.Read(func(ctx context.Context, tx port.Tx) error {
		list, err := tx.ListTasks(ctx, port.TaskFilter{Kind: kind}, port.Page{Limit: port.MaxLimit})
		tasks = list.Items
		return err
	})
	return tasks
}

// Counters reads the counters.
func (p *Pump) Counters() map[string]int64 {
	p.t.Helper()
	var counters map[string]int64
	p.Read(func(ctx context.Context, tx port.Tx) (err error) {
		counters, err = tx.Counters(ctx)
		return err
	})
	return counters
}

// Read runs fn in a read-only transaction.
func (p *Pump) Read(fn func(ctx context.Context, tx port.Tx) error) {
	p.t.Helper()
	require.NoError(p.t, p.DB.Read(p.t.Context(), fn))
}

// Running reports whether the subject's workflow runs, and what it waits for.
func (p *Pump) Running(kind string, subject uuid.UUID) (contract.Next, bool) {
	x := p.procs[contract.WorkflowID(kind, subject)]
	if x == nil || x.done {
		return contract.Next{}, false
	}
	return x.next, true
}

func uuids(ids ...uuid.UUID) []uuid.UUID { return ids }
