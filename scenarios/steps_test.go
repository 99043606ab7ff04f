package scenarios_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// publish publishes a policy as it is written.
func (w *world) publish(yaml string) {
	w.Helper()
	w.admin.postYAML("/v1/policies", yaml).ok()
}

// publishFile publishes a policy that the rules' own tests keep.
func (w *world) publishFile(name string) {
	w.Helper()
	text, err := os.ReadFile("../domain/policy/testdata/" + name + ".yaml")
	require.NoError(w, err)
	w.publish(string(text))
}

// byDefault makes a policy the installation's.
func (w *world) byDefault(key string) {
	w.Helper()
	w.admin.post("/v1/policies/assign", body{"scope": "default", "policy_key": key}).ok()
}

// change alters what is about to be entered.
type change func(in body)

func with(field string, value any) change { return func(in body) { in[field] = value } }

// following is a customer's or an invoice's own policy.
func following(policy string) change { return with("policy_key", policy) }

// customer enters a customer in UTC with one contact who can be mailed and written to.
func (w *world) customer(number string, changes ...change) customer {
	w.Helper()
	in := body{
		"number": number, "name": "Customer " + number, "currency": "EUR", "language": "en", "time_zone": "UTC", "calendar": "none",
		"contacts": []body{{
			"role": "billing", "name": "Accounts payable", "email": strings.ToLower(number) + "@buyer.example", "address": "1 Main Street\nTown",
		}},
	}
	for _, alter := range changes {
		alter(in)
	}
	var made customer
	w.admin.post("/v1/customers", in).into(&made)
	return made
}

// owe enters an invoice with one due date; amounts are in major units, as in "300.00 EUR".
func (w *world) owe(c customer, number, amount, due string, changes ...change) invoice {
	w.Helper()
	return w.invoice(c, number, amount, append([]change{with("due_date", due), dated(due)}, changes...)...)
}

// dated gives an invoice whose first due date is known a plausible date of its own.
func dated(due string) change {
	return with("invoice_date", calendar.MustDate(due).AddDays(-30).String())
}

// instalments gives an invoice several due dates: "300.00 on 2013-01-18".
func instalments(currency string, parts ...string) change {
	return func(in body) {
		var list []body
		for _, p := range parts {
			amount, due, _ := strings.Cut(p, " on ")
			minor := mustParse(amount, currency)
			list = append(list, body{"due_date": due, "amount_minor": minor})
		}
		in["instalments"] = list
		delete(in, "due_date")
	}
}

func (w *world) invoice(c customer, number, amount string, changes ...change) invoice {
	w.Helper()
	minor, currency := w.minor(amount)
	in := body{"number": number, "customer_id": c.ID, "currency": currency, "amount_minor": minor}
	for _, alter := range changes {
		alter(in)
	}
	var made invoice
	w.admin.post("/v1/invoices", in).into(&made)
	for _, it := range made.Items {
		w.items[it.ID] = part{invoice: number, due: it.DueDate, original: it.OriginalMinor}
	}
	return made
}

// minor reads "300.00 EUR".
func (w *world) minor(amount string) (int64, string) {
	w.Helper()
	number, currency, found := strings.Cut(amount, " ")
	require.True(w, found, amount)
	return mustParse(number, currency), currency
}

func mustParse(number, currency string) int64 {
	parsed, err := money.Parse(number, money.Currency(currency))
	if err != nil {
		panic(err) // a story that is written wrongly
	}
	return parsed.Minor()
}

type receipt struct {
	ID string `json:"id"`
}

// pay records money and applies it to the oldest items of an invoice.
func (w *world) pay(inv invoice, amount string) receipt {
	w.Helper()
	minor, currency := w.minor(amount)
	return w.receive(inv.CustomerID, amount, body{"invoice_id": inv.ID, "amount_minor": minor}, currency)
}

// payItem records money and applies it to one item.
func (w *world) payItem(inv invoice, it item, amount string) receipt {
	w.Helper()
	minor, currency := w.minor(amount)
	return w.receive(inv.CustomerID, amount, body{"item_id": it.ID, "amount_minor": minor}, currency)
}

// deposit records money of a customer that is applied to nothing yet.
func (w *world) deposit(c customer, amount string) {
	w.Helper()
	_, currency := w.minor(amount)
	w.receive(c.ID, amount, nil, currency)
}

func (w *world) receive(customerID, amount string, application body, currency string) receipt {
	w.Helper()
	minor, _ := w.minor(amount)
	in := body{
		"number": fmt.Sprintf("R%d", w.next()), "customer_id": customerID, "currency": currency, "amount_minor": minor,
		"value_date": w.pump.Today().String(),
	}
	if application != nil {
		in["applications"] = []body{application}
	}
	var made receipt
	w.clerk.post("/v1/receipts", in).into(&made)
	return made
}

func (w *world) reverse(r receipt) {
	w.Helper()
	w.clerk.post("/v1/receipts/"+r.ID+"/reverse", body{"reason": "returned by the bank"}).ok()
}

func (w *world) void(inv invoice) {
	w.Helper()
	w.admin.post("/v1/invoices/"+inv.ID+"/void", body{"reason": "entered twice"}).ok()
}

// decideApproval approves or rejects what the approval shows.
func (w *world) decideApproval(who *client, a approval, decision string) answer {
	w.Helper()
	return who.post("/v1/approvals/"+a.ID+"/decision", body{"decision": decision, "content_hash": a.ContentHash, "comment": "read"})
}

// approve lets the supervisor approve.
func (w *world) approve(a approval) {
	w.Helper()
	w.decideApproval(w.boss, a, "approve").ok()
}

// block holds everything of a customer back through a day.
func (w *world) block(c customer, until string) string {
	w.Helper()
	var made struct {
		ID string `json:"id"`
	}
	w.clerk.post("/v1/blocks", body{"customer_id": c.ID, "reason": "customer_request", "until": until}).into(&made)
	return made.ID
}

// dayAfter is the next civil date.
func dayAfter(date string) string { return calendar.MustDate(date).AddDays(1).String() }

// dayBefore is the previous civil date.
func dayBefore(date string) string { return calendar.MustDate(date).AddDays(-1).String() }
