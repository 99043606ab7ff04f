package app_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
)

// lawRounds bounds the histories of one run: each is a dozen transactions on a real database.
const lawRounds = 24

// history is one customer's claims as anybody might treat them.
type history struct {
	*court
	rt       *rapid.T
	customer uuid.UUID
	made     int
	done     map[string]int // how often each step happened
}

// Whatever happens to claims and to the money around them, in whatever order, the four laws hold after each step.
func TestClaimsKeepTheLaws(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	done := map[string]int{}
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		if round++; round > lawRounds {
			return
		}
		h := &history{court: c, rt: rt, customer: c.newCustomer(fmt.Sprint("H-", round, "-", uuid.NewString()[:8])).ID, done: done}
		h.invoice()
		h.try("short payment", h.shortPays)
		steps := h.steps()
		for range rapid.IntRange(4, 16).Draw(rt, "length") {
			step := rapid.SampledFrom(steps).Draw(rt, "step")
			h.try(step.name, step.do)
			c.laws()
		}
	})
	require.Greater(t, len(done), len((&history{}).steps())/3, "most of it was refused")
	testkit.CheckEvents(t, c.db)
}

type historyStep struct {
	name string
	do   func(ctx context.Context) error
}

func (h *history) steps() []historyStep {
	return []historyStep{
		{"invoice", func(context.Context) error { h.invoice(); return nil }},
		{"short payment", h.shortPays}, {"short payment", h.shortPays},
		{"deduct", h.deduct}, {"contest", h.contests},
		{"pay", h.pays}, {"pay", h.pays}, {"reverse", h.reverses},
		{"decide", h.decides}, {"decide", h.decides}, {"decide", h.decides},
		{"memo", h.memos}, {"memo", h.memos}, {"memo of the invoice", h.looseMemo}, {"void memo", h.voids},
		{"write off", h.writesOff}, {"appeal", h.appeals}, {"settle", h.settles}, {"give up", h.givesUp}, {"withdraw", h.withdraws},
		{"split", h.splits}, {"reopen", h.reopens}, {"apply a memo", h.appliesMemo}, {"apply a rest", h.appliesRest}, {"void invoice", h.voidsInvoice},
	}
}

// try does a step; it succeeds, or is refused and changes nothing that the laws would notice.
func (h *history) try(name string, do func(ctx context.Context) error) {
	err := do(h.t.Context())
	if err == nil {
		h.done[name]++
		return
	}
	if code := fault.CodeOf(err); fault.KindOf(err) == fault.Internal || code == dispute.CodeLawBroken {
		h.rt.Fatalf("%s: %v", name, err)
	}
}

// nothingThere ends a step that found nothing to do.
func nothingThere() error { return fault.New(fault.NotFound, "nothing.there", "nothing to do") }

// one reads ids and draws one of them.
func (h *history) one(what, sql string) (uuid.UUID, bool) {
	rows, err := h.conn.Query(h.t.Context(), sql+` ORDER BY 1`, h.customer)
	require.NoError(h.t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(h.t, err)
	if len(ids) == 0 {
		return uuid.Nil, false
	}
	return rapid.SampledFrom(ids).Draw(h.rt, what), true
}

func (h *history) minor(what string) int64 { return rapid.Int64Range(1, 60_000).Draw(h.rt, what) }

func (h *history) name(kind string) string {
	h.made++
	return fmt.Sprint(kind, h.made, "-", uuid.NewString()[:8])
}

func (h *history) invoice() {
	_, err := h.app.CreateInvoice(h.t.Context(), h.supervisor, app.NewInvoice{
		Number: h.name("I"), CustomerID: h.customer, InvoiceDate: day("2026-02-01"), Currency: "EUR", AmountMinor: 60_000, DueDate: day("2026-02-20"),
	})
	require.NoError(h.t, err)
}

const (
	anInvoice = `SELECT id FROM invoices WHERE customer_id = $1`
	anItem    = `SELECT id FROM items WHERE customer_id = $1 AND open_minor > 0`
	aClaim    = `SELECT id FROM disputes WHERE customer_id = $1`
)

func (h *history) shortPays(ctx context.Context) error {
	id, ok := h.one("invoice", anInvoice)
	if !ok {
		return nothingThere()
	}
	in := app.ShortPayment{Receipt: app.NewReceipt{
		Number: h.name("S"), CustomerID: h.id(h.customer), Currency: "EUR", AmountMinor: h.minor("paid"), ValueDate: day("2026-03-01"),
	}}
	in.Receipt.Applications = []app.ReceiptApplication{{InvoiceID: h.id(id), AmountMinor: in.Receipt.AmountMinor}}
	claim := app.ShortPaymentClaim{AmountMinor: rapid.Int64Range(1, 20_000).Draw(h.rt, "claimed"), ClaimReference: rapid.SampledFrom([]string{"", "R-1"}).Draw(h.rt, "ref")}
	claim.CustomerReason = rapid.SampledFrom([]string{"tax", "", "ZZ", "cash discount"}).Draw(h.rt, "reason")
	if rapid.Bool().Draw(h.rt, "names") {
		claim.InvoiceID = h.id(id)
	}
	in.Claims = append(in.Claims, claim)
	_, _, err := h.app.RecordShortPayment(ctx, h.collector, in)
	return err
}

func (h *history) deduct(ctx context.Context) error { return h.opens(ctx, dispute.Deduction) }

func (h *history) contests(ctx context.Context) error { return h.opens(ctx, dispute.Contest) }

func (h *history) opens(ctx context.Context, kind dispute.Kind) error {
	id, ok := h.one("invoice", anInvoice)
	if !ok {
		return nothingThere()
	}
	in := app.NewDispute{Kind: kind, CustomerID: h.customer, Currency: "EUR", CustomerReason: "tax", Parts: []app.NewDisputePart{
		{InvoiceID: h.id(id), AmountMinor: rapid.Int64Range(1, 30_000).Draw(h.rt, "claimed")},
	}}
	if kind == dispute.Deduction && rapid.Bool().Draw(h.rt, "account") {
		in.Parts = append(in.Parts, app.NewDisputePart{AmountMinor: 5_000})
	}
	_, err := h.app.OpenDispute(ctx, h.collector, in)
	return err
}

func (h *history) pays(ctx context.Context) error {
	id, ok := h.one("item", anItem)
	if !ok {
		return nothingThere()
	}
	minor := min(h.minor("paid"), h.balance(id).Open)
	_, err := h.app.RecordReceipt(ctx, h.collector, app.NewReceipt{
		Number: h.name("P"), CustomerID: h.id(h.customer), Currency: "EUR", AmountMinor: minor, ValueDate: day("2026-03-01"),
		Applications: []app.ReceiptApplication{{ItemID: h.id(id), AmountMinor: minor}},
	})
	return err
}

func (h *history) reverses(ctx context.Context) error {
	id, ok := h.one("receipt", `SELECT id FROM receipts WHERE customer_id = $1 AND state = 'recorded'`)
	if !ok {
		return nothingThere()
	}
	_, err := h.app.ReverseReceipt(ctx, h.collector, id, "returned")
	return err
}

func (h *history) decides(ctx context.Context) error {
	id, ok := h.one("claim", aClaim+` AND pending_minor > 0`)
	if !ok {
		return nothingThere()
	}
	in := app.NewDecision{Kind: rapid.SampledFrom([]dispute.DecisionKind{dispute.DecideValid, dispute.DecideInvalid, dispute.DecidePartially}).Draw(h.rt, "kind"), Reason: "tax"}
	if in.Kind == dispute.DecidePartially {
		undecided := h.amountsOf(id).UndecidedMinor
		in.ValidMinor = undecided / 3
		in.DeniedMinor = undecided - in.ValidMinor
	}
	_, err := h.app.DecideDispute(ctx, h.admin, id, in)
	if fault.CodeOf(err) == "dispute.same_decider" {
		_, err = h.app.DecideDispute(ctx, access.Principal{ID: h.name("admin"), Role: access.Admin}, id, in)
	}
	return err
}

func (h *history) memos(ctx context.Context) error {
	id, ok := h.one("claim", aClaim+` AND EXISTS (SELECT FROM dispute_parts p WHERE p.dispute_id = disputes.id AND p.credit_due_minor > 0)`)
	if !ok {
		return nothingThere()
	}
	due := h.amountsOf(id).CreditDueMinor
	_, err := h.app.CreateCreditMemo(ctx, h.supervisor, app.NewCreditMemo{
		Number: h.name("C"), CustomerID: h.customer, DisputeID: h.id(id), Currency: "EUR", MemoDate: day("2026-03-01"), Reason: "claim",
		AmountMinor: rapid.SampledFrom([]int64{due, max(1, due/2), due + 1}).Draw(h.rt, "memo"),
	})
	return err
}

func (h *history) looseMemo(ctx context.Context) error {
	id, ok := h.one("invoice", anInvoice)
	if !ok {
		return nothingThere()
	}
	_, err := h.app.CreateCreditMemo(ctx, h.supervisor, app.NewCreditMemo{
		Number: h.name("L"), CustomerID: h.customer, InvoiceID: h.id(id), Currency: "EUR", AmountMinor: h.minor("memo"), MemoDate: day("2026-03-01"), Reason: "see R-1",
	})
	return err
}

func (h *history) voids(ctx context.Context) error {
	id, ok := h.one("memo", `SELECT id FROM credit_memos WHERE customer_id = $1 AND state = 'valid'`)
	if !ok {
		return nothingThere()
	}
	_, err := h.app.VoidCreditMemo(ctx, h.supervisor, id, "wrong")
	return err
}

func (h *history) writesOff(ctx context.Context) error {
	id, ok := h.one("item", anItem)
	if !ok {
		return nothingThere()
	}
	_, err := h.app.WriteOff(ctx, h.supervisor, app.NewWriteOff{
		ItemID: id, Kind: receivable.BadDebt, AmountMinor: min(h.minor("written off"), h.balance(id).Open), Currency: "EUR", Reason: "insolvent",
	})
	return err
}

func (h *history) appeals(ctx context.Context) error {
	id, ok := h.one("claim", aClaim+` AND (denied_minor > 0 OR state = 'closed')`)
	if !ok {
		return nothingThere()
	}
	sum := h.amountsOf(id)
	_, err := h.app.AppealDispute(ctx, h.collector, id, app.Appeal{
		AmountMinor: rapid.SampledFrom([]int64{sum.DeniedMinor, sum.DeniedMinor + sum.RepaidMinor}).Draw(h.rt, "appeal"), Reason: "proof",
	})
	return err
}

func (h *history) settles(ctx context.Context) error {
	id, ok := h.one("claim", aClaim+` AND (pending_minor > 0 OR denied_minor > 0)`)
	if !ok {
		return nothingThere()
	}
	sum := h.amountsOf(id)
	_, err := h.app.SettleDispute(ctx, h.admin, id, app.Settlement{AmountMinor: max(1, rapid.SampledFrom([]int64{sum.UndecidedMinor, sum.DeniedMinor / 2}).Draw(h.rt, "settle")), Reason: "tax"})
	return err
}

func (h *history) givesUp(ctx context.Context) error {
	id, ok := h.one("claim", aClaim+` AND denied_minor > 0`)
	if !ok {
		return nothingThere()
	}
	_, err := h.app.GiveUpDispute(ctx, h.admin, id, app.Settlement{Reason: "tax"})
	return err
}

func (h *history) withdraws(ctx context.Context) error {
	id, ok := h.one("claim", aClaim+` AND state NOT IN ('closed','void')`)
	if !ok {
		return nothingThere()
	}
	_, err := h.app.WithdrawDispute(ctx, h.collector, id, "they say so")
	return err
}

func (h *history) splits(ctx context.Context) error {
	id, ok := h.one("claim", aClaim+` AND pending_minor > 1`)
	if !ok {
		return nothingThere()
	}
	undecided := h.amountsOf(id).UndecidedMinor
	_, err := h.app.SplitDispute(ctx, h.analyst, id, []app.SplitPart{
		{AmountMinor: undecided / 2, Reason: "tax"}, {AmountMinor: undecided - undecided/2, Reason: "tax"},
	})
	return err
}

func (h *history) reopens(ctx context.Context) error {
	id, ok := h.one("claim", aClaim+` AND state = 'closed'`)
	if !ok {
		return nothingThere()
	}
	_, err := h.app.ReopenDispute(ctx, h.admin, id, "a mistake")
	return err
}

func (h *history) appliesMemo(ctx context.Context) error {
	memo, ok := h.one("memo", `SELECT id FROM credit_memos WHERE customer_id = $1 AND open_minor > 0`)
	item, also := h.one("item", anItem)
	if !ok || !also {
		return nothingThere()
	}
	_, err := h.app.ApplyCreditMemo(ctx, h.supervisor, memo, []app.ItemAmount{{ItemID: item, AmountMinor: min(h.minor("applied"), h.balance(item).Open)}})
	return err
}

func (h *history) appliesRest(ctx context.Context) error {
	receipt, ok := h.one("receipt", `SELECT id FROM receipts WHERE customer_id = $1 AND on_account_minor > 0`)
	item, also := h.one("item", anItem)
	if !ok || !also {
		return nothingThere()
	}
	minor := min(h.minor("applied"), h.balance(item).Open, h.number(`SELECT on_account_minor FROM receipts WHERE id = $1`, receipt))
	_, err := h.app.ApplyReceipt(ctx, h.collector, receipt, h.id(h.customer), []app.ReceiptApplication{{ItemID: h.id(item), AmountMinor: minor}})
	return err
}

func (h *history) voidsInvoice(ctx context.Context) error {
	id, ok := h.one("invoice", anInvoice)
	if !ok {
		return nothingThere()
	}
	_, err := h.app.VoidInvoice(ctx, h.supervisor, id, "never delivered")
	return err
}
