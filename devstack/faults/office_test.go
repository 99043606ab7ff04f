package faults

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/domain/calendar"
)

// office is everybody who uses an installation at once. It keeps a book of its own of what it was answered.
type office struct {
	t     *testing.T
	h     *house.House
	books *caller
	boss  *caller
	today calendar.Date
	shut  chan struct{}
	work  sync.WaitGroup

	mu       sync.Mutex
	recorded map[string][]uuid.UUID // what was answered with success, by table
	payable  []payable
	loads    int
	rows     int
	decided  int
}

// payable is an invoice that was entered and may be paid.
type payable struct {
	number   string
	customer uuid.UUID
	minor    int64
}

// pace is how soon one of them does the next thing.
const pace = 400 * time.Millisecond

func openOffice(t *testing.T, h *house.House, books *caller, boss string) *office {
	t.Helper()
	o := &office{t: t, h: h, books: books, boss: books.as(boss), today: h.Today(), shut: make(chan struct{}), recorded: map[string][]uuid.UUID{}}
	for _, daily := range []func(n int){o.load, o.enter, o.enter, o.pay, o.note, func(int) { o.decide() }} {
		o.work.Go(func() {
			for n := 0; ; n++ {
				daily(n)
				select {
				case <-o.shut:
					return
				case <-time.After(pace):
				}
			}
		})
	}
	return o
}

// close lets everybody finish what they are at.
func (o *office) close() {
	close(o.shut)
	o.work.Wait()
}

// made notes what an answer said is in the books.
func (o *office) made(table string, a answer) (uuid.UUID, bool) {
	if !a.ok() {
		o.t.Errorf("%s: %d %s", table, a.status, a.body)
		return uuid.Nil, false
	}
	var record struct {
		ID uuid.UUID `json:"id"`
	}
	a.into(o.t, &record)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.recorded[table] = append(o.recorded[table], record.ID)
	return record.ID, true
}

// enter enters a customer with one overdue invoice; each third asks a supervisor first.
func (o *office) enter(n int) {
	number := "e" + strings.ReplaceAll(uuid.NewString()[:13], "-", "")
	customer, ok := o.made("customers", o.books.post("/v1/customers", map[string]any{
		"number": number, "name": "Customer " + number, "currency": "EUR", "time_zone": "UTC", "calendar": "none",
		"contacts": []map[string]any{{"role": "billing", "name": "Accounts payable", "email": house.Address(number)}},
	}))
	if !ok {
		return
	}
	body := map[string]any{
		"number": "I-" + number, "customer_id": customer, "invoice_date": o.today.AddDays(-33), "due_date": o.today.AddDays(-3),
		"currency": "EUR", "amount_minor": 100_00 + n,
	}
	if n%3 == 0 {
		body["policy_key"] = "ask-first"
	}
	if _, ok := o.made("invoices", o.books.post("/v1/invoices", body)); ok {
		o.mu.Lock()
		o.payable = append(o.payable, payable{"I-" + number, customer, int64(100_00 + n)})
		o.mu.Unlock()
	}
}

// load loads a file of a few customers with an overdue invoice each.
func (o *office) load(n int) {
	const rows = 4
	text := csvHead
	for i := range rows {
		text += csvRow(fmt.Sprintf("L-%d-%d", n, i), fmt.Sprintf("l%03d%d", n, i), o.today.AddDays(-33).String(), o.today.AddDays(-3).String(), "75.50", "")
	}
	if _, ok := o.made("imports", o.books.load(fmt.Sprintf("day-%d.csv", n), text)); ok {
		o.mu.Lock()
		o.loads, o.rows = o.loads+1, o.rows+rows
		o.mu.Unlock()
	}
}

// pay pays an invoice, every second time only a part of it.
func (o *office) pay(n int) {
	o.mu.Lock()
	if len(o.payable) == 0 {
		o.mu.Unlock()
		return
	}
	p := o.payable[0]
	o.payable = o.payable[1:]
	o.mu.Unlock()
	minor := p.minor
	if n%2 == 1 {
		minor /= 2
	}
	o.made("receipts", o.books.post("/v1/receipts", map[string]any{
		"number": "R-" + p.number, "customer_id": p.customer, "currency": "EUR", "amount_minor": minor, "value_date": o.today,
		"applications": []map[string]any{{"invoice_number": p.number, "amount_minor": minor}},
	}))
}

// note writes down a call; nothing but its key tells one from another.
func (o *office) note(int) {
	o.mu.Lock()
	customers := o.recorded["customers"]
	o.mu.Unlock()
	if len(customers) == 0 {
		return
	}
	o.made("notes", o.books.post("/v1/notes", map[string]any{"customer_id": customers[len(customers)-1], "kind": "note", "body": "They were called."}))
}

// decide approves what waits for a supervisor. What changed in between is refused, which is right.
func (o *office) decide() {
	var open struct {
		Items []struct {
			ID          uuid.UUID `json:"id"`
			ContentHash string    `json:"content_hash"`
		} `json:"items"`
	}
	a := o.boss.get("/v1/approvals?status=open&limit=20")
	if !a.ok() {
		o.t.Errorf("%d %s", a.status, a.body)
		return
	}
	a.into(o.t, &open)
	for _, ap := range open.Items {
		a := o.boss.post("/v1/approvals/"+ap.ID.String()+"/decision", map[string]any{"decision": "approve", "content_hash": ap.ContentHash})
		switch {
		case a.ok():
			o.mu.Lock()
			o.decided++
			o.recorded["approvals"] = append(o.recorded["approvals"], ap.ID)
			o.mu.Unlock()
		case a.code() != "approval.not_open" && a.code() != "approval.content_changed" && a.code() != "approval.changed":
			o.t.Errorf("%d %s", a.status, a.body)
		}
	}
}

// decideAll goes on deciding until nothing waits for a decision.
func (o *office) decideAll() {
	o.h.UntilLong("everything is decided", func() bool {
		o.decide()
		return o.h.Count("nudges", "start_at IS NULL") == 0 && o.h.Count("approvals", "state = 'open'") == 0
	})
}

// atWork reports whether something of everything that needs no decision was done.
func (o *office) atWork() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, table := range []string{"customers", "invoices", "receipts", "notes", "imports"} {
		if len(o.recorded[table]) == 0 {
			return false
		}
	}
	return true
}

// atRest reports whether all that was entered has had its reminder or is paid.
func (o *office) atRest() bool {
	if o.h.Count("approvals", "state = 'open'") > 0 {
		o.decide()
		return false
	}
	return o.h.Count("nudges", "start_at IS NULL") == 0 &&
		o.h.Count("items", "open_minor > 0 AND level = 0") == 0 &&
		o.h.Count("cases c", "state <> 'closed' AND NOT EXISTS (SELECT FROM items i WHERE i.invoice_id = c.id AND i.open_minor > 0)") == 0 &&
		o.h.Count("notices", "state IN ('gathering','sealed','sending')") == 0
}

// audit compares the books with the office's own.
func (o *office) audit() {
	o.t.Helper()
	for _, table := range []string{"customers", "invoices", "receipts", "notes", "imports", "approvals"} {
		ids := o.recorded[table]
		require.NotEmpty(o.t, ids, "%s were made", table)
		require.Equal(o.t, len(ids), o.h.Count(table, "id = ANY($1)", ids), "%s: what was answered is in the books, under one id each", table)
	}
	for _, table := range []string{"receipts", "notes"} {
		require.Equal(o.t, len(o.recorded[table]), o.h.Count(table, "true"), "%s: one request, one effect", table)
	}
	require.Equal(o.t, len(o.recorded["customers"])+o.rows, o.h.Count("customers", "true"))
	require.Equal(o.t, len(o.recorded["invoices"])+o.rows, o.h.Count("invoices", "true"))
	require.Equal(o.t, o.rows, o.h.Count("invoices", "source = 'csv'"), "each row of the files once")
	// A load that ended and whose answer was lost is loaded again under a fresh key, which finds nothing to do.
	require.GreaterOrEqual(o.t, o.h.Count("imports", "state = 'done'"), o.loads)
	require.Equal(o.t, o.decided, o.h.Count("approvals", "state = 'approved'"))
	require.Equal(o.t, o.decided, o.h.Count("audit_entries", "action = 'approval.approved'"))
	require.Equal(o.t, o.h.Count("invoices", "true"), o.h.Count("audit_entries", "action = 'invoice.created'"))
	require.Equal(o.t, o.h.Count("receipts", "true"), o.h.Count("audit_entries", "action = 'receipt.recorded'"))
}

// String tells how much there was to do.
func (o *office) String() string {
	return fmt.Sprintf("%d invoices, %d of them from %d files, %d receipts, %d approvals, %d notes, %d mails; %d requests answered, %d asked again",
		o.h.Count("invoices", "true"), o.rows, o.loads, len(o.recorded["receipts"]), o.decided, len(o.recorded["notes"]), o.h.Mail.Count(),
		o.books.asked.Load(), o.books.again.Load())
}
