package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/internal/testkit/pump"
	"arrears/port"
)

// caseFacts reads the facts of an invoice's case at a moment.
func caseFacts(p *pump.Pump, invoice uuid.UUID, at time.Time) policy.Facts {
	var facts policy.Facts
	p.Read(func(ctx context.Context, tx port.Tx) error {
		files, err := tx.CaseFiles(ctx, []uuid.UUID{invoice}, at)
		if err == nil {
			facts = files[0].Facts
		}
		return err
	})
	return facts
}

func newStory(t *testing.T) *pump.Pump {
	t.Helper()
	db, _ := testkit.DB(t)
	return pump.New(t, db)
}

// Each unit of what a customer has waiting is set against one item once, the oldest that is due first; no item gets more
// than it needs, and nothing is left over while an item needs it.
func TestReservesGoToTheOldestItemsOnce(t *testing.T) {
	t.Parallel()
	p := newStory(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		c := p.Customer(fmt.Sprint("r", round))
		pool := rapid.Int64Range(1, 500).Draw(rt, "pool")
		_, err := p.App.RecordReceipt(t.Context(), pump.Admin, app.NewReceipt{
			Source: "bank", Number: fmt.Sprint(round), CustomerID: uuid.NullUUID{UUID: c.ID, Valid: true}, Currency: "EUR", AmountMinor: pool, ValueDate: p.Today(),
		})
		require.NoError(t, err)
		type owed struct {
			invoice receivable.Invoice
			due     calendar.Date
			minor   int64
		}
		var all []owed
		for n := range rapid.IntRange(1, 5).Draw(rt, "invoices") {
			due := p.Today().AddDays(-rapid.IntRange(-3, 30).Draw(rt, "age"))
			minor := rapid.Int64Range(1, 200).Draw(rt, "minor")
			all = append(all, owed{p.Invoice(c, fmt.Sprintf("%d-%d", round, n), minor, due.String()), due, minor})
		}
		slices.SortFunc(all, func(a, b owed) int {
			if a.due != b.due {
				return int(a.due) - int(b.due)
			}
			x, y := p.Items(a.invoice.ID)[0].ID, p.Items(b.invoice.ID)[0].ID
			return slices.Compare(x[:], y[:])
		})
		left := pool
		for _, o := range all {
			want := int64(0)
			if o.due <= p.Today() {
				want = min(o.minor, left)
				left -= want
			}
			require.Equal(t, want, caseFacts(p, o.invoice.ID, p.Now()).Items[0].ReservedMinor)
		}
	})
}

// A currency's reserve is for that currency alone.
func TestReservesKeepToTheirCurrency(t *testing.T) {
	t.Parallel()
	p := newStory(t)
	c := p.Customer("1001")
	euros := p.Invoice(c, "E", 100, "2023-12-01")
	dollars := p.Invoice(c, "D", 100, "2023-12-01", func(in *app.NewInvoice) { in.Currency = "USD" })
	_, err := p.App.CreateCreditMemo(t.Context(), pump.Admin, app.NewCreditMemo{
		Source: "t", Number: "C", CustomerID: c.ID, Currency: "USD", AmountMinor: 30, MemoDate: p.Today(), Reason: "bonus",
	})
	require.NoError(t, err)
	require.Zero(t, caseFacts(p, euros.ID, p.Now()).Items[0].ReservedMinor)
	require.EqualValues(t, 30, caseFacts(p, dollars.ID, p.Now()).Items[0].ReservedMinor)
}

// The customer's sums leave out what is disputed, promised or blocked, and are read only where the policy asks.
func TestTheCustomersSums(t *testing.T) {
	t.Parallel()
	p := newStory(t)
	wide := policy.Default()
	wide.Key = "wide"
	p.Publish(wide)
	plain := p.Publish(policy.Policy{
		Key: "plain", Kind: policy.Collection, Description: "no conditions", ReviewDays: 14, Credits: policy.CreditsReserve, BrokenPromise: policy.BrokenResume,
		Window: calendar.Window{From: 480, To: 1020},
	})
	c := p.Customer("1001")
	looks := p.Invoice(c, "LOOKS", 100, "2023-12-01", func(in *app.NewInvoice) { in.PolicyKey = "wide" })
	blind := p.Invoice(c, "BLIND", 200, "2023-12-05", func(in *app.NewInvoice) { in.PolicyKey = plain.Policy.Key })
	disputed := p.Invoice(c, "DISPUTED", 400, "2023-12-05")
	promised := p.Invoice(c, "PROMISED", 800, "2023-12-05")
	blocked := p.Invoice(c, "BLOCKED", 1600, "2023-11-05")
	p.Invoice(c, "AHEAD", 3200, "2024-02-01")
	p.Invoice(c, "TODAY", 6400, "2024-01-01")
	for _, err := range []error{
		flag(t, p, disputed, 150), promise(t, p, promised, 800), block(t, p, blocked),
	} {
		require.NoError(t, err)
	}
	require.Empty(t, caseFacts(p, blind.ID, p.Now()).Customer.Overdue)
	facts := caseFacts(p, looks.ID, p.Now()).Customer
	require.Equal(t, []policy.OverdueFacts{{Currency: "EUR", Count: 3, TotalMinor: 100 + 200 + 250, OldestDue: calendar.MustDate("2023-12-01")}}, facts.Overdue)
	require.Equal(t, []calendar.Date{calendar.MustDate("2024-01-01"), calendar.MustDate("2024-02-01")}, facts.Due)
	after := caseFacts(p, looks.ID, p.Now().AddDate(0, 0, 1)).Customer
	require.Equal(t, 4, after.Overdue[0].Count, "due today is overdue tomorrow")
}

func flag(t *testing.T, p *pump.Pump, inv receivable.Invoice, minor int64) error {
	t.Helper()
	_, err := p.App.FlagDispute(t.Context(), pump.Boss, app.NewDisputeFlag{ItemID: p.Items(inv.ID)[0].ID, AmountMinor: minor, Currency: inv.Currency, Reason: "pricing"})
	return err
}

func promise(t *testing.T, p *pump.Pump, inv receivable.Invoice, minor int64) error {
	t.Helper()
	_, err := p.App.MakePromise(t.Context(), pump.Boss, app.NewPromise{InvoiceID: inv.ID, AmountMinor: minor, Currency: inv.Currency, DueOn: p.Today().AddDays(5)})
	return err
}

func block(t *testing.T, p *pump.Pump, inv receivable.Invoice) error {
	t.Helper()
	_, err := p.App.SetBlock(t.Context(), pump.Boss, app.NewBlock{InvoiceID: uuid.NullUUID{UUID: inv.ID, Valid: true}, Reason: receivable.BlockGoodwill, Until: p.Today().AddDays(9)})
	return err
}

// Of several blocks the one that holds longest counts; one that has ended does not.
func TestTheLongestBlockCounts(t *testing.T) {
	t.Parallel()
	p := newStory(t)
	c := p.Customer("1001")
	inv := p.Invoice(c, "R1", 100, "2024-02-01")
	customer, invoice := uuid.NullUUID{UUID: c.ID, Valid: true}, uuid.NullUUID{UUID: inv.ID, Valid: true}
	for _, in := range []app.NewBlock{
		{InvoiceID: invoice, Reason: receivable.BlockGoodwill, Until: p.Today().AddDays(20)},
		{InvoiceID: invoice, Reason: receivable.BlockOther, Until: p.Today().AddDays(5)},
		{CustomerID: customer, Reason: receivable.BlockGoodwill, Until: p.Today().AddDays(5)},
		{CustomerID: customer, Reason: receivable.BlockLegal},
	} {
		_, err := p.App.SetBlock(t.Context(), pump.Boss, in)
		require.NoError(t, err)
	}
	facts := caseFacts(p, inv.ID, p.Now())
	require.Equal(t, &policy.BlockFacts{Reason: "goodwill", Until: p.Today().AddDays(20)}, facts.Items[0].Blocked)
	require.Equal(t, &policy.BlockFacts{Reason: "legal"}, facts.Customer.Blocked)
	later := caseFacts(p, inv.ID, p.Now().AddDate(0, 0, 21))
	require.Nil(t, later.Items[0].Blocked)
	require.NotNil(t, later.Customer.Blocked)
}

// Channels are those of the dunning recipient, the preferred one first.
func TestChannelsAreTheRecipients(t *testing.T) {
	t.Parallel()
	p := newStory(t)
	head := p.Customer("HEAD", func(in *app.NewCustomer) {
		in.Contacts = []app.NewContact{{Role: receivable.RoleDunning, Email: "dunning@head.example"}, {Role: receivable.RoleLegal, Address: "Court Road"}}
	})
	branch := p.Customer("BRANCH", func(in *app.NewCustomer) {
		in.DunningRecipientID = uuid.NullUUID{UUID: head.ID, Valid: true}
		in.PreferredChannel = receivable.Letter
	})
	own := p.Customer("OWN", func(in *app.NewCustomer) { in.PreferredChannel = receivable.Letter })
	require.Equal(t, []receivable.Channel{receivable.Email}, caseFacts(p, p.Invoice(branch, "B", 100, "2024-02-01").ID, p.Now()).Customer.Channels)
	require.Equal(t, []receivable.Channel{receivable.Letter, receivable.Email}, caseFacts(p, p.Invoice(own, "O", 100, "2024-02-01").ID, p.Now()).Customer.Channels)
}

// All cases of a customer wake together, spread over ten minutes between customers.
func TestTheJitterIsTheCustomers(t *testing.T) {
	t.Parallel()
	p := newStory(t)
	seen := map[time.Duration]bool{}
	for n := range 8 {
		c := p.Customer(fmt.Sprint(n))
		one := caseFacts(p, p.Invoice(c, fmt.Sprint("A", n), 100, "2024-02-01").ID, p.Now()).Jitter
		require.Equal(t, one, caseFacts(p, p.Invoice(c, fmt.Sprint("B", n), 100, "2024-02-01").ID, p.Now()).Jitter)
		require.Less(t, one, 10*time.Minute)
		require.GreaterOrEqual(t, one, time.Duration(0))
		seen[one] = true
	}
	require.Greater(t, len(seen), 1)
}

// What is recorded is read back to the last field, and never changes.
func TestADecisionIsReadBackAsRecorded(t *testing.T) {
	t.Parallel()
	p := newStory(t)
	inv := p.Invoice(p.Customer("1001"), "R1", 100, "2024-02-01", func(in *app.NewInvoice) {
		in.Instalments = nil
		in.Currency = money.Currency("JPY")
	})
	first := p.Case(inv.ID).Last
	require.Equal(t, "arm", first.CalledFor)
	require.Equal(t, policy.RulesVersion, first.Decision.Rules)
	pinned := policy.Default()
	require.True(t, policy.Next(&pinned, first.Facts, first.At).WakeAt.Equal(first.Decision.WakeAt))
	err := p.DB.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		return tx.Write(ctx, port.Work{Decisions: []port.DecisionRecord{first}})
	})
	require.Error(t, err, "a decision is recorded once")
}

// A case that nobody has, a notice and an approval that do not exist.
func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	p := newStory(t)
	id := uuid.New()
	err := p.DB.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		_, caseErr := tx.LockCase(ctx, id, p.Now())
		requireCode(t, "case.not_found", caseErr)
		_, noticeErr := tx.LockNotice(ctx, id)
		requireCode(t, "notice.not_found", noticeErr)
		_, approvalErr := tx.LockApproval(ctx, id)
		requireCode(t, "approval.not_found", approvalErr)
		_, bodyErr := tx.NoticeBody(ctx, id)
		requireCode(t, "notice.no_body", bodyErr)
		_, newErr := tx.NewCaseFile(ctx, id, false, p.Now())
		requireCode(t, "invoice.not_found", newErr)
		_, _, policyErr := tx.ResolvePolicy(ctx, id)
		requireCode(t, "invoice.not_found", policyErr)
		files, filesErr := tx.CaseFiles(ctx, []uuid.UUID{id}, p.Now())
		require.NoError(t, filesErr)
		require.Empty(t, files)
		require.NoError(t, tx.NudgeCases(ctx, nil))
		return tx.Write(ctx, port.Work{})
	})
	require.NoError(t, err)
}

func requireCode(t *testing.T, code string, err error) {
	t.Helper()
	require.Equal(t, code, fault.CodeOf(err))
}
