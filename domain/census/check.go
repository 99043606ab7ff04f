package census

// Check is one thing that a census proves.
type Check struct {
	Name string
	Part Part
	Says string // what must hold, for people
	// Note: a finding is told, and nobody has to do anything.
	Note bool
	// Kept: a person closes its task, not the next census that does not find it.
	Kept bool
}

// The checks that code outside this package names.
const (
	NoOwner           = "item.no_owner"
	CaseLate          = "case.late"
	CaseNoWorkflow    = "case.no_workflow"
	NoticeNoWorkflow  = "notice.no_workflow"
	DisputeLate       = "dispute.late"
	DisputeNoWorkflow = "dispute.no_workflow"
	StrayWorkflow     = "workflow.no_case"
	ChainBroken       = "audit.chain"
	CounterNotZero    = "counter.not_zero"
	NotCompared       = "engine.compared"
	BankFileLate      = "bank_file.late"
	DocumentFile      = "document.file"
)

// Checks lists all checks by part.
func Checks() []Check {
	return []Check{
		{Name: "item.sum", Part: Items, Says: "An item's parts add up to its original amount."},
		{Name: "item.negative", Part: Items, Says: "No part of an item is negative, and no more is disputed than open."},
		{Name: "item.paid", Part: Items, Says: "What an item counts as paid is what is applied to it."},
		{Name: "item.discounted", Part: Items, Says: "What an item counts as discount was taken with its applications, or was a claim for an earned one."},
		{Name: "item.credited", Part: Items, Says: "What an item counts as credited is what is credited to it."},
		{Name: "item.written_off", Part: Items, Says: "What an item counts as written off are its write-offs."},
		{Name: "item.disputed", Part: Items, Says: "What an item counts as disputed is what its flags name, as far as it is open."},
		{Name: "item.moved", Part: Items, Says: "What an item counts as moved went to other items by moves that stand."},
		{Name: "item.origin", Part: Items, Says: "A deduction's original amount came to it by moves that stand."},
		{Name: NoOwner, Part: Items, Says: "An open item has one case that is looked after and has a next date."},
		{Name: "item.level", Part: Items, Says: "An item stands on the highest level of its cycle that was sent."},
		{Name: "invoice.sum", Part: Invoices, Says: "An invoice is the sum of its instalments; a void one is nothing."},
		{Name: "receipt.sum", Part: Receipts, Says: "A receipt's parts add up to its amount."},
		{Name: "receipt.applied", Part: Receipts, Says: "A receipt has applied what its applications say."},
		{Name: "receipt.netted", Part: Receipts, Says: "What a receipt counts as netted are the claims that came with it."},
		{Name: "credit_memo.sum", Part: CreditMemos, Says: "A credit memo's parts add up to its amount; a void one is nothing."},
		{Name: "credit_memo.applied", Part: CreditMemos, Says: "A credit memo has applied what its applications say."},
		{Name: CaseLate, Part: Cases, Says: "An active case's next date has not passed unheeded."},
		{Name: "case.unseen", Part: Cases, Says: "A case that needs attention has an open task."},
		{Name: "case.record", Part: Cases, Says: "A case counts its recorded decisions."},
		{Name: "step.undecided", Part: Steps, Says: "A step that waits for approval has an open approval."},
		{Name: "step.line", Part: Steps, Says: "A notice step under way has a live line."},
		{Name: "line.step", Part: Lines, Says: "A notice line and its step say the same."},
		{Name: "line.asked", Part: Lines, Says: "A sent line asks for something, and for no more than was open."},
		{Name: "notice.lines", Part: Notices, Says: "A notice and its lines say the same."},
		{Name: "notice.undecided", Part: Notices, Says: "A draft has an open approval."},
		{Name: "notice.sending", Part: Notices, Says: "No notice is being sent for long."},
		{Name: "notice.stuck", Part: Notices, Says: "No notice waits for long after its window has opened."},
		{Name: "approval.overdue", Part: Approvals, Says: "An open approval's deadline has not passed unheeded."},
		{Name: "approval.reminder", Part: Approvals, Says: "A reminded approval has its reminder's task."},
		{Name: "approval.subject", Part: Approvals, Says: "An open approval is about something that waits for it."},
		{Name: "dispute.law", Part: Disputes, Says: "What was claimed is undecided, credited, awaits its credit memo, written off, repaid, denied and open, or withdrawn."},
		{Name: "dispute.sums", Part: Disputes, Says: "What a claim's case counts as claimed, pending and denied are the sums of its parts."},
		{Name: "dispute.flag", Part: Disputes, Says: "What is undecided or awaits its credit memo is held back by the part's flag, and nothing else is."},
		{Name: "dispute.denied_open", Part: Disputes, Says: "What is denied and open of a claim is open on its item."},
		{Name: "dispute.uncollected", Part: Disputes, Says: "A denied deduction that is open has a collection case that is looked after."},
		{Name: DisputeLate, Part: Disputes, Says: "A live claim, or one that a deadline outlives, has a next date, and it has not passed unheeded."},
		{Name: "dispute.deadline", Part: Disputes, Says: "A claim's next deadline is the earliest one that stands."},
		{Name: "dispute.credit_due", Part: Disputes, Says: "A claim that awaits its credit memo has a deadline for it."},
		{Name: "dispute.unapproved", Part: Disputes, Says: "A claim that waits for approval has a proposed decision with an open approval."},
		{Name: "dispute.unwritten", Part: Disputes, Says: "No message about a claim waits for long."},
		{Name: BankFileLate, Part: BankFiles, Says: "A bank file that is not done comes further every day."},
		{Name: "bank_entry.receipt", Part: BankEntries, Says: "A bank's credit has a receipt of its amount, unless others stand for it."},
		{Name: DocumentFile, Part: Documents, Says: "A document's file is there and as large as it was."},
		{Name: "portfolio.moved", Part: Whole, Says: "What was moved is the original amount of the items that it was moved to."},
		{Name: "nudge.old", Part: Whole, Says: "No nudge waits for long."},
		{Name: "audit.unsealed", Part: Whole, Says: "The record is chained within seconds."},
		{Name: ChainBroken, Part: Whole, Says: "The record is complete and unaltered since the last census."},
		{Name: CounterNotZero, Part: Whole, Says: "Nobody was asked for what was not collectable.", Kept: true},
		{Name: NotCompared, Part: CaseWorkflows, Says: "The engine tells which workflows run."},
		{Name: CaseNoWorkflow, Part: CaseWorkflows, Says: "An active case has a running workflow."},
		{Name: NoticeNoWorkflow, Part: NoticeWorkflows, Says: "A notice under way has a running workflow."},
		{Name: DisputeNoWorkflow, Part: DisputeWorkflows, Says: "A live claim has a running workflow."},
		{Name: StrayWorkflow, Part: Strays, Says: "A running workflow belongs to a case, a claim or a notice.", Note: true},
	}
}

// Find finds a check by name.
func Find(name string) (Check, bool) {
	for _, c := range Checks() {
		if c.Name == name {
			return c, true
		}
	}
	return Check{}, false
}

// MustBeZero lists the counters of what must never happen.
func MustBeZero() []string {
	return []string{"dunned_after_paid", "asked_too_much", "dunned_while_cash_waiting"}
}
