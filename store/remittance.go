package store

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/port"
)

// remittanceColumns are in the order of scanRemittance.
const remittanceColumns = `
  id,
  fingerprint,
  body::text,
  payment_key,
  customer_id,
  state,
  receipt_id,
  file_id,
  created_by,
  created_at,
  version`

// InsertRemittance writes an advice once; see port.Cash.
func (t *tx) InsertRemittance(ctx context.Context, r port.Remittance) (uuid.UUID, bool, error) {
	ad := r.Advice
	ad.Lines = nil
	body, err := json.Marshal(ad)
	if err != nil {
		return uuid.Nil, false, unwritable(err)
	}
	tag, err := t.q.Exec(ctx, `
INSERT INTO remittances (
  id,
  fingerprint,
  body,
  format,
  payment_key,
  payer_key,
  payer_name,
  customer_id,
  currency,
  amount_minor,
  credit,
  money_moves,
  paid_on,
  state,
  receipt_id,
  file_id,
  created_by,
  created_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, ''), $10, $11, $12, $13, $14, $15, $16, $17, $18)
ON CONFLICT (fingerprint) DO NOTHING`,
		r.ID, r.Fingerprint[:], string(body), ad.Format, r.PaymentKey, ad.Payer.Account.Key(), ad.Payer.Name, r.CustomerID, string(ad.Currency),
		ad.Minor, ad.Credit, ad.MoneyMoves, ad.PaidOn, r.State, r.ReceiptID, r.FileID, r.CreatedBy, r.CreatedAt)
	if err != nil {
		return uuid.Nil, false, translate(err)
	}
	if tag.RowsAffected() == 0 {
		id, err := one(ctx, t, errRemittanceNotFound, pgx.RowTo[uuid.UUID], `SELECT id FROM remittances WHERE fingerprint = $1`, r.Fingerprint[:])
		return id, false, err
	}
	return r.ID, true, t.insertLines(ctx, r.ID, r.Advice.Lines)
}

// numberedLine is one line of an advice with its place.
type numberedLine struct {
	seq  int
	body string
}

func (t *tx) insertLines(ctx context.Context, id uuid.UUID, lines []remittance.Line) error {
	list := make([]numberedLine, len(lines))
	for n, line := range lines {
		body, err := json.Marshal(line)
		if err != nil {
			return unwritable(err)
		}
		list[n] = numberedLine{n + 1, string(body)}
	}
	return copyRows(ctx, t, "remittance_lines", []string{"remittance_id", "seq", "body"}, list, func(l numberedLine) []any {
		return []any{id, l.seq, l.body}
	})
}

// SetRemittance writes where the version is still the same; see port.Cash.
func (t *tx) SetRemittance(ctx context.Context, r port.Remittance) error {
	return t.change(ctx, errRemittanceChanged, `
UPDATE remittances SET
  state = $3,
  receipt_id = $4,
  customer_id = $5,
  version = version + 1
WHERE id = $1 AND version = $2`, r.ID, r.Version, r.State, r.ReceiptID, r.CustomerID)
}

// Remittance reads one with its lines; see port.Cash.
func (t *tx) Remittance(ctx context.Context, id uuid.UUID) (port.Remittance, error) {
	r, err := one(ctx, t, errRemittanceNotFound, scanRemittance, `SELECT`+remittanceColumns+` FROM remittances WHERE id = $1`, id)
	if err != nil {
		return r, err
	}
	list := []port.Remittance{r}
	err = t.withLines(ctx, list)
	return list[0], err
}

// RemittancesOfReceipt reads those used for a receipt; see port.Cash.
func (t *tx) RemittancesOfReceipt(ctx context.Context, receiptID uuid.UUID) ([]port.Remittance, error) {
	list, err := many(ctx, t, scanRemittance, `SELECT`+remittanceColumns+` FROM remittances WHERE receipt_id = $1 ORDER BY id`, receiptID)
	if err != nil {
		return nil, err
	}
	return list, t.withLines(ctx, list)
}

// withLines reads the lines of advices.
func (t *tx) withLines(ctx context.Context, list []port.Remittance) error {
	if len(list) == 0 {
		return nil
	}
	at := make(map[uuid.UUID]int, len(list))
	ids := make([]uuid.UUID, len(list))
	for n, r := range list {
		at[r.ID], ids[n] = n, r.ID
	}
	rows, err := t.q.Query(ctx, `SELECT remittance_id, body::text FROM remittance_lines WHERE remittance_id = ANY($1) ORDER BY remittance_id, seq`, ids)
	if err != nil {
		return translate(err)
	}
	var id uuid.UUID
	var body string
	_, err = pgx.ForEachRow(rows, []any{&id, &body}, func() error {
		var line remittance.Line
		if err := json.Unmarshal([]byte(body), &line); err != nil {
			return fault.Wrap(err, fault.Internal, "store.unreadable", "a line of an advice cannot be read")
		}
		list[at[id]].Advice.Lines = append(list[at[id]].Advice.Lines, line)
		return nil
	})
	return translate(err)
}

// ListRemittances lists without lines; see port.Cash.
func (t *tx) ListRemittances(ctx context.Context, f port.RemittanceFilter, p port.Page) (port.Paged[port.Remittance], error) {
	var w filter
	w.text("state = $?", f.State)
	w.id("customer_id = $?", f.CustomerID)
	w.id("receipt_id = $?", f.ReceiptID)
	w.id("file_id = $?", f.FileID)
	w.text("payment_key = $?", f.Payment)
	if err := w.after("id", p.After); err != nil {
		return port.Paged[port.Remittance]{}, err
	}
	rows, err := listed(ctx, t, scanRemittance, `SELECT`+remittanceColumns+` FROM remittances`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(r port.Remittance) string { return cursor(r.ID.String()) }), err
}

func scanRemittance(row pgx.CollectableRow) (port.Remittance, error) {
	var r port.Remittance
	var hash []byte
	var body pgtype.Text
	err := row.Scan(&r.ID, &hash, &body, &r.PaymentKey, &r.CustomerID, &r.State, &r.ReceiptID, &r.FileID, &r.CreatedBy, &r.CreatedAt, &r.Version)
	if err != nil {
		return r, err
	}
	copy(r.Fingerprint[:], hash)
	return r, json.Unmarshal([]byte(body.String), &r.Advice)
}
