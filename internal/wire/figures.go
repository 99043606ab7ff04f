package wire

import (
	"context"
	"time"

	"arrears/domain/dispute"
	"arrears/port"
	"arrears/telemetry"
)

// The bounds of counting the business's figures.
const (
	lateAfter     = time.Hour        // of real time: a case whose date passed that long ago is late
	figureTimeout = 30 * time.Second // of one statement
)

// Figures counts what the catalogue of metrics calls the business. Error: clock.not_found, and those of the database.
func (p *Product) Figures(ctx context.Context) ([]telemetry.Value, error) {
	clock, err := p.Clock.Row(ctx)
	if err != nil {
		return nil, err
	}
	real := time.Now()
	now := clock.Business(real)
	f, err := p.DB.Figures(ctx, now, clock.Business(real.Add(-lateAfter)), figureTimeout)
	if err != nil {
		return nil, err
	}
	return values(f, now), nil
}

// values gives counts their names. What there may be none of is shown as 0, so that a rule can tell none from unknown.
func values(f port.Figures, now time.Time) []telemetry.Value {
	list := []telemetry.Value{
		{Name: telemetry.CasesLate, N: float64(f.CasesLate)},
		{Name: telemetry.ApprovalsOpen, N: float64(f.ApprovalsOpen)},
		{Name: telemetry.ApprovalsLate, N: float64(f.ApprovalsOverdue)},
		{Name: telemetry.ApprovalsOldest, N: age(now, f.ApprovalsSince)},
		{Name: telemetry.OutboxWaiting, N: float64(f.Outbox.Waiting)},
		{Name: telemetry.OutboxDelayed, N: float64(f.Outbox.Delayed)},
		{Name: telemetry.OutboxFailing, N: float64(f.Outbox.Failing)},
		{Name: telemetry.OutboxOldest, N: f.Outbox.Oldest.Seconds()},
		{Name: telemetry.AuditUnsealed, N: float64(f.Record.Unsealed)},
		{Name: telemetry.AuditPosition, N: float64(f.Record.Position)},
		{Name: telemetry.AuditOldest, N: f.Record.Oldest.Seconds()},
	}
	list = append(list, tallies(telemetry.Cases, f.Cases, "active", "needs_attention", "closed")...)
	list = append(list, tallies(telemetry.Disputes, f.Disputes, liveStates()...)...)
	for _, t := range f.DisputesDenied {
		list = append(list, telemetry.Value{Name: telemetry.DisputesDenied, Labels: []string{t.Key}, N: float64(t.N)},
			telemetry.Value{Name: telemetry.DisputesDeniedM, Labels: []string{t.Key}, N: t.Minor})
	}
	list = append(list, tallies(telemetry.InvariantTotal, f.Counters,
		"dunned_after_paid", "asked_too_much", "paid_while_sending", "resent_same_bytes", "withdrawn_in_sending",
		"message_resent_same_bytes", "message_withdrawn_in_sending")...)
	list = append(list, tallies(telemetry.TasksOpen, f.Tasks)...)
	list = append(list, tallies(telemetry.QuarantineOpen, f.Quarantine, "refused", "suspicious")...)
	list = append(list, tallies(telemetry.WebhookWaiting, f.Deliveries, "pending", "dead")...)
	list = append(list, tallies(telemetry.WebhookState, f.Endpoints, "enabled", "disabled", "disabled_by_failure")...)
	list = append(list, telemetry.Value{Name: telemetry.WebhookOldest, N: f.WebhookOldest.Seconds()})
	if f.CensusAge >= 0 {
		list = append(list, telemetry.Value{Name: telemetry.CensusAge, N: f.CensusAge.Seconds()})
	}
	for _, t := range f.Census {
		list = append(list, telemetry.Value{Name: telemetry.CensusFindings, Labels: []string{t.Key, t.Second}, N: float64(t.N)})
	}
	for _, t := range f.Items {
		list = append(list, telemetry.Value{Name: telemetry.ItemsOpen, Labels: []string{t.Key}, N: float64(t.N)},
			telemetry.Value{Name: telemetry.ItemsOpenMinor, Labels: []string{t.Key}, N: t.Minor})
	}
	for _, t := range f.Notices {
		name := telemetry.NoticesWaiting
		switch t.Key {
		case "sent", "withdrawn", "refused":
			name = telemetry.NoticesTotal
		}
		list = append(list, telemetry.Value{Name: name, Labels: []string{t.Second, t.Key}, N: float64(t.N)})
	}
	return list
}

// liveStates are the states of cases that have not ended.
func liveStates() []string {
	var live []string
	for _, s := range dispute.States() {
		if !s.Ended() {
			live = append(live, string(s))
		}
	}
	return live
}

// tallies shows counts by one label; the known keys are shown even where there is none.
func tallies(name string, counts []port.Tally, known ...string) []telemetry.Value {
	seen := map[string]bool{}
	var list []telemetry.Value
	for _, t := range counts {
		seen[t.Key] = true
		list = append(list, telemetry.Value{Name: name, Labels: []string{t.Key}, N: float64(t.N)})
	}
	for _, key := range known {
		if !seen[key] {
			list = append(list, telemetry.Value{Name: name, Labels: []string{key}})
		}
	}
	return list
}

// age is 0 for what is not.
func age(now, since time.Time) float64 {
	if since.IsZero() {
		return 0
	}
	return max(0, now.Sub(since).Seconds())
}
