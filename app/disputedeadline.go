package app

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/port"
)

// The days by which something is expected on a case when neither the rules nor a person say otherwise, as business days.
const (
	approvalDays  = 2
	decisionDays  = 5
	evidenceDays  = 5
	replyDays     = 10
	nextRoundDays = 5
)

// claimTime is the customer's own time: its civil date and business days.
type claimTime struct {
	zone  string
	today calendar.Date
	cal   *calendar.Calendar
}

// time reads the time of the case's customer.
func (w *claimWork) time(ctx context.Context) (claimTime, error) {
	c, err := w.owner(ctx)
	if err != nil {
		return claimTime{}, err
	}
	cal, ok := calendar.Shipped(c.Calendar)
	if !ok {
		cal, _ = calendar.Shipped("none")
	}
	return claimTime{zone: c.TimeZone, today: today(w.now, c.TimeZone), cal: cal}, nil
}

// in is the day that many business days from today.
func (t claimTime) in(businessDays int) calendar.Date {
	return t.cal.AddBusinessDays(t.today, businessDays)
}

// warn is the day on which a deadline is warned of when nothing says otherwise: the business day before it, unless that is
// past.
func (t claimTime) warn(due calendar.Date) calendar.Date {
	day := t.cal.AddBusinessDays(due, -1)
	if day <= t.today {
		return calendar.Date(0)
	}
	return day
}

// due sets the deadline of a kind; one that stood before is replaced.
func (w *claimWork) due(ctx context.Context, kind dispute.DeadlineKind, on, warnOn calendar.Date) error {
	if err := w.dropped(ctx, kind); err != nil {
		return err
	}
	return w.tx.PutDeadlines(ctx, []dispute.Deadline{{
		ID: newUUID(), DisputeID: w.d.ID, Kind: kind, DueOn: on, WarnOn: warnOn, State: dispute.DeadlineOpen,
	}})
}

// dueIn sets the deadline of a kind on the day that a person named, else by the rules of the case's reason, else that many
// business days from today.
func (w *claimWork) dueIn(ctx context.Context, kind dispute.DeadlineKind, businessDays int, named calendar.Date) error {
	t, err := w.time(ctx)
	if err != nil {
		return err
	}
	if !named.IsZero() {
		return w.due(ctx, kind, named, t.warn(named))
	}
	sets, err := claimRules(ctx, w.tx, w.d.CustomerID)
	if err != nil {
		return err
	}
	if d, ok := dispute.DeadlineFor(sets.merged.RuleFor(w.d.Reason), kind, w.d.ID, t.today, t.cal, newUUID); ok {
		return w.due(ctx, kind, d.DueOn, d.WarnOn)
	}
	on := t.in(businessDays)
	return w.due(ctx, kind, on, t.warn(on))
}

// dueOn is the day of the deadline of a kind that stands; no date when none does.
func (w *claimWork) dueOn(ctx context.Context, kind dispute.DeadlineKind) (calendar.Date, error) {
	all, err := w.tx.DeadlinesOf(ctx, w.d.ID)
	if err != nil {
		return 0, err
	}
	return dispute.Earliest(slices.DeleteFunc(all, func(d dispute.Deadline) bool { return d.Kind != kind })), nil
}

// newUUID is an id for a record that nobody asks for twice.
func newUUID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// met says that what the deadlines of these kinds asked for has happened.
func (w *claimWork) met(ctx context.Context, kinds ...dispute.DeadlineKind) error {
	return w.settleDeadlines(ctx, dispute.DeadlineMet, func(d dispute.Deadline) bool { return slices.Contains(kinds, d.Kind) })
}

// dropped says that nobody waits for these kinds any more.
func (w *claimWork) dropped(ctx context.Context, kinds ...dispute.DeadlineKind) error {
	return w.settleDeadlines(ctx, dispute.DeadlineCancelled, func(d dispute.Deadline) bool { return slices.Contains(kinds, d.Kind) })
}

// evidenceMet ends the deadline of one piece of evidence.
func (w *claimWork) evidenceMet(ctx context.Context, evidenceID uuid.UUID, state dispute.DeadlineState) error {
	return w.settleDeadlines(ctx, state, func(d dispute.Deadline) bool { return d.EvidenceID == someID(evidenceID) })
}

func (w *claimWork) settleDeadlines(ctx context.Context, state dispute.DeadlineState, which func(dispute.Deadline) bool) error {
	all, err := w.tx.DeadlinesOf(ctx, w.d.ID)
	if err != nil {
		return err
	}
	if err := w.ledger.endTasks(ctx, w.d.ID, all, state, which); err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(d dispute.Deadline) bool { return !which(d) })
	settled := dispute.Settle(all, state, w.now)
	if len(settled) == 0 {
		return nil
	}
	return w.tx.PutDeadlines(ctx, settled)
}

// endTasks closes what deadlines that are settled now ask of people: to mind a day that is near, to make up for one that has
// passed, and to approve what is overdue. list holds them as they were before.
func (l *ledger) endTasks(ctx context.Context, disputeID uuid.UUID, list []dispute.Deadline, state dispute.DeadlineState, which func(dispute.Deadline) bool) error {
	outcomes := port.DeadlineTaskOutcomes(list, state, which)
	closed, err := port.CloseDeadlineTasks(ctx, l.tx, disputeID, outcomes, l.now, l.actor)
	if err != nil {
		return err
	}
	for _, t := range closed {
		err := record(ctx, l.tx, l.now, l.actor, event{
			action: "task.closed", kind: "task", subject: t.ID, customer: t.CustomerID.UUID, invoice: t.InvoiceID.UUID,
			data: map[string]any{"kind": t.Kind, "role": t.Role, "due_on": t.DueOn, "outcome": t.Outcome},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// days are those from which the deadlines of the case may count.
func (w *claimWork) days(ctx context.Context, zone string) (dispute.Days, error) {
	on := dispute.Days{Opened: today(w.d.OpenedAt, zone), Taken: w.d.TakenOn}
	for _, p := range w.d.Parts {
		if !p.InvoiceID.Valid {
			continue
		}
		inv, err := w.tx.Invoice(ctx, p.InvoiceID.UUID)
		if err != nil {
			return on, err
		}
		if on.Invoice.IsZero() || inv.InvoiceDate < on.Invoice {
			on.Invoice = inv.InvoiceDate
		}
	}
	whole := w.d
	for range maxSplitDepth {
		if !whole.SplitFrom.Valid {
			break
		}
		var err error
		if whole, err = w.tx.Dispute(ctx, whole.SplitFrom.UUID); err != nil {
			return on, err
		}
		on.Whole = today(whole.OpenedAt, zone)
	}
	return on, nil
}

// maxSplitDepth bounds how often a claim is followed back to the one that it was split off.
const maxSplitDepth = 20
