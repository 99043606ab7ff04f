package scenarios_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	note "arrears/domain/notice"
)

// quarter is a few months of a small portfolio in which anything may happen on any day, drawn by a seed. Whatever happens,
// what goes out asks for no more than is collectable, stages come in their order and once, and in the end all is quiet.
type quarter struct {
	*world
	rand     *rand.Rand
	chief    *client // decides: an administrator who enters nothing
	invoices []invoice
	owners   map[string]customer
	receipts []receipt
	flags    map[string]string // dispute flags by item
	seen     map[string]bool   // lines that were checked
	last     map[string]calendar.Date
	stages   map[string][]string // stages sent, by item and cycle
}

// conditional is a policy that looks at the customer's sums, and does what else the standard one does not.
const conditional = `
key: conditional
min_days_between_notices: 3
credits: show
broken_promise: next_stage
review_days: 5
stages:
  - {key: courtesy, moment: due - 2 business days, action: notice, template: courtesy, conditions: {minimum_open: {EUR: "150.00"}}}
  - {key: reminder-1, moment: due + 2 days, action: notice, template: reminder-1, conditions: {overdue_count: 2}}
  - {key: call, moment: due + 6 days, action: task, task: Call, conditions: {oldest_days: 20}, when_unmet: pass}
  - {key: reminder-2, moment: 7 days after previous notice, action: notice, template: reminder-2, conditions: {overdue_total: {EUR: "180.00"}}}
  - key: demand
    moment: due + 30 days
    action: notice
    template: final-demand
    channels: [letter, email]
    conditions: {overdue_total: {EUR: "150.00"}}
    when_unmet: pass
    approval: {role: supervisor, deadline_days: 2, at_deadline: skip}
`

func TestAnyQuarterKeepsTheRules(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			q := &quarter{
				world: begin(t, "2026-01-05"), rand: rand.New(rand.NewPCG(seed, 7)), owners: map[string]customer{},
				flags: map[string]string{}, seen: map[string]bool{}, last: map[string]calendar.Date{}, stages: map[string][]string{},
			}
			q.chief = q.another(access.Admin)
			q.pump.Mail.Answer = q.answer
			q.publish(conditional)
			q.byDefault([]string{"standard", "conditional"}[seed%2])
			q.portfolio()
			for day := calendar.MustDate("2026-01-06"); day < calendar.MustDate("2026-04-20"); day = day.AddDays(1 + q.rand.IntN(4)) {
				q.on(day.String())
				q.check()
				for range q.rand.IntN(3) {
					q.something()
				}
				q.settle()
			}
			q.finish()
		})
	}
}

// portfolio enters a few customers with invoices of several ages, under the policy that works unconfigured.
func (q *quarter) portfolio() {
	for c := range 3 {
		owner := q.customer(fmt.Sprint("c", c), with("time_zone", []string{"UTC", "America/New_York", "Europe/Berlin"}[c]))
		q.owners[owner.ID] = owner
		for i := range 3 {
			first := calendar.MustDate("2026-01-02").AddDays(q.rand.IntN(40))
			second := first.AddDays(1 + q.rand.IntN(20))
			q.invoices = append(q.invoices, q.invoice(owner, fmt.Sprintf("I%d%d", c, i), "300.00 EUR", dated(first.String()),
				instalments("EUR", "100.00 on "+first.String(), "200.00 on "+second.String())))
		}
	}
}

// something happens to an invoice.
func (q *quarter) something() {
	q.Helper()
	inv := q.read(q.invoices[q.rand.IntN(len(q.invoices))])
	open := slices.IndexFunc(inv.Items, func(it item) bool { return it.OpenMinor > it.DisputedMinor })
	switch what := q.rand.IntN(9); {
	case inv.State == "void":
	case what == 0 && q.rand.IntN(9) == 0:
		q.admin.post("/v1/invoices/"+inv.ID+"/void", body{"reason": "entered twice"}) // refused when something was applied to it
	case what == 0 && len(q.receipts) > 0:
		r := q.receipts[len(q.receipts)-1]
		q.receipts = q.receipts[:len(q.receipts)-1]
		q.reverse(r)
	case what == 1:
		q.block(q.owners[inv.CustomerID], q.pump.Today().AddDays(1+q.rand.IntN(9)).String())
	case what == 2:
		q.creditMemo(q.owners[inv.CustomerID], "20.00 EUR", nil)
	case what <= 4:
		for _, ap := range q.openApprovals() {
			q.decideApproval(q.chief, ap, []string{"approve", "approve", "reject"}[q.rand.IntN(3)]).ok()
		}
	case open < 0:
	default:
		q.happens(what, inv, inv.Items[open])
	}
}

// happens is what needs something open.
func (q *quarter) happens(what int, inv invoice, it item) {
	q.Helper()
	free := it.OpenMinor - it.DisputedMinor
	part := plain(1+q.rand.Int64N(free), "EUR") + " EUR"
	switch {
	case what == 5 && q.flags[it.ID] != "":
		q.clerk.post("/v1/dispute-flags/"+q.flags[it.ID]+"/release", body{"reason": "settled"}).ok()
		delete(q.flags, it.ID)
	case what == 5:
		q.flags[it.ID] = q.dispute(it, part)
	case what == 6:
		// May be more than what is left beside other promises: then it is refused, and nothing happens.
		minor, currency := q.minor(part)
		due := q.pump.Today().AddDays(1 + q.rand.IntN(12)).String()
		q.clerk.post("/v1/promises", body{"invoice_id": inv.ID, "amount_minor": minor, "currency": currency, "due_on": due})
	default:
		q.receipts = append(q.receipts, q.payItem(inv, it, part))
	}
}

// answer is a mail server that is not always well.
func (q *quarter) answer(note.Message) note.Outcome {
	kinds := []note.OutcomeKind{note.Temporary, note.Unknown, note.RefusedMessage, note.RefusedAddress}
	if n := q.rand.IntN(60); n < len(kinds) {
		return note.Outcome{Kind: kinds[n], Detail: "by chance"}
	}
	return note.Outcome{Kind: note.Accepted}
}

// check looks at the lines that have gone out since the last look.
func (q *quarter) check() {
	q.Helper()
	items := map[string]item{}
	for _, inv := range q.invoices {
		for _, it := range q.read(inv).Items {
			items[it.ID] = it
		}
	}
	today := q.pump.Today()
	for _, n := range q.notices() {
		for _, l := range n.Lines {
			if l.State != "sent" || q.seen[l.ID] {
				continue
			}
			q.seen[l.ID] = true
			it, about := items[l.ItemID], q.line(n, l)
			require.Positive(q, l.AskMinor, about)
			require.LessOrEqual(q, l.AskMinor, it.OpenMinor-it.DisputedMinor, about)
			require.Equal(q, it.OpenMinor, l.OpenMinor, about)
			require.NotContains(q, q.stages[it.ID], l.Stage, about)
			if last := q.last[it.ID]; !last.IsZero() {
				require.GreaterOrEqual(q, today.DaysSince(last), 3, "%s: too soon after %s", about, last)
			}
			if l.Level > 1 {
				require.Contains(q, q.stages[it.ID], "reminder-1", "%s: the first dunning notice was left out", about)
			}
			q.stages[it.ID], q.last[it.ID] = append(q.stages[it.ID], l.Stage), today
		}
	}
}

// finish pays all that is left and looks whether all is quiet.
func (q *quarter) finish() {
	q.Helper()
	for _, flag := range q.flags {
		q.clerk.post("/v1/dispute-flags/"+flag+"/release", body{"reason": "settled"}) // refused when a void did it already
	}
	for _, inv := range q.invoices {
		for _, it := range q.read(inv).Items {
			if it.OpenMinor > 0 {
				q.payItem(inv, it, plain(it.OpenMinor, "EUR")+" EUR")
			}
		}
	}
	q.settle()
	sent := len(q.allSent())
	for _, inv := range q.invoices {
		require.Equal(q, "closed", q.caseOf(inv).State)
	}
	require.Empty(q, q.openApprovals())
	q.through("2026-07-31")
	require.Len(q, q.allSent(), sent)
	for _, n := range q.notices() {
		require.Contains(q, []string{"sent", "withdrawn", "refused"}, n.State)
	}
	for _, err := range q.pump.Errors {
		require.Contains(q, []string{"notice.temporary", "notice.unknown"}, fault.CodeOf(err), "%v", err)
	}
}
