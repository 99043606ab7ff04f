package scenarios_test

import (
	"fmt"
	"slices"
	"time"

	"arrears/domain/money"
)

// customer, invoice and the rest are what stories read of the API's answers.
type customer struct {
	ID         string `json:"id"`
	CreditHold string `json:"credit_hold"`
	Contacts   []struct {
		ID            string     `json:"id"`
		Email         string     `json:"email"`
		EmailFailedAt *time.Time `json:"email_failed_at"`
	} `json:"contacts"`
}

type invoice struct {
	ID         string `json:"id"`
	Number     string `json:"number"`
	CustomerID string `json:"customer_id"`
	Currency   string `json:"currency"`
	State      string `json:"state"`
	Items      []item `json:"items"`
}

type item struct {
	ID            string `json:"id"`
	Seq           int    `json:"seq"`
	DueDate       string `json:"due_date"`
	OriginalMinor int64  `json:"original_minor"`
	OpenMinor     int64  `json:"open_minor"`
	DisputedMinor int64  `json:"disputed_minor"`
	Cycle         int    `json:"cycle"`
	Level         int    `json:"level"`
	LastStageDone string `json:"last_stage_done"`
	HandedOverOn  string `json:"handed_over_on"`
}

type invoiceRow struct {
	Number    string `json:"number"`
	OpenMinor int64  `json:"open_minor"`
}

type notice struct {
	ID          string     `json:"id"`
	Currency    string     `json:"currency"`
	Channel     string     `json:"channel"`
	Kind        string     `json:"kind"`
	State       string     `json:"state"`
	Outcome     string     `json:"outcome"`
	Subject     string     `json:"subject"`
	Recipient   string     `json:"recipient"`
	ContentHash string     `json:"content_hash"`
	AskedMinor  int64      `json:"asked_minor"`
	SentAt      *time.Time `json:"sent_at"`
	CreatedAt   time.Time  `json:"created_at"`
	Lines       []line     `json:"lines"`
}

type line struct {
	ID            string `json:"id"`
	ItemID        string `json:"item_id"`
	Stage         string `json:"stage"`
	Level         int    `json:"level"`
	State         string `json:"state"`
	OpenMinor     int64  `json:"open_minor"`
	AskMinor      int64  `json:"ask_minor"`
	ReservedMinor int64  `json:"reserved_minor"`
	DaysPastDue   int    `json:"days_past_due"`
}

type approval struct {
	ID          string    `json:"id"`
	SubjectID   string    `json:"subject_id"`
	Stage       string    `json:"stage"`
	Role        string    `json:"role"`
	State       string    `json:"state"`
	ContentHash string    `json:"content_hash"`
	AmountMinor int64     `json:"amount_minor"`
	Reminders   int       `json:"reminders"`
	DueAt       time.Time `json:"due_at"`
}

type task struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Role    string `json:"role"`
	State   string `json:"state"`
	Summary string `json:"summary"`
}

type promise struct {
	ID            string `json:"id"`
	State         string `json:"state"`
	ReceivedMinor int64  `json:"received_minor"`
}

type theCase struct {
	State  string    `json:"state"`
	WakeAt time.Time `json:"wake_at"`
	Steps  []struct {
		Stage     string `json:"stage"`
		State     string `json:"state"`
		Cycle     int    `json:"cycle"`
		DecidedOn string `json:"decided_on"`
		DoneOn    string `json:"done_on"`
	} `json:"steps"`
	LastDecision struct {
		Items []struct {
			Verb    string `json:"verb"`
			Stage   string `json:"stage"`
			On      string `json:"on"`
			Reasons []struct {
				Code string `json:"code"`
			} `json:"reasons"`
		} `json:"items"`
	} `json:"last_decision"`
}

type entry struct {
	Action string `json:"action"`
	Actor  string `json:"actor"`
	Text   string `json:"text"`
}

// line writes a line as the stories do: invoice, due date, level, channel, what is asked of what it was.
func (w *world) line(n notice, l line) string {
	p := w.items[l.ItemID]
	return fmt.Sprintf("%s %s L%d %s %s/%s %s", p.invoice, p.due, l.Level, n.Channel, plain(l.AskMinor, n.Currency),
		plain(p.original, n.Currency), n.Currency)
}

func plain(minor int64, currency string) string {
	return money.Of(minor, money.Currency(currency)).Decimal()
}

// notices reads all notices with their lines, oldest first. What was sent or given up does not change any more.
func (w *world) notices() []notice {
	w.Helper()
	rows := list[notice](w.auditor, "/v1/notices")
	for i, n := range rows {
		if past, known := w.past[n.ID]; known {
			rows[i] = past
			continue
		}
		rows[i] = w.notice(n.ID)
		if slices.Contains([]string{"sent", "withdrawn", "refused"}, rows[i].State) {
			w.past[n.ID] = rows[i]
		}
	}
	return rows
}

func (w *world) notice(id string) notice {
	w.Helper()
	var n notice
	w.auditor.get("/v1/notices/" + id).into(&n)
	return n
}

func (w *world) read(inv invoice) invoice {
	w.Helper()
	var found invoice
	w.auditor.get("/v1/invoices/" + inv.ID).into(&found)
	return found
}

func (w *world) caseOf(inv invoice) theCase {
	w.Helper()
	var c theCase
	w.auditor.get("/v1/invoices/" + inv.ID + "/case").into(&c)
	return c
}

// reasons are the codes of why the first item's last decision is what it is.
func (w *world) reasons(inv invoice) []string {
	w.Helper()
	var codes []string
	for _, r := range w.caseOf(inv).LastDecision.Items[0].Reasons {
		codes = append(codes, r.Code)
	}
	return codes
}

// level is the dunning level of an invoice's first item.
func (w *world) level(inv invoice) int {
	w.Helper()
	return w.read(inv).Items[0].Level
}

func (w *world) openApprovals() []approval {
	w.Helper()
	return list[approval](w.auditor, "/v1/approvals?status=open")
}

func (w *world) approval(id string) approval {
	w.Helper()
	var a approval
	w.auditor.get("/v1/approvals/" + id).into(&a)
	return a
}

// tasks lists the tasks of a kind, whatever their state.
func (w *world) tasks(kind string) []task {
	w.Helper()
	return list[task](w.auditor, "/v1/tasks?kind="+kind)
}

// actions are the audited actions of an invoice's timeline, in order.
func (w *world) actions(inv invoice) []string {
	w.Helper()
	var names []string
	for _, e := range list[entry](w.auditor, "/v1/invoices/"+inv.ID+"/timeline") {
		names = append(names, e.Action)
	}
	return names
}
