package figures

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
	"arrears/domain/calendar"
	"arrears/port"
	"arrears/workflows/contract"
)

// fivePolicy sends five reminders on five days, the last of which needs an approval.
const fivePolicy = `
key: five
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
min_days_between_notices: 0
review_days: 60
stages:
  - {key: r1, moment: due + 1 day, action: notice, template: reminder-1}
  - {key: r2, moment: due + 2 days, action: notice, template: reminder-1}
  - {key: r3, moment: due + 3 days, action: notice, template: reminder-2}
  - {key: r4, moment: due + 4 days, action: notice, template: reminder-2}
  - key: r5
    moment: due + 5 days
    action: notice
    template: final-demand
    approval: {role: supervisor, deadline_days: 30, at_deadline: remind}
`

// history counts what a case leaves behind: events and bytes in the engine's histories, rows and bytes in PostgreSQL.
func (b *Bench) history(ctx context.Context) ([]measure.Row, error) {
	early, err := b.paidEarly(ctx)
	if err != nil {
		return nil, err
	}
	whole, err := b.wholeLife(ctx)
	if err != nil {
		return nil, err
	}
	waiting, err := b.waitingRows(ctx)
	return slices.Concat(early, whole, waiting), err
}

// trace is what one case left in the engine.
type trace struct{ events, bytes measure.Series }

// add reads the history of a case's last run.
func (t *trace) add(ctx context.Context, h *plant.House, id uuid.UUID) error {
	found, err := h.Engine.Client().DescribeWorkflowExecution(ctx, contract.WorkflowID(contract.KindInvoice, id), "")
	if err != nil {
		return err
	}
	info := found.GetWorkflowExecutionInfo()
	t.events = append(t.events, float64(info.GetHistoryLength()))
	t.bytes = append(t.bytes, float64(info.GetHistorySizeBytes()))
	return nil
}

func (t *trace) rows(what string, budget float64) []measure.Row {
	return []measure.Row{
		{What: "history of a case " + what, Unit: "events", Ours: t.events, Ceiling: budget},
		{What: "the same", Unit: "bytes", Ours: t.bytes},
	}
}

// traced reads the histories of all closed cases once the engine has closed them too.
func traced(ctx context.Context, h *plant.House, cases int) (*trace, error) {
	ids, err := caseIDs(ctx, h, "closed")
	if err != nil {
		return nil, err
	}
	if len(ids) != cases {
		return nil, fmt.Errorf("%d of %d cases are closed", len(ids), cases)
	}
	t := &trace{}
	for _, id := range ids {
		err := plant.Until(ctx, "the run has ended", func() (bool, error) {
			found, err := h.Engine.Client().DescribeWorkflowExecution(ctx, contract.WorkflowID(contract.KindInvoice, id), "")
			return found.GetWorkflowExecutionInfo().GetCloseTime() != nil, err
		})
		if err == nil {
			err = t.add(ctx, h, id)
		}
		if err != nil {
			return nil, err
		}
	}
	return t, nil
}

// paidEarly are cases that are paid before their first reminder.
func (b *Bench) paidEarly(ctx context.Context) ([]measure.Row, error) {
	h, err := b.stopHouse(ctx, 1)
	if err != nil {
		return nil, err
	}
	defer h.Close(ctx)
	if err := b.pay(ctx, h, nil); err != nil {
		return nil, err
	}
	if err := h.None(ctx, "cases", "state <> 'closed'"); err != nil {
		return nil, err
	}
	t, err := traced(ctx, h, b.Size.Stops)
	if err != nil {
		return nil, err
	}
	return t.rows("that is looked at once and paid before its first reminder", 15), nil
}

// wholeLife are cases with five reminders, an approval and a payment.
func (b *Bench) wholeLife(ctx context.Context) ([]measure.Row, error) {
	n := b.Size.Lives
	began := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	clock := calendar.Clock{
		Kind: calendar.ScaledClock, Epoch: time.Now(), Origin: began, Position: began, Rate: int64(24 * time.Hour / b.Size.Day),
	}
	h, err := b.Servers.ReadyHouse(ctx, plant.HouseOptions{Clock: clock, Policy: fivePolicy, Env: map[string]string{"ARREARS_GATHER_PAUSE": "0s"}},
		func(h *plant.House) error {
			_, err := h.Worker(ctx)
			return err
		})
	if err != nil {
		return nil, err
	}
	defer h.Close(ctx)
	before, err := b.sized(ctx, h)
	if err != nil {
		return nil, err
	}
	if err := h.Load(ctx, plant.Portfolio{Invoices: n, Each: 1, Due: calendar.DateOf(began, time.UTC).AddDays(1), Prefix: stopPrefix}); err != nil {
		return nil, err
	}
	if err := b.live(ctx, h, n); err != nil {
		return nil, err
	}
	t, err := traced(ctx, h, n)
	if err != nil {
		return nil, err
	}
	after, err := b.sized(ctx, h)
	if err != nil {
		return nil, err
	}
	rows := t.rows("with five reminders, an approval and a payment", 60)
	return append(rows, sizeRows("with five reminders, an approval and a payment", before, after, n)...), nil
}

// live approves the last reminder of every case and pays when it was sent.
func (b *Bench) live(ctx context.Context, h *plant.House, n int) error {
	err := plant.Until(ctx, "all last reminders are asked for", func() (bool, error) {
		open, err := h.Count(ctx, "approvals", "state = 'open'")
		return open >= n, err
	})
	if err != nil {
		return err
	}
	page, err := h.Product.App.ListApprovals(ctx, plant.Boss, port.ApprovalFilter{}, port.Page{Limit: 200})
	if err != nil {
		return err
	}
	for _, ap := range page.Items {
		in := app.DecideApproval{ID: ap.ID, Approve: true, ContentHash: hex.EncodeToString(ap.ContentHash[:]), Version: ap.Version}
		if _, err := h.Product.App.DecideApproval(ctx, plant.Boss, in); err != nil {
			return err
		}
	}
	if err := h.None(ctx, "items", "level < 5"); err != nil {
		return err
	}
	if err := b.pay(ctx, h, nil); err != nil {
		return err
	}
	return h.None(ctx, "cases", "state <> 'closed'")
}
