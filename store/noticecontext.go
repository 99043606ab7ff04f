package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/money"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/port"
)

const sqlContextHouse = `
SELECT
  creditor_name,
  creditor_address,
  remit_to,
  time_zone,
  language,
  calendar,
  from_address,
  reply_domain,
  default_policy,
  version
FROM installation`

const sqlContextCustomer = `
SELECT
  id,
  number,
  name,
  language,
  time_zone,
  calendar,
  collector,
  preferred_channel,
  dunning_recipient_id
FROM customers
WHERE id = $1`

// A notice goes to the dunning desk, then billing, then management.
const sqlContextContacts = `
SELECT
  id,
  customer_id,
  role,
  name,
  email,
  phone,
  address,
  webhook,
  rank,
  active,
  email_failed_at,
  email_failure,
  version
FROM contacts
WHERE customer_id = (SELECT coalesce(dunning_recipient_id, id) FROM customers WHERE id = $1)
  AND active
  AND role IN ('dunning','billing','management')
ORDER BY array_position(ARRAY['dunning','billing','management'], role), rank, id`

const sqlContextCredits = `
SELECT kind, reference, minor
FROM (
  SELECT 'credit_memo' AS kind, number AS reference, open_minor AS minor, created_at, id
  FROM credit_memos
  WHERE customer_id = $1 AND currency = $2 AND open_minor > 0
  UNION ALL
  SELECT 'on_account', number, on_account_minor, created_at, id
  FROM receipts
  WHERE customer_id = $1 AND currency = $2 AND on_account_minor > 0
  UNION ALL
  SELECT 'unapplied', number, unapplied_minor, created_at, id
  FROM receipts
  WHERE customer_id = $1 AND currency = $2 AND unapplied_minor > 0
  UNION ALL
  SELECT 'unapplied', coalesce(nullif(reference, ''), number), unapplied_minor, created_at, id
  FROM receipts
  WHERE customer_id IS NULL AND likely_customer_id = $1 AND currency = $2 AND unapplied_minor > 0
) waiting
ORDER BY created_at, id, kind
LIMIT 200`

const sqlContextLines = `
SELECT
  i.id,
  i.invoice_id,
  coalesce(inv.number, ''),
  coalesce(inv.purchase_order, ''),
  coalesce(inv.invoice_date, i.aging_date),
  i.due_date,
  i.seq,
  (SELECT count(*)::int FROM items s WHERE s.invoice_id = i.invoice_id AND s.kind = i.kind AND i.kind = 'instalment'),
  i.original_minor,
  coalesce(claim.number, 0),
  coalesce(claim.claim_reference, ''),
  i.aging_date
FROM items i
LEFT JOIN invoices inv ON inv.id = i.invoice_id` + joinClaim + `
WHERE i.id = ANY($1)`

// The contents read are bounded by what a message may carry ($2 files, $3 bytes): a customer with hundreds of copies must
// not fill the memory.
const sqlContextCopies = `
WITH newest AS (
  SELECT DISTINCT ON (d.invoice_id)
    d.id,
    d.invoice_id,
    d.size
  FROM documents d
  WHERE d.kind = 'invoice'
    AND d.invoice_id IN (SELECT i.invoice_id FROM items i WHERE i.id = ANY($1))
  ORDER BY d.invoice_id, d.created_at DESC, d.id DESC
), fitting AS (
  SELECT
    id,
    sum(size) OVER (ORDER BY invoice_id) AS bytes,
    row_number() OVER (ORDER BY invoice_id) AS files
  FROM newest
)
SELECT
  d.id,
  d.invoice_id,
  coalesce(d.filename, d.file_name),
  d.media_type,
  d.size,
  d.sha256,
  d.content IS NOT NULL,
  d.content
FROM fitting f
JOIN documents d ON d.id = f.id
WHERE f.files <= $2 AND f.bytes <= $3
ORDER BY d.invoice_id`

const sqlContextEarlier = `
SELECT message_id
FROM (
  SELECT DISTINCT n.message_id, n.sent_at
  FROM notice_lines l
  JOIN notices n ON n.id = l.notice_id
  WHERE l.item_id = ANY($1) AND n.state = 'sent' AND n.message_id <> '' AND n.channel = 'email'
  ORDER BY n.sent_at DESC
  LIMIT 10
) latest
ORDER BY sent_at, message_id`

// NoticeContext reads what a message says besides its amounts; see port.Notices.
func (t *tx) NoticeContext(ctx context.Context, customerID uuid.UUID, currency money.Currency, itemIDs []uuid.UUID) (port.NoticeContext, error) {
	c := port.NoticeContext{Lines: make(map[uuid.UUID]notice.Line, len(itemIDs))}
	b := &pgx.Batch{}
	b.Queue(sqlContextHouse).QueryRow(func(row pgx.Row) error {
		h := &c.House
		return row.Scan(&h.CreditorName, &h.CreditorAddress, &h.RemitTo, &h.TimeZone, &h.Language, &h.Calendar, &h.FromAddress,
			&h.ReplyDomain, &h.DefaultPolicy, &h.Version)
	})
	b.Queue(sqlContextCustomer, customerID).QueryRow(func(row pgx.Row) error {
		cu := &c.Customer
		return row.Scan(&cu.ID, &cu.Number, &cu.Name, &cu.Language, &cu.TimeZone, &cu.Calendar, &cu.Collector, &cu.PreferredChannel,
			&cu.DunningRecipientID)
	})
	b.Queue(sqlContextContacts, customerID).Query(collectInto(&c.Contacts, scanContextContact))
	b.Queue(sqlContextCredits, customerID, currency).Query(collectInto(&c.Credits, scanCredit))
	b.Queue(sqlContextLines, itemIDs).Query(func(rows pgx.Rows) error {
		lines, err := pgx.CollectRows(rows, scanContextLine)
		for _, l := range lines {
			c.Lines[l.ItemID] = l
		}
		return err
	})
	b.Queue(sqlContextCopies, itemIDs, notice.MaxAttachments, notice.MaxAttachmentBytes).Query(collectInto(&c.Copies, scanCopy))
	b.Queue(sqlContextEarlier, itemIDs).Query(collectInto(&c.Earlier, pgx.RowTo[string]))
	if err := t.q.SendBatch(ctx, b).Close(); err != nil {
		return c, orMissing(err, errCustomerNotFound)
	}
	return c, nil
}

// collectInto reads all rows of a batch's query.
func collectInto[T any](into *[]T, scan pgx.RowToFunc[T]) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var err error
		*into, err = pgx.CollectRows(rows, scan)
		return err
	}
}

func scanContextContact(row pgx.CollectableRow) (receivable.Contact, error) {
	var k receivable.Contact
	err := row.Scan(&k.ID, &k.CustomerID, &k.Role, &k.Name, &k.Email, &k.Phone, &k.Address, &k.Webhook, &k.Rank, &k.Active,
		&k.EmailFailedAt, &k.EmailFailure, &k.Version)
	return k, err
}

func scanCredit(row pgx.CollectableRow) (notice.Credit, error) {
	var c notice.Credit
	err := row.Scan(&c.Kind, &c.Reference, &c.Minor)
	return c, err
}

func scanContextLine(row pgx.CollectableRow) (notice.Line, error) {
	var l notice.Line
	err := row.Scan(&l.ItemID, &l.InvoiceID, &l.InvoiceNumber, &l.PurchaseOrder, &l.InvoiceDate, &l.DueDate, &l.Instalment, &l.Instalments,
		&l.OriginalMinor, &l.ClaimNumber, &l.ClaimReference, &l.AgingDate)
	return l, err
}

func scanCopy(row pgx.CollectableRow) (receivable.Document, error) {
	var d receivable.Document
	var digest []byte
	err := row.Scan(&d.ID, &d.InvoiceID, &d.Filename, &d.MediaType, &d.Size, &digest, &d.InRow, &d.Content)
	copy(d.SHA256[:], digest)
	return d, err
}
