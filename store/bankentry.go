package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/port"
)

// bankEntryColumns are in the order of scanBankEntry.
const bankEntryColumns = `
  e.id,
  e.account_id,
  e.key,
  e.part,
  e.credit,
  e.amount_minor,
  e.entry_minor,
  e.kinds,
  e.renamed,
  e.currency,
  e.booked_on,
  e.value_on,
  e.code,
  e.payer,
  e.payer_account,
  e.reference,
  e.end_to_end,
  e.words,
  e.told,
  e.early_by,
  e.final_by,
  e.gone_by,
  e.receipt_id,
  e.outcome,
  e.created_at`

// EntriesNamed reads by name; see port.Bank. A key is a name, or a name with a count behind "#".
func (t *tx) EntriesNamed(ctx context.Context, accountID uuid.UUID, names []string) ([]port.NamedEntry, error) {
	return many(ctx, t, scanNamedEntry, sqlEntriesNamed, accountID, names)
}

// How many keys lie in a range is guessed far too high: OFFSET 0 keeps the plan from reading all of an account instead.
const sqlEntriesNamed = `SELECT` + bankEntryColumns + `, e.key, 0::smallint FROM unnest($2::text[]) AS name
JOIN bank_entries e ON e.account_id = $1 AND e.key >= name AND e.key < name || '$'
  AND (e.key = name OR e.key >= name || '#')
UNION ALL
SELECT` + bankEntryColumns + `, n.key, n.kind FROM unnest($2::text[]) AS name
JOIN bank_entry_names n ON n.account_id = $1 AND n.key >= name AND n.key < name || '$'
  AND (n.key = name OR n.key >= name || '#')
CROSS JOIN LATERAL (SELECT * FROM bank_entries b WHERE b.account_id = n.account_id AND b.key = n.entry_key OFFSET 0) e
ORDER BY 3, 4`

// EntryTwins reads what files of the kind have not told; see port.Bank.
func (t *tx) EntryTwins(ctx context.Context, e port.BankEntry, kind int16) ([]port.BankEntry, error) {
	return many(ctx, t, scanBankEntry, sqlEntryTwins, e.AccountID, e.ValueOn, e.EntryMinor, e.Currency, e.Credit, kind)
}

const sqlEntryTwins = `SELECT` + bankEntryColumns + ` FROM bank_entries e
WHERE e.account_id = $1 AND e.value_on = $2 AND e.entry_minor = $3 AND e.part <= 1 AND e.currency = $4 AND e.credit = $5
  AND e.kinds & $6 = 0 AND e.gone_by IS NULL
ORDER BY e.id
LIMIT 50`

// NameBankEntry notes another key; see port.Bank.
func (t *tx) NameBankEntry(ctx context.Context, accountID uuid.UUID, key, as string, kind int16) error {
	return t.exec(ctx, `
INSERT INTO bank_entry_names (
  account_id,
  key,
  kind,
  entry_key
) VALUES ($1, $2, $3, $4)`, accountID, as, kind, key)
}

// TellBankEntry writes who told of an entry; see port.Bank.
func (t *tx) TellBankEntry(ctx context.Context, e port.BankEntry) error {
	return t.exec(ctx, `
UPDATE bank_entries SET
  early_by = $3,
  final_by = $4,
  gone_by = $5,
  kinds = $6,
  renamed = $7
WHERE account_id = $1 AND key = $2`, e.AccountID, e.Key, e.EarlyBy, e.FinalBy, e.GoneBy, e.Kinds, e.Renamed)
}

// InsertBankEntries writes payments; see port.Bank.
func (t *tx) InsertBankEntries(ctx context.Context, list []port.BankEntry) error {
	b := &pgx.Batch{}
	for _, e := range list {
		b.Queue(`
INSERT INTO bank_entries (
  id,
  account_id,
  key,
  part,
  credit,
  amount_minor,
  entry_minor,
  kinds,
  renamed,
  currency,
  booked_on,
  value_on,
  code,
  payer,
  payer_account,
  reference,
  end_to_end,
  words,
  told,
  early_by,
  final_by,
  receipt_id,
  outcome,
  created_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`,
			e.ID, e.AccountID, e.Key, e.Part, e.Credit, e.Minor, e.EntryMinor, e.Kinds, e.Renamed, e.Currency, e.BookedOn, e.ValueOn, e.Code, e.Payer,
			e.PayerAccount, e.Reference, e.EndToEnd, e.Words, e.Told, e.EarlyBy, e.FinalBy, e.ReceiptID, e.Outcome, e.CreatedAt)
	}
	return translate(t.q.SendBatch(ctx, b).Close())
}

// UpdateBankEntry writes what may change of a payment; see port.Bank.
func (t *tx) UpdateBankEntry(ctx context.Context, e port.BankEntry) error {
	return t.change(ctx, errBankEntryNotFound, `
UPDATE bank_entries SET
  receipt_id = $2,
  outcome = $3
WHERE id = $1`, e.ID, e.ReceiptID, e.Outcome)
}

// DetailBankEntry notes that others stand for it; see port.Bank.
func (t *tx) DetailBankEntry(ctx context.Context, id uuid.UUID) error {
	return t.change(ctx, errBankEntryNotFound, `UPDATE bank_entries SET outcome = 'detailed' WHERE id = $1`, id)
}

// BankEntry reads one; see port.Bank.
func (t *tx) BankEntry(ctx context.Context, id uuid.UUID) (port.BankEntry, error) {
	return one(ctx, t, errBankEntryNotFound, scanBankEntry, `SELECT`+bankEntryColumns+` FROM bank_entries e WHERE e.id = $1`, id)
}

// EntriesUntold reads what is left of a replaced statement; see port.Bank.
func (t *tx) EntriesUntold(ctx context.Context, statementID uuid.UUID, limit int) ([]port.BankEntry, error) {
	return many(ctx, t, scanBankEntry, sqlEntriesUntold, statementID, limit)
}

const sqlEntriesUntold = `SELECT` + bankEntryColumns + ` FROM (
  SELECT * FROM (
    SELECT * FROM bank_entries b WHERE b.final_by = $1
    UNION ALL
    SELECT * FROM bank_entries b WHERE b.early_by = $1 AND b.final_by IS NULL) told
  WHERE told.gone_by IS NULL AND told.outcome <> 'detailed'
  OFFSET 0) e
ORDER BY e.id
LIMIT $2`

// ListBankEntries lists, oldest record first; see port.Bank.
func (t *tx) ListBankEntries(ctx context.Context, f port.BankEntryFilter, p port.Page) (port.Paged[port.BankEntry], error) {
	var w filter
	w.id("e.account_id = $?", f.AccountID)
	if f.StatementID.Valid {
		w.add("e.id IN (SELECT id FROM bank_entries WHERE final_by = $? UNION ALL SELECT id FROM bank_entries WHERE early_by = $?)",
			f.StatementID.UUID, f.StatementID.UUID)
	}
	if f.FileID.Valid {
		w.add(`e.id IN (
  SELECT t.id FROM bank_statements s JOIN bank_entries t ON t.final_by = s.id WHERE s.file_id = $?
  UNION ALL
  SELECT t.id FROM bank_statements s JOIN bank_entries t ON t.early_by = s.id WHERE s.file_id = $?)`, f.FileID.UUID, f.FileID.UUID)
	}
	w.id("e.receipt_id = $?", f.ReceiptID)
	w.text("e.outcome = $?", f.Outcome)
	if !f.From.IsZero() {
		w.add("e.booked_on >= $?", f.From)
	}
	if !f.To.IsZero() {
		w.add("e.booked_on <= $?", f.To)
	}
	if err := w.after("e.id", p.After); err != nil {
		return port.Paged[port.BankEntry]{}, err
	}
	rows, err := listed(ctx, t, scanBankEntry, `SELECT`+bankEntryColumns+` FROM bank_entries e`+w.where()+w.limit("e.id", p), w.args...)
	return paged(rows, p, func(e port.BankEntry) string { return cursor(e.ID.String()) }), err
}

func scanBankEntry(row pgx.CollectableRow) (port.BankEntry, error) {
	var e port.BankEntry
	err := row.Scan(bankEntryParts(&e)...)
	return e, err
}

func scanNamedEntry(row pgx.CollectableRow) (port.NamedEntry, error) {
	var e port.NamedEntry
	err := row.Scan(append(bankEntryParts(&e.BankEntry), &e.As, &e.Kind)...)
	return e, err
}

func bankEntryParts(e *port.BankEntry) []any {
	return []any{
		&e.ID,
		&e.AccountID,
		&e.Key,
		&e.Part,
		&e.Credit,
		&e.Minor,
		&e.EntryMinor,
		&e.Kinds,
		&e.Renamed,
		&e.Currency,
		&e.BookedOn,
		&e.ValueOn,
		&e.Code,
		&e.Payer,
		&e.PayerAccount,
		&e.Reference,
		&e.EndToEnd,
		&e.Words,
		&e.Told,
		&e.EarlyBy,
		&e.FinalBy,
		&e.GoneBy,
		&e.ReceiptID,
		&e.Outcome,
		&e.CreatedAt,
	}
}

// CashProof compares an account's days; see port.Bank. A payment that a correction took away is no movement any more; a
// receipt made of it is shown until a person reverses it. One that is told in detail is what its details are.
func (t *tx) CashProof(ctx context.Context, accountID uuid.UUID, from, to calendar.Date) ([]port.CashProof, error) {
	return many(ctx, t, scanCashProof, `
SELECT
  e.account_id,
  e.booked_on,
  e.currency,
  coalesce(sum(e.amount_minor) FILTER (WHERE e.credit AND e.gone_by IS NULL), 0)::bigint,
  coalesce(sum(e.amount_minor) FILTER (WHERE NOT e.credit AND e.gone_by IS NULL), 0)::bigint,
  coalesce(sum(r.gross_minor) FILTER (WHERE e.gone_by IS NULL OR r.state <> 'reversed'), 0)::bigint,
  coalesce(sum(r.gross_minor) FILTER (WHERE r.state = 'reversed' AND e.gone_by IS NULL), 0)::bigint,
  coalesce(sum(r.applied_minor), 0)::bigint,
  coalesce(sum(r.on_account_minor), 0)::bigint,
  coalesce(sum(r.unapplied_minor), 0)::bigint,
  coalesce(sum(r.refunded_minor), 0)::bigint,
  coalesce(sum(r.netted_minor), 0)::bigint,
  coalesce(sum(e.amount_minor) FILTER (WHERE e.credit AND e.gone_by IS NULL AND e.final_by IS NULL), 0)::bigint,
  coalesce(sum(e.amount_minor) FILTER (WHERE e.credit AND e.gone_by IS NOT NULL), 0)::bigint
FROM bank_entries e
LEFT JOIN receipts r ON r.id = e.receipt_id
WHERE e.account_id = $1 AND e.booked_on BETWEEN $2 AND $3 AND e.outcome <> 'detailed'
GROUP BY e.account_id, e.booked_on, e.currency
ORDER BY e.booked_on, e.currency
LIMIT 400`, accountID, from, to)
}

func scanCashProof(row pgx.CollectableRow) (port.CashProof, error) {
	var p port.CashProof
	err := row.Scan(
		&p.AccountID,
		&p.On,
		&p.Currency,
		&p.CreditMinor,
		&p.DebitMinor,
		&p.RecordedMinor,
		&p.ReversedMinor,
		&p.AppliedMinor,
		&p.OnAccountMinor,
		&p.UnappliedMinor,
		&p.RefundedMinor,
		&p.NettedMinor,
		&p.EarlyMinor,
		&p.GoneMinor,
	)
	return p, err
}
