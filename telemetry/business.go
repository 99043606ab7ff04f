package telemetry

// The names of the business's figures. They are counted in the database, by one process of an installation.
const (
	Cases           = "arrears_cases"
	CasesLate       = "arrears_cases_late"
	Disputes        = "arrears_disputes"
	DisputesDenied  = "arrears_disputes_denied"
	DisputesDeniedM = "arrears_disputes_denied_minor"
	ItemsOpen       = "arrears_items_open"
	ItemsOpenMinor  = "arrears_items_open_minor"
	NoticesTotal    = "arrears_notices_total"
	NoticesWaiting  = "arrears_notices_waiting"
	ApprovalsOpen   = "arrears_approvals_open"
	ApprovalsOldest = "arrears_approvals_oldest_seconds"
	ApprovalsLate   = "arrears_approvals_overdue"
	TasksOpen       = "arrears_tasks_open"
	OutboxWaiting   = "arrears_outbox_waiting"
	OutboxDelayed   = "arrears_outbox_delayed"
	OutboxFailing   = "arrears_outbox_failing"
	OutboxOldest    = "arrears_outbox_oldest_seconds"
	AuditUnsealed   = "arrears_audit_unsealed"
	AuditOldest     = "arrears_audit_unsealed_oldest_seconds"
	AuditPosition   = "arrears_audit_position"
	InvariantTotal  = "arrears_invariant_total"
	QuarantineOpen  = "arrears_quarantine_open"
	CensusFindings  = "arrears_census_findings"
	CensusAge       = "arrears_census_age_seconds"
	WebhookWaiting  = "arrears_webhook_deliveries"
	WebhookOldest   = "arrears_webhook_oldest_seconds"
	WebhookState    = "arrears_webhook_endpoints"
	BusinessUp      = "arrears_business_up"
	BusinessAge     = "arrears_business_age_seconds"
	BusinessSeconds = "arrears_business_query_seconds"
)

// maxKinds bounds kinds of tasks, currencies and counters: lists of ours, and far shorter.
const maxKinds = 200

func businessCatalogue() []Metric {
	own := []Metric{
		{Name: Cases, Kind: Gauge, Labels: []string{"state"}, Unit: "cases", Help: "Collection cases: active (armed; each waits for its next date), needs_attention (parked until a person looks), closed.", Alert: "ArrearsNeedsAttention"},
		{Name: CasesLate, Kind: Gauge, Unit: "cases", Help: "Active cases whose next date passed more than an hour ago: the engine or its workers do not keep up.", Alert: "ArrearsCasesLate"},
		{Name: Disputes, Kind: Gauge, Labels: []string{"state"}, Unit: "cases", Help: "Cases of deductions and disputes that have not ended, by state."},
		{Name: DisputesDenied, Kind: Gauge, Labels: []string{"currency"}, Values: maxKinds, Unit: "cases", Help: "Those of which something is denied and still open."},
		{Name: DisputesDeniedM, Kind: Gauge, Labels: []string{"currency"}, Values: maxKinds, Unit: "minor units of the currency", Help: "What is denied and open of them. Never add currencies up."},
		{Name: ItemsOpen, Kind: Gauge, Labels: []string{"currency"}, Values: maxKinds, Unit: "items", Help: "Items of which something is open."},
		{Name: ItemsOpenMinor, Kind: Gauge, Labels: []string{"currency"}, Values: maxKinds, Unit: "minor units of the currency", Help: "What is open of them. Never add currencies up."},
		{Name: NoticesTotal, Kind: Counter, Labels: []string{"channel", "outcome"}, Unit: "notices", Help: "Notices that ended, by outcome: sent, withdrawn (its reason went away), refused (by the other side for good).", Alert: "ArrearsNoticesRefused"},
		{Name: NoticesWaiting, Kind: Gauge, Labels: []string{"channel", "state"}, Unit: "notices", Help: "Notices on their way: gathering, draft (waits for approval), sealed, sending.", Alert: "ArrearsNoticesStuck"},
		{Name: ApprovalsOpen, Kind: Gauge, Unit: "approvals", Help: "Approvals that wait for a person."},
		{Name: ApprovalsOldest, Kind: Gauge, Unit: "seconds", Help: "Age of the oldest of them, in business time."},
		{Name: ApprovalsLate, Kind: Gauge, Unit: "approvals", Help: "Those whose deadline has passed.", Alert: "ArrearsApprovalsOverdue"},
		{Name: TasksOpen, Kind: Gauge, Labels: []string{"kind"}, Values: maxKinds, Unit: "tasks", Help: "Open tasks by kind."},
		{Name: OutboxWaiting, Kind: Gauge, Unit: "rows", Help: "Outbox rows to be delivered at once."},
		{Name: OutboxOldest, Kind: Gauge, Unit: "seconds", Help: "How long the oldest of them has been waiting.", Alert: "ArrearsOutboxLags"},
		{Name: OutboxDelayed, Kind: Gauge, Unit: "rows", Help: "Outbox rows that start a workflow at a later date."},
		{Name: OutboxFailing, Kind: Gauge, Unit: "rows", Help: "Outbox rows whose last delivery failed."},
		{Name: AuditUnsealed, Kind: Gauge, Unit: "entries", Help: "Entries of the record without a position yet; a long transaction holds them up."},
		{Name: AuditOldest, Kind: Gauge, Unit: "seconds", Help: "Age of the oldest of them.", Alert: "ArrearsRecordUnsealed"},
		{Name: AuditPosition, Kind: Gauge, Unit: "position", Help: "The last position of the record. It only grows."},
		{Name: InvariantTotal, Kind: Counter, Labels: []string{"name"}, Values: maxKinds, Unit: "events", Help: "Counters of what must not happen (dunned_after_paid, asked_too_much) or is documented to happen after a crash (resent_same_bytes, withdrawn_in_sending, the same two of messages about claims, paid_while_sending).", Alert: "ArrearsDunnedWrongly"},
		{Name: QuarantineOpen, Kind: Gauge, Labels: []string{"severity"}, Unit: "rows", Help: "Rows of loads that wait to be corrected or discarded."},
		{Name: CensusFindings, Kind: Gauge, Labels: []string{"check", "repaired"}, Values: maxKinds, Unit: "findings", Help: "What the last census found, by check; repaired is yes where it was put right at once.", Alert: "ArrearsCensusFindings"},
		{Name: CensusAge, Kind: Gauge, Unit: "seconds", Help: "Real time since the last census that was done began. Absent before the first.", Alert: "ArrearsCensusMissing"},
		{Name: WebhookWaiting, Kind: Gauge, Labels: []string{"state"}, Unit: "deliveries", Help: "Events on their way to other systems: pending, or dead (given up until somebody replays them).", Alert: "ArrearsWebhooksDead"},
		{Name: WebhookOldest, Kind: Gauge, Unit: "seconds", Help: "Age of the oldest pending one."},
		{Name: WebhookState, Kind: Gauge, Labels: []string{"state"}, Unit: "endpoints", Help: "Webhook endpoints: enabled, disabled, disabled_by_failure.", Alert: "ArrearsWebhookDisabled"},
		{Name: BusinessUp, Kind: Gauge, Unit: "1 or 0", Help: "Whether the figures of this section could be counted. Absent where another process counts them.", Alert: "ArrearsFiguresMissing"},
		{Name: BusinessAge, Kind: Gauge, Unit: "seconds", Help: "How old the figures are."},
		{Name: BusinessSeconds, Kind: Gauge, Unit: "seconds", Help: "How long counting took. They are counted at most every 15 seconds, and no more than a twentieth of the time is spent on it."},
	}
	for i := range own {
		own[i].Section = SectionBusiness
	}
	return own
}
