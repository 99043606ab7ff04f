package store

// What breaks a check of bank files; see censussql.go.
const (
	sqlCensusBankFiles = `
SELECT 'bank_file.late', f.id::text, NULL::uuid, NULL::uuid, 'state ' || f.state || ', at ' || f.position
FROM bank_files f
WHERE f.id > @from AND f.id <= @to AND f.state NOT IN ('done','refused') AND f.wake_at < @slow`

	sqlCensusBankEntries = `
SELECT 'bank_entry.receipt', e.id::text, r.customer_id, NULL::uuid,
  'credited ' || e.amount_minor || ' ' || e.currency || ', received ' || coalesce(r.gross_minor || ' ' || r.currency, 'nothing')
FROM bank_entries e
LEFT JOIN receipts r ON r.id = e.receipt_id
WHERE e.id > @from AND e.id <= @to
  AND e.credit
  AND e.outcome <> 'detailed'
  AND (r.id IS NULL OR r.gross_minor <> e.amount_minor OR r.currency <> e.currency)`
)
