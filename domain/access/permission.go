package access

import (
	"maps"
	"slices"
)

// Permission is a right to one kind of use case, "noun:verb".
type Permission string

// The permissions. What only shows something is a read; every other one changes something.
const (
	// CustomersRead shows customers, their contacts and terms.
	CustomersRead Permission = "customers:read"
	// CustomersWrite keeps customers, their contacts and terms.
	CustomersWrite Permission = "customers:write"
	// InvoicesRead shows invoices, items and timelines.
	InvoicesRead Permission = "invoices:read"
	// InvoicesWrite enters, corrects and voids invoices.
	InvoicesWrite Permission = "invoices:write"
	// ReceiptsRead shows receipts and their applications.
	ReceiptsRead Permission = "receipts:read"
	// ReceiptsWrite records, applies and reverses receipts.
	ReceiptsWrite Permission = "receipts:write"
	// CashRead shows files of banks, statements, remittances and what waits for a clerk.
	CashRead Permission = "cash:read"
	// CashWrite loads files, enters remittances, and works what waits for a clerk.
	CashWrite Permission = "cash:write"
	// CashManage overrides alarms, confirms bank accounts and keeps the rules of matching.
	CashManage Permission = "cash:manage"
	// CreditMemosRead shows credit memos.
	CreditMemosRead Permission = "creditmemos:read"
	// CreditMemosWrite enters, applies and voids credit memos.
	CreditMemosWrite Permission = "creditmemos:write"
	// PoliciesRead shows policies and previews them.
	PoliciesRead Permission = "policies:read"
	// PoliciesWrite publishes and assigns policies.
	PoliciesWrite Permission = "policies:write"
	// ApprovalsRead shows what waits for a decision and what was decided.
	ApprovalsRead Permission = "approvals:read"
	// ApprovalsDecide approves and rejects; the approval's own role and four eyes count besides.
	ApprovalsDecide Permission = "approvals:decide"
	// PromisesRead shows promises to pay.
	PromisesRead Permission = "promises:read"
	// PromisesWrite records and withdraws promises to pay.
	PromisesWrite Permission = "promises:write"
	// BlocksRead shows dunning blocks.
	BlocksRead Permission = "blocks:read"
	// BlocksWrite sets and releases dunning blocks.
	BlocksWrite Permission = "blocks:write"
	// NotesRead shows collectors' notes.
	NotesRead Permission = "notes:read"
	// NotesWrite adds notes and call outcomes.
	NotesWrite Permission = "notes:write"
	// DisputesRead shows disputed amounts, claims and their cases.
	DisputesRead Permission = "disputes:read"
	// DisputesWrite opens claims and works on them, and marks amounts as disputed and releases them.
	DisputesWrite Permission = "disputes:write"
	// DisputesDecide decides on claims; the approval limits and four eyes count besides.
	DisputesDecide Permission = "disputes:decide"
	// DisputesManage keeps reason codes, triage rules and approval limits.
	DisputesManage Permission = "disputes:manage"
	// RatesRead shows exchange rates.
	RatesRead Permission = "rates:read"
	// RatesWrite keeps exchange rates.
	RatesWrite Permission = "rates:write"
	// DocumentsRead shows stored documents.
	DocumentsRead Permission = "documents:read"
	// DocumentsWrite stores documents.
	DocumentsWrite Permission = "documents:write"
	// NoticesRead shows notices and what was sent.
	NoticesRead Permission = "notices:read"
	// ImportsRead shows imports and quarantine.
	ImportsRead Permission = "imports:read"
	// ImportsWrite runs imports and corrects quarantine.
	ImportsWrite Permission = "imports:write"
	// TasksRead shows worklists.
	TasksRead Permission = "tasks:read"
	// TasksWrite takes and closes tasks.
	TasksWrite Permission = "tasks:write"
	// AuditRead shows and verifies the record.
	AuditRead Permission = "audit:read"
	// WebhooksRead shows webhook endpoints and what was delivered to them.
	WebhooksRead Permission = "webhooks:read"
	// WebhooksManage creates, changes, tests and replays webhook endpoints.
	WebhooksManage Permission = "webhooks:manage"
	// KeysManage creates, shows and revokes API keys.
	KeysManage Permission = "keys:manage"
)

// reads is what every role may see.
func reads() []Permission {
	return []Permission{CustomersRead, InvoicesRead, ReceiptsRead, CashRead, CreditMemosRead, PoliciesRead, ApprovalsRead, PromisesRead,
		BlocksRead, NotesRead, DisputesRead, RatesRead, DocumentsRead, NoticesRead, ImportsRead, TasksRead, AuditRead, WebhooksRead}
}

// collects is what a collector may change.
func collects() []Permission {
	return []Permission{ApprovalsDecide, PromisesWrite, BlocksWrite, NotesWrite, DisputesWrite, TasksWrite, DocumentsWrite, ReceiptsWrite}
}

// applies is what a clerk may change.
func applies() []Permission {
	return []Permission{ReceiptsWrite, CashWrite, NotesWrite, DisputesWrite, TasksWrite, DocumentsWrite}
}

// analyses is what an analyst may change besides what a collector may.
func analyses() []Permission { return []Permission{DisputesDecide} }

// supervises is what a supervisor may change besides.
func supervises() []Permission {
	return []Permission{CustomersWrite, InvoicesWrite, CreditMemosWrite, PoliciesWrite, ImportsWrite, DisputesManage, RatesWrite, CashWrite, CashManage}
}

// matrix is the one table of who may do what; nothing else grants anything.
var matrix = map[Role]map[Permission]bool{
	Auditor:    set(reads()),
	Collector:  set(reads(), collects()),
	Clerk:      set(reads(), applies()),
	Analyst:    set(reads(), collects(), analyses()),
	Supervisor: set(reads(), collects(), analyses(), supervises()),
	Admin:      set(reads(), collects(), analyses(), supervises(), []Permission{KeysManage, WebhooksManage}),
}

func set(lists ...[]Permission) map[Permission]bool {
	all := make(map[Permission]bool)
	for _, p := range slices.Concat(lists...) {
		all[p] = true
	}
	return all
}

// Can reports whether the role has the permission. An unknown role has none.
func Can(r Role, p Permission) bool { return matrix[r][p] }

// Permissions returns all permissions in alphabetical order; it is what the admin has.
func Permissions() []Permission { return slices.Sorted(maps.Keys(matrix[Admin])) }
