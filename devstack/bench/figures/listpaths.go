package figures

import "slices"

// list is a list as people ask for it. A placeholder in braces stands for values from the data.
type list struct {
	path  string
	table string // whose middle a page is asked from; empty: the list is short
}

// lists are all lists of the API with the filters that people use.
func lists() []list {
	return slices.Concat(invoicesAndCustomers(), workOfPeople(), claims(), papersAndMoney(), bank(), record(), house(), oneOfEach())
}

// invoicesAndCustomers are the lists of invoices, customers and their cases.
func invoicesAndCustomers() []list {
	return []list{
		{"/v1/invoices", "invoices"},
		{"/v1/invoices?state=overdue", "invoices"},
		{"/v1/invoices?state=open", "invoices"},
		{"/v1/invoices?state=closed", "invoices"},
		{"/v1/invoices?state=void", "invoices"},
		{"/v1/invoices?customer_id={customer}", ""},
		{"/v1/invoices?customer_id={customer}&state=overdue", ""},
		{"/v1/invoices?number={number}", ""},
		{"/v1/invoices?source=erp&state=open", "invoices"},
		{"/v1/invoices?due_before={soon}", "invoices"},
		{"/v1/invoices?level=2", "invoices"},
		{"/v1/invoices?level=9", "invoices"},
		{"/v1/invoices?policy=standard", "invoices"},
		{"/v1/invoices?policy=standard&state=overdue&level=3", "invoices"},
		{"/v1/customers", ""},
		{"/v1/customers?q={name}", ""},
		{"/v1/customers?number={customer_number}", ""},
		{"/v1/customers?segment=retail", ""},
		{"/v1/customers?collector={collector}", ""},
		{"/v1/cases", ""},
	}
}

// workOfPeople are the lists of what people and notices have to do.
func workOfPeople() []list {
	return []list{
		{"/v1/approvals", ""},
		{"/v1/approvals?status=open", ""},
		{"/v1/approvals?status=open&role=admin", ""},
		{"/v1/approvals?customer_id={customer}", ""},
		{"/v1/notices", "notices"},
		{"/v1/notices?state=sent", "notices"},
		{"/v1/notices?state=draft", ""},
		{"/v1/notices?state=refused", "notices"},
		{"/v1/notices?channel=letter", "notices"},
		{"/v1/notices?customer_id={customer}", ""},
		{"/v1/notices?invoice_id={invoice}", ""},
		{"/v1/tasks", ""},
		{"/v1/tasks?state=open", ""},
		{"/v1/tasks?state=done", ""},
		{"/v1/tasks?state=open&due_by={today}", ""},
		{"/v1/tasks?state=open&assignee={collector}", ""},
		{"/v1/tasks?state=open&role=supervisor", ""},
		{"/v1/tasks?kind=no_address", ""},
		{"/v1/tasks?customer_id={customer}", ""},
		{"/v1/tasks?invoice_id={invoice}", ""},
		{"/v1/promises", ""},
		{"/v1/promises?state=open", ""},
		{"/v1/promises?customer_id={customer}", ""},
		{"/v1/blocks?state=open", ""},
		{"/v1/blocks?customer_id={customer}", ""},
		{"/v1/dispute-flags?state=open", ""},
		{"/v1/dispute-flags?customer_id={customer}", ""},
	}
}

// claims are the lists of claims.
func claims() []list {
	return []list{
		{"/v1/disputes", "disputes"},
		{"/v1/disputes?live=true", "disputes"},
		{"/v1/disputes?state=contested", "disputes"},
		{"/v1/disputes?state=closed", "disputes"},
		{"/v1/disputes?state=void", "disputes"},
		{"/v1/disputes?owner={analyst}", "disputes"},
		{"/v1/disputes?live=true&owner={analyst}", "disputes"},
		{"/v1/disputes?live=true&team=logistics", "disputes"},
		{"/v1/disputes?reason=shortage", "disputes"},
		{"/v1/disputes?unknown=true", "disputes"},
		{"/v1/disputes?customer_id={customer}", ""},
		{"/v1/disputes?invoice_id={claimed}", ""},
		{"/v1/disputes?reference={claim}", ""},
		{"/v1/disputes?deadline_by={soon}", ""},
		{"/v1/disputes?min_minor=80000", "disputes"},
		{"/v1/disputes?kind=dispute&live=true", "disputes"},
		{"/v1/disputes/worklist", ""},
		{"/v1/disputes/worklist?owner={analyst}", ""},
		{"/v1/disputes/worklist?team=logistics", ""},
		{"/v1/disputes/worklist?reason=shortage", ""},
		{"/v1/disputes/worklist?customer_id={customer}", ""},
		{"/v1/disputes/worklist?min_minor=80000", ""},
		{"/v1/disputes/{dispute}", ""},
		{"/v1/disputes/{dispute}/timeline", ""},
		{"/v1/reason-codes", ""},
		{"/v1/triage-rules", ""},
		{"/v1/approval-limits", ""},
	}
}

// papersAndMoney are the lists of papers and money.
func papersAndMoney() []list {
	return []list{
		{"/v1/notes", ""},
		{"/v1/notes?customer_id={customer}", ""},
		{"/v1/documents", ""},
		{"/v1/documents?invoice_id={invoice}", ""},
		{"/v1/documents?kind=claim", ""},
		{"/v1/receipts", "receipts"},
		{"/v1/receipts?state=recorded", "receipts"},
		{"/v1/receipts?state=reversed", "receipts"},
		{"/v1/receipts?rest=true", "receipts"},
		{"/v1/receipts?customer_id={customer}", ""},
		{"/v1/receipts?invoice_id={invoice}", ""},
		{"/v1/receipts?number={receipt}", ""},
		{"/v1/credit-memos", ""},
		{"/v1/credit-memos?open=true", ""},
		{"/v1/credit-memos?customer_id={customer}", ""},
		{"/v1/write-offs?invoice_id={invoice}", ""},
		{"/v1/imports", ""},
		{"/v1/imports/{import}/quarantine", ""},
		{"/v1/imports/{import}/quarantine?state=open", ""},
	}
}

// bank are the lists of what banks told and what of it waits.
func bank() []list {
	return []list{
		{"/v1/bank-accounts", ""},
		{"/v1/bank-files", ""},
		{"/v1/bank-files?state=done", ""},
		{"/v1/bank-files/{bank_file}/problems", ""},
		{"/v1/bank-statements", ""},
		{"/v1/bank-statements?file_id={bank_file}", ""},
		{"/v1/bank-statements?proof=alarm", ""},
		{"/v1/bank-entries", ""},
		{"/v1/bank-entries?file_id={bank_file}", ""},
		{"/v1/cash-exceptions", ""},
		{"/v1/cash-exceptions?customer_id={customer}", ""},
		{"/v1/receipts/{receipt_id}/proposals", ""},
		{"/v1/remittances", ""},
		{"/v1/remittances?state=waiting", ""},
		{"/v1/payer-accounts", ""},
		{"/v1/payer-accounts?customer_id={customer}", ""},
		{"/v1/applications", "applications"},
		{"/v1/applications?customer_id={customer}", ""},
		{"/v1/applications?invoice_id={invoice}", ""},
		{"/v1/applications?receipt_id={receipt_id}", ""},
		{"/v1/refunds", ""},
		{"/v1/cash-rules", ""},
		{"/v1/exchange-rates", ""},
	}
}

// record are the lists of the record and what proves it.
func record() []list {
	return []list{
		{"/v1/audit-entries", ""},
		{"/v1/audit-entries?customer_id={customer}", ""},
		{"/v1/audit-entries?invoice_id={invoice}", ""},
		{"/v1/audit-entries?subject_id={invoice}", ""},
		{"/v1/events", ""},
		{"/v1/events?customer_id={customer}", ""},
		{"/v1/events?invoice_id={invoice}", ""},
		{"/v1/events?types=receipt.recorded", ""},
		{"/v1/census", ""},
		{"/v1/census/{census}/findings", ""},
		{"/v1/snapshots", ""},
		{"/v1/snapshots/{snapshot}/items", "snapshot_items"},
		{"/v1/snapshots/{snapshot}/items?customer_id={customer}", ""},
		{"/v1/snapshots/{snapshot}/items?bucket=91%2B", "snapshot_items"},
	}
}

// house are the lists of the house itself.
func house() []list {
	return []list{
		{"/v1/webhook-endpoints", ""},
		{"/v1/webhook-endpoints?state=enabled", ""},
		{"/v1/webhook-deliveries", "webhook_deliveries"},
		{"/v1/webhook-deliveries?state=dead", "webhook_deliveries"},
		{"/v1/webhook-deliveries?state=delivered", "webhook_deliveries"},
		{"/v1/webhook-deliveries?endpoint_id={endpoint}", "webhook_deliveries"},
		{"/v1/webhook-deliveries?event_type=receipt.recorded", "webhook_deliveries"},
		{"/v1/policies", ""},
		{"/v1/policies/standard/versions", ""},
		{"/v1/segments", ""},
		{"/v1/keys", ""},
		{"/v1/event-types", ""},
	}
}

// oneOfEach are single records and what belongs to them.
func oneOfEach() []list {
	return []list{
		{"/v1/invoices/{invoice}/documents", ""},
		{"/v1/invoices/{invoice}/case", ""},
		{"/v1/invoices/{invoice}", ""},
		{"/v1/invoices/{invoice}/timeline", ""},
		{"/v1/customers/{customer}", ""},
	}
}

// samples are the queries that find values for the placeholders: some small, some large.
var samples = map[string]string{
	"{customer}":        `SELECT id::text FROM customers ORDER BY id OFFSET 3 LIMIT $1`,
	"{customer_number}": `SELECT number FROM customers ORDER BY id OFFSET 3 LIMIT $1`,
	"{name}":            `SELECT split_part(name, ' ', 1) FROM customers ORDER BY id OFFSET 3 LIMIT $1`,
	"{collector}":       `SELECT DISTINCT collector FROM customers ORDER BY 1 LIMIT $1`,
	"{invoice}":         `SELECT invoice_id::text FROM items WHERE open_minor > 0 AND level > 0 ORDER BY due_date LIMIT $1`,
	"{number}":          `SELECT number FROM invoices ORDER BY id DESC OFFSET 100 LIMIT $1`,
	"{receipt}":         `SELECT number FROM receipts ORDER BY id DESC LIMIT $1`,
	"{receipt_id}":      `SELECT id::text FROM receipts ORDER BY id DESC LIMIT $1`,
	"{bank_file}":       `SELECT id::text FROM bank_files ORDER BY id LIMIT $1`,
	"{import}":          `SELECT id::text FROM imports ORDER BY id LIMIT $1`,
	"{census}":          `SELECT id::text FROM censuses ORDER BY id LIMIT $1`,
	"{snapshot}":        `SELECT as_of::text FROM snapshots ORDER BY as_of LIMIT $1`,
	"{endpoint}":        `SELECT id::text FROM webhook_endpoints ORDER BY id LIMIT $1`,
	"{dispute}":         `SELECT id::text FROM disputes WHERE state NOT IN ('closed','void') ORDER BY id OFFSET 3 LIMIT $1`,
	"{claim}":           `SELECT claim_reference FROM disputes ORDER BY id DESC OFFSET 3 LIMIT $1`,
	"{claimed}":         `SELECT invoice_id::text FROM dispute_parts ORDER BY id OFFSET 3 LIMIT $1`,
	"{analyst}":         `SELECT DISTINCT owner FROM disputes WHERE owner <> '' ORDER BY 1 LIMIT $1`,
	"{today}":           `SELECT current_date::text LIMIT $1`,
	"{soon}":            `SELECT (current_date + 7)::text LIMIT $1`,
}
