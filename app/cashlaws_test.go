package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/port"
)

// months is a till on which anything happens, drawn from a seed.
type months struct {
	*till
	rng      *rand.Rand
	invoices []receivable.Invoice
	receipts []uuid.UUID
	at       int
}

// Money is conserved by any sequence of payments, applications, moves, reversals and refunds.
func TestMoneyIsConservedWhateverHappens(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			m := &months{till: openTill(t), rng: rand.New(rand.NewPCG(seed, 5))}
			steps := []func(){m.invoice, m.pay, m.pay, m.pay, m.decide, m.decide, m.unapply, m.reverse, m.giveBack, m.advise, m.net}
			for range 60 {
				steps[m.rng.IntN(len(steps))]()
				if m.at++; m.at%10 == 0 {
					m.moneyLaws()
				}
			}
			m.moneyLaws()
			require.Zero(t, m.number(`SELECT count(*) FROM receipts o JOIN receipts r ON r.id = o.beside_id WHERE r.state = 'reversed' AND o.state <> 'reversed'`))
			testkit.CheckEvents(t, m.db)
		})
	}
}

func (m *months) invoice() {
	m.invoices = append(m.invoices, m.owed(fmt.Sprintf("R-%d", 1001+len(m.invoices)), int64(1+m.rng.IntN(90))*1_000))
}

// pay takes one to three payments in: in full, short, too much, with a reason, for several, or of nobody.
func (m *months) pay() {
	var list []app.Incoming
	for range 1 + m.rng.IntN(3) {
		number := fmt.Sprintf("%d-%d", m.at, len(list))
		text, minor := "thanks", int64(1+m.rng.IntN(50_000))
		if len(m.invoices) > 0 {
			inv := m.invoices[m.rng.IntN(len(m.invoices))]
			minor = inv.AmountMinor
			text = []string{inv.Number, inv.Number + " less damage", "danke", inv.Number + " and " + m.invoices[0].Number, inv.Number + " -2% Skonto"}[m.rng.IntN(5)]
			minor = max(1, minor*int64([]int{100, 100, 100, 80, 98, 120}[m.rng.IntN(6)])/100)
		}
		name := []string{"Nordwind K-1", "Nordwind K-1", "Nobody"}[m.rng.IntN(3)]
		list = append(list, m.payment(number, name, "", text, minor))
	}
	done, err := app.TakeIn(m.t.Context(), m.app, "", list...)
	require.NoError(m.t, err)
	for _, d := range done {
		m.receipts = append(m.receipts, d.ID)
	}
}

// refused takes an error that says that it is not possible as things stand.
func (m *months) refused(err error) {
	m.t.Helper()
	if err != nil {
		require.Contains(m.t, []fault.Kind{fault.Conflict, fault.Precondition, fault.Invalid, fault.NotFound, fault.Forbidden}, fault.KindOf(err), "%v", err)
	}
}

func (m *months) decide() {
	list, err := m.app.CashExceptions(m.t.Context(), m.reader, port.CashExceptionFilter{Kind: port.ExceptionReceipt}, port.Page{})
	require.NoError(m.t, err)
	if len(list.Items) == 0 {
		return
	}
	e, err := m.app.CashException(m.t.Context(), m.reader, list.Items[m.rng.IntN(len(list.Items))].ID)
	require.NoError(m.t, err)
	ctx := m.t.Context()
	switch m.rng.IntN(5) {
	case 0:
		_, err = m.app.IdentifyCash(ctx, clerkOne, e.ID, m.customer.ID, e.Version)
	case 1:
		_, err = m.app.HoldCash(ctx, clerkOne, e.ID, receivable.HeldOther, e.Version)
	case 2:
		_, err = m.app.FreeCash(ctx, m.supervisor, e.ID, e.Version)
	case 3:
		_, err = m.app.ApplyCashByHand(ctx, clerkOne, e.ID, app.CashByHand{CustomerID: m.id(m.customer.ID), OnAccount: true, Version: e.Version})
	default:
		at := slices.IndexFunc(e.Proposals, func(p app.CashProposalFile) bool { return p.State == port.ProposalOpen })
		if at < 0 {
			return
		}
		_, err = m.app.ApplyCashProposal(ctx, clerkOne, e.ID, e.Proposals[at].ID, e.Version)
	}
	m.refused(err)
}

// net sets something of ours against an item, beside a payment that waits or moves.
func (m *months) net() {
	if len(m.invoices) == 0 {
		return
	}
	item := m.invoices[m.rng.IntN(len(m.invoices))].Items[0]
	lines := []app.CashLine{{ItemID: m.id(item.ID), AmountMinor: int64(m.rng.IntN(3_000)), OffsetMinor: int64(1 + m.rng.IntN(3_000))}}
	if r, ok := m.any(); ok && m.rng.IntN(2) == 0 {
		made := slices.Clone(m.receipts)
		require.NoError(m.t, m.conn.QueryRow(m.t.Context(), `SELECT array_agg(id ORDER BY id) FROM receipts WHERE beside_id IS NOT NULL`).Scan(&made))
		if len(made) > 0 && m.rng.IntN(2) == 0 {
			r = m.receipt(made[m.rng.IntN(len(made))])
		}
		_, err := m.app.UnapplyReceipt(m.t.Context(), clerkOne, r.ID, app.Unapply{Reason: "a test", Lines: lines})
		m.refused(err)
		return
	}
	list, err := m.app.CashExceptions(m.t.Context(), m.reader, port.CashExceptionFilter{Kind: port.ExceptionReceipt}, port.Page{})
	require.NoError(m.t, err)
	if len(list.Items) == 0 {
		return
	}
	_, err = m.app.ApplyCashByHand(m.t.Context(), clerkOne, list.Items[0].ID, app.CashByHand{CustomerID: m.id(m.customer.ID), Lines: lines})
	m.refused(err)
}

func (m *months) any() (receivable.Receipt, bool) {
	if len(m.receipts) == 0 {
		return receivable.Receipt{}, false
	}
	return m.receipt(m.receipts[m.rng.IntN(len(m.receipts))]), true
}

func (m *months) unapply() {
	r, ok := m.any()
	if !ok {
		return
	}
	in := app.Unapply{Reason: "a test"}
	if len(m.invoices) > 0 && m.rng.IntN(2) == 0 {
		item := m.invoices[m.rng.IntN(len(m.invoices))].Items[0]
		in.Lines = []app.CashLine{{ItemID: m.id(item.ID), AmountMinor: int64(1 + m.rng.IntN(2_000))}}
	}
	_, err := m.app.UnapplyReceipt(m.t.Context(), clerkOne, r.ID, in)
	m.refused(err)
}

func (m *months) reverse() {
	r, ok := m.any()
	if !ok {
		return
	}
	m.takesBack(r.Reference, r.GrossMinor)
}

func (m *months) giveBack() {
	r, ok := m.any()
	if !ok || r.Rest() == 0 {
		return
	}
	ctx := m.t.Context()
	p, err := m.app.ProposeRefund(ctx, clerkOne, app.NewRefund{ReceiptID: r.ID, AmountMinor: 1 + r.Rest()/2, Reason: "a test"})
	m.refused(err)
	if err != nil {
		return
	}
	if p.ApprovalID.Valid {
		_, err = m.app.DecideApproval(ctx, m.admin, app.DecideApproval{ID: p.ApprovalID.UUID, Approve: true, ContentHash: hexOf(p.ContentHash)})
	} else {
		_, err = m.app.DecideRefund(ctx, m.admin, app.DecideRefund{ID: p.ID, Approve: true})
	}
	m.refused(err)
	_, err = m.app.PayRefund(ctx, clerkOne, p.ID, day("2026-03-03"), 0)
	m.refused(err)
}

func (m *months) advise() {
	if len(m.invoices) == 0 {
		return
	}
	inv := m.invoices[m.rng.IntN(len(m.invoices))]
	_, _, err := app.AdviceIn(m.t.Context(), m.app, advice(fmt.Sprint("E2E", m.at), inv.AmountMinor, line(inv.Number, inv.AmountMinor)))
	require.NoError(m.t, err)
}

// Payments that do not compete for the same items give the same books in any order, and in any batches.
func TestOrderAndBatchesMeanNothing(t *testing.T) {
	t.Parallel()
	var books []string
	for seed := range uint64(3) {
		l := openTill(t)
		var list []app.Incoming
		for n := range 9 {
			owed := l.owed(fmt.Sprintf("R-%d", 1001+n), int64(10_000*(n+1)))
			minor, text := owed.AmountMinor, owed.Number
			switch n % 3 {
			case 1:
				minor, text = minor*8/10, text+" less damage"
			case 2:
				minor += 500
			}
			list = append(list, l.payment(fmt.Sprint(n), "Nordwind K-1", "", text, minor))
		}
		rng := rand.New(rand.NewPCG(seed, 9))
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		for len(list) > 0 {
			n := min(len(list), 1+rng.IntN(4))
			_, err := app.TakeIn(t.Context(), l.app, "", list[:n]...)
			require.NoError(t, err)
			list = list[n:]
		}
		var text string
		require.NoError(t, l.conn.QueryRow(t.Context(), `
SELECT string_agg(concat_ws('/', v.number, i.kind, i.original_minor, i.paid_minor, i.discounted_minor, i.written_off_minor, i.moved_minor, i.open_minor,
  i.disputed_minor), ' ' ORDER BY v.number, i.kind, i.seq)
  || (SELECT string_agg(concat_ws('/', number, applied_minor, on_account_minor, unapplied_minor, match_state), ' ' ORDER BY number) FROM receipts)
FROM items i JOIN invoices v ON v.id = i.invoice_id`).Scan(&text))
		books = append(books, text)
		l.moneyLaws()
	}
	require.Equal(t, books[0], books[1])
	require.Equal(t, books[0], books[2])
}

// Two loads at once never apply money twice to an item, and none is lost.
func TestTwoLoadsCompeteForOneInvoice(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 40_000)
	failed := make(chan error, 4)
	for n := range 4 {
		go func() {
			_, err := app.TakeIn(context.WithoutCancel(t.Context()), l.app, "", l.payment(fmt.Sprint(n), "Nordwind K-1", "", "R-1001", 40_000))
			failed <- err
		}()
	}
	for range 4 {
		require.NoError(t, <-failed)
	}
	l.amounts(owed.Items[0], 40_000, 0, 0, 0, 0, 0)
	require.Equal(t, int64(120_000), l.number(`SELECT sum(on_account_minor + unapplied_minor)::bigint FROM receipts`))
	l.moneyLaws()
}
