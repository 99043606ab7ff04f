package app

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/audit"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// cash is one transaction's work on receipts: what they do to items, memos and claims is changed in memory under the locks of
// all customers concerned, and written once by finish.
type cash struct {
	app    *App
	tx     port.Tx
	now    time.Time
	who    access.Principal
	ledger *ledger

	owners    map[uuid.UUID]receivable.Customer // id, payer and parent of customers: who may pay for them
	fresh     []*receivable.Receipt             // to be written with everything else
	old       []*receivable.Receipt             // to be changed
	memos     map[uuid.UUID]*receivable.CreditMemo
	entries   []audit.Entry
	waits     map[reserve]bool // whose waiting sum changed
	given     map[uuid.UUID]map[money.Currency]int64
	looked    []uuid.UUID // receipts whose open proposals are superseded
	proposals []port.CashProposal
	accounts  []port.PayerAccount
	opened    []port.CashException
}

func (a *App) newCash(tx port.Tx, now time.Time, who access.Principal) *cash {
	return &cash{
		app: a, tx: tx, now: now, who: who, ledger: newLedger(tx, now, who.ID), owners: map[uuid.UUID]receivable.Customer{},
		memos: map[uuid.UUID]*receivable.CreditMemo{}, waits: map[reserve]bool{}, given: map[uuid.UUID]map[money.Currency]int64{},
	}
}

// note keeps an audit entry until finish.
func (c *cash) note(ctx context.Context, e event) error {
	if e.id == uuid.Nil {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		e.id = id
	}
	data, err := audit.JSON(e.data)
	if err != nil {
		return err
	}
	c.entries = append(c.entries, audit.Entry{
		ID: e.id.String(), At: c.now, BusinessDate: e.on, Actor: c.who.ID, Action: e.action, SubjectKind: e.kind, SubjectID: e.subject.String(),
		CustomerID: idText(e.customer), InvoiceID: idText(e.invoice), Data: data, IdempotencyKey: port.IdempotencyKey(ctx),
	})
	return nil
}

func (c *cash) noteReceipt(ctx context.Context, r *receivable.Receipt, entry uuid.UUID, action string) error {
	return c.note(ctx, event{
		id: entry, action: action, kind: "receipt", subject: r.ID, customer: r.CustomerID.UUID, on: r.ValueDate,
		data: map[string]any{
			"gross_minor": r.GrossMinor, "applied_minor": r.AppliedMinor, "rest_minor": r.Rest(), "currency": r.Currency,
			"value_date": r.ValueDate,
		},
	})
}

// restChanged notes whose waiting money a receipt's rest is from now on, or no longer is.
func (c *cash) restChanged(r *receivable.Receipt) {
	for _, id := range []uuid.NullUUID{r.CustomerID, r.Payer.LikelyID} {
		if id.Valid {
			c.waits[reserve{id.UUID, r.Currency, true}] = true
		}
	}
}

// mayPay asks paysFor of customers by their ids.
func (c *cash) mayPay(ctx context.Context, payer, owner uuid.UUID) (bool, error) {
	of, known := c.owners[owner]
	if !known && payer != owner {
		var err error
		if of, err = c.tx.Customer(ctx, owner); err != nil {
			return false, err
		}
		c.owners[owner] = of
	}
	return payer == owner || paysFor(payer, of), nil
}

// memo reads a credit memo once. Its customer's lock is held.
func (c *cash) memo(ctx context.Context, id uuid.UUID) (*receivable.CreditMemo, error) {
	if m := c.memos[id]; m != nil {
		return m, nil
	}
	m, err := c.tx.CreditMemo(ctx, id)
	if err != nil {
		return nil, err
	}
	c.memos[id] = &m
	return &m, nil
}

// put writes a new receipt at once: something is about to refer to it.
func (c *cash) put(ctx context.Context, r *receivable.Receipt) error {
	at := slices.Index(c.fresh, r)
	if at < 0 {
		return nil
	}
	if err := r.Check(); err != nil {
		return err
	}
	c.fresh = slices.Delete(c.fresh, at, at+1)
	return c.tx.InsertReceipt(ctx, *r)
}

// finish writes everything and tells the engine's side.
func (c *cash) finish(ctx context.Context, why string) error {
	if err := c.putReceipts(ctx); err != nil {
		return err
	}
	if err := c.putMemos(ctx, why); err != nil {
		return err
	}
	if err := c.ledger.settle(ctx); err != nil {
		return err
	}
	if len(c.looked) > 0 {
		if err := c.tx.PutProposals(ctx, c.looked, c.proposals, c.now); err != nil {
			return err
		}
	}
	if err := c.tx.InsertExceptions(ctx, c.opened); err != nil {
		return err
	}
	if err := c.tx.LearnPayerAccounts(ctx, c.accounts); err != nil {
		return err
	}
	if err := c.tx.AuditMany(ctx, c.entries); err != nil {
		return err
	}
	return c.tell(ctx, why)
}

func (c *cash) putReceipts(ctx context.Context) error {
	list := make([]receivable.Receipt, len(c.fresh))
	for n, r := range c.fresh {
		if err := r.Check(); err != nil {
			return err
		}
		list[n] = *r
	}
	if err := c.tx.InsertReceipts(ctx, list); err != nil {
		return err
	}
	for _, r := range c.old {
		if err := r.Check(); err != nil {
			return err
		}
		if err := leavesRefunds(ctx, c.tx, *r); err != nil {
			return err
		}
		if err := c.tx.UpdateReceipt(ctx, *r); err != nil {
			return err
		}
		r.Version++
	}
	return nil
}

func (c *cash) putMemos(ctx context.Context, _ string) error {
	for _, id := range inOrder(keysOf(c.memos)) {
		m := c.memos[id]
		if err := c.tx.UpdateCreditMemo(ctx, *m); err != nil {
			return err
		}
		c.waits[reserve{m.CustomerID, m.Currency, true}] = true
		err := c.note(ctx, event{
			action: "credit_memo.allocated", kind: "credit_memo", subject: m.ID, customer: m.CustomerID, on: m.MemoDate,
			data: map[string]any{
				"amount_minor": m.AmountMinor, "applied_minor": m.AppliedMinor, "open_minor": m.OpenMinor, "currency": m.Currency,
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func keysOf[T any](m map[uuid.UUID]T) []uuid.UUID {
	keys := make([]uuid.UUID, 0, len(m))
	for id := range m {
		keys = append(keys, id)
	}
	return keys
}

// tell is App.tell and App.reserveChanged for everybody at once.
func (c *cash) tell(ctx context.Context, why string) error {
	var cases, owners []uuid.UUID
	for _, item := range c.ledger.changed() {
		cases, owners = append(cases, caseOf(*item)), append(owners, item.CustomerID)
	}
	for r := range c.waits {
		owners = append(owners, r.customer)
	}
	if owners = inOrder(owners); len(owners) == 0 {
		return nil
	}
	due, err := c.dueCases(ctx, owners)
	if err != nil {
		return err
	}
	cases = inOrder(append(cases, due...))
	if len(cases) > 0 {
		if err := c.app.stopNotices(ctx, c.tx, c.now, cases, why); err != nil {
			return err
		}
		if err := c.app.lapseSteps(ctx, c.tx, c.now, cases, why); err != nil {
			return err
		}
		if err := c.tx.NudgeCases(ctx, cases); err != nil {
			return err
		}
	}
	if err := c.tx.NudgeWideCasesOf(ctx, owners); err != nil {
		return err
	}
	for _, claim := range c.ledger.claimsByAge() {
		if err := c.app.armDenied(ctx, c.ledger, *claim.d); err != nil {
			return err
		}
	}
	return nil
}

// dueCases lists the cases on which waiting money bears: those of customers whose sum changed, and of those who have one while
// their items changed.
func (c *cash) dueCases(ctx context.Context, owners []uuid.UUID) ([]uuid.UUID, error) {
	standing, err := c.tx.ReservesOf(ctx, owners)
	if err != nil {
		return nil, err
	}
	for id, list := range standing {
		for _, r := range list {
			if r.Minor() > 0 {
				c.waits[reserve{id, r.Currency, true}] = true
			}
		}
	}
	var cases []uuid.UUID
	for r := range c.waits {
		items, err := c.tx.OpenItems(ctx, r.customer, r.currency)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			if item.DueDate <= today(c.now, item.TimeZone) {
				cases = append(cases, caseOf(item))
			}
		}
	}
	return cases, nil
}
