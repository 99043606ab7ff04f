package store

import (
	"context"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/port"
)

// bankStatementColumns are in the order of scanBankStatement.
const bankStatementColumns = `
  s.id,
  s.file_id,
  s.seq,
  s.account_id,
  s.format,
  s.bank_id,
  s.sequence,
  s.page,
  s.kind,
  s.status,
  coalesce(s.currency, ''),
  s.from_on,
  s.to_on,
  s.opening_minor,
  s.opening_on,
  s.closing_minor,
  s.closing_on,
  s.credits,
  s.credit_minor,
  s.debits,
  s.debit_minor,
  s.uncounted,
  s.proof,
  s.replaced_by,
  s.overridden_by,
  s.overridden_at,
  s.reason,
  s.version`

// InsertBankStatements writes what a file tells; see port.Bank.
func (t *tx) InsertBankStatements(ctx context.Context, list []port.BankStatement) error {
	b := &pgx.Batch{}
	for _, s := range list {
		b.Queue(`
INSERT INTO bank_statements (
  id,
  file_id,
  seq,
  account_id,
  format,
  bank_id,
  sequence,
  page,
  kind,
  status,
  currency,
  from_on,
  to_on,
  opening_minor,
  opening_on,
  closing_minor,
  closing_on,
  credits,
  credit_minor,
  debits,
  debit_minor,
  uncounted,
  proof
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, nullif($11, ''), $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
			s.ID, s.FileID, s.Seq, s.AccountID, s.Told.Format, s.Told.ID, s.Told.Sequence, s.Told.Page, s.Told.Kind, s.Told.Status,
			string(s.Told.Currency), s.Told.From, s.Told.To, balanceMinor(s.Told.Opening), balanceOn(s.Told.Opening),
			balanceMinor(s.Told.Closing), balanceOn(s.Told.Closing), s.Credits, s.CreditMinor, s.Debits, s.DebitMinor, s.Uncounted, s.Proof)
	}
	return translate(t.q.SendBatch(ctx, b).Close())
}

func balanceMinor(b *remittance.Balance) *int64 {
	if b == nil {
		return nil
	}
	return &b.Minor
}

func balanceOn(b *remittance.Balance) calendar.Date {
	if b == nil {
		return 0
	}
	return b.On
}

// InsertBankProblems writes what is wrong with a file; see port.Bank.
func (t *tx) InsertBankProblems(ctx context.Context, list []port.BankProblem) error {
	b := &pgx.Batch{}
	for _, p := range list {
		b.Queue(`
INSERT INTO bank_problems (
  file_id,
  seq,
  statement_id,
  severity,
  line,
  field,
  code,
  message
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, p.FileID, p.Seq, p.StatementID, p.Severity, p.Line, p.Field, p.Code, p.Message)
	}
	return translate(t.q.SendBatch(ctx, b).Close())
}

// BankStatement reads one; see port.Bank.
func (t *tx) BankStatement(ctx context.Context, id uuid.UUID) (port.BankStatement, error) {
	return one(ctx, t, errBankStatementNotFound, scanBankStatement,
		`SELECT`+bankStatementColumns+` FROM bank_statements s WHERE s.id = $1`, id)
}

// StatementsLike reads those that tell of the same; see port.Bank.
func (t *tx) StatementsLike(ctx context.Context, s port.BankStatement) ([]port.BankStatement, error) {
	return many(ctx, t, scanBankStatement, `SELECT`+bankStatementColumns+` FROM bank_statements s
WHERE s.account_id = $1 AND s.sequence = $2 AND s.to_on IS NOT DISTINCT FROM $3 AND s.kind = $4 AND s.id < $5 AND s.replaced_by IS NULL
  AND s.status NOT IN ('test','deletion')
ORDER BY s.id
LIMIT 50`, s.AccountID, s.Told.Sequence, s.Told.To, s.Told.Kind, s.ID)
}

// DayTellers reads a day's final statements; see port.Bank.
func (t *tx) DayTellers(ctx context.Context, accountID uuid.UUID, on calendar.Date) ([]port.DayTeller, error) {
	return many(ctx, t, func(row pgx.CollectableRow) (port.DayTeller, error) {
		var d port.DayTeller
		err := scanStatement(row, &d.BankStatement, &d.Loaded)
		return d, err
	}, sqlDayTellers, accountID, on)
}

const sqlDayTellers = `SELECT` + bankStatementColumns + `, f.finished_at IS NOT NULL FROM bank_statements s
JOIN bank_files f ON f.id = s.file_id
WHERE s.account_id = $1 AND s.to_on >= $2 AND coalesce(s.from_on, s.to_on) <= $2 AND s.kind = 'end_of_day'
  AND s.status NOT IN ('test','deletion') AND s.replaced_by IS NULL
ORDER BY s.to_on, s.id
LIMIT 50`

// UpdateBankStatement writes where the version is still the same; see port.Bank.
func (t *tx) UpdateBankStatement(ctx context.Context, s port.BankStatement) error {
	return t.change(ctx, errBankStatementChanged, `
UPDATE bank_statements SET
  proof = $3,
  replaced_by = $4,
  overridden_by = $5,
  overridden_at = $6,
  reason = $7,
  version = version + 1
WHERE id = $1 AND version = $2`, s.ID, s.Version, s.Proof, s.ReplacedBy, s.OverriddenBy, s.OverriddenAt, s.Reason)
}

// ListBankStatements lists, oldest record first; see port.Bank.
func (t *tx) ListBankStatements(ctx context.Context, f port.BankStatementFilter, p port.Page) (port.Paged[port.BankStatement], error) {
	var w filter
	w.id("s.file_id = $?", f.FileID)
	w.id("s.account_id = $?", f.AccountID)
	w.text("s.proof = $?", f.Proof)
	if !f.From.IsZero() {
		w.add("s.to_on >= $?", f.From)
	}
	if !f.To.IsZero() {
		w.add("s.to_on <= $?", f.To)
	}
	if err := w.after("s.id", p.After); err != nil {
		return port.Paged[port.BankStatement]{}, err
	}
	rows, err := listed(ctx, t, scanBankStatement, `SELECT`+bankStatementColumns+` FROM bank_statements s`+w.where()+w.limit("s.id", p), w.args...)
	return paged(rows, p, func(s port.BankStatement) string { return cursor(s.ID.String()) }), err
}

func scanBankStatement(row pgx.CollectableRow) (port.BankStatement, error) {
	var s port.BankStatement
	err := scanStatement(row, &s)
	return s, err
}

// scanStatement reads one, and what stands behind its columns.
func scanStatement(row pgx.CollectableRow, s *port.BankStatement, more ...any) error {
	var currency string
	var opening, closing *int64
	var openingOn, closingOn calendar.Date
	err := row.Scan(append([]any{
		&s.ID,
		&s.FileID,
		&s.Seq,
		&s.AccountID,
		&s.Told.Format,
		&s.Told.ID,
		&s.Told.Sequence,
		&s.Told.Page,
		&s.Told.Kind,
		&s.Told.Status,
		&currency,
		&s.Told.From,
		&s.Told.To,
		&opening,
		&openingOn,
		&closing,
		&closingOn,
		&s.Credits,
		&s.CreditMinor,
		&s.Debits,
		&s.DebitMinor,
		&s.Uncounted,
		&s.Proof,
		&s.ReplacedBy,
		&s.OverriddenBy,
		&s.OverriddenAt,
		&s.Reason,
		&s.Version,
	}, more...)...)
	s.Told.Currency = money.Currency(currency)
	s.Told.Opening, s.Told.Closing = balance(opening, openingOn, s.Told.Currency), balance(closing, closingOn, s.Told.Currency)
	return err
}

func balance(minor *int64, on calendar.Date, c money.Currency) *remittance.Balance {
	if minor == nil {
		return nil
	}
	return &remittance.Balance{Minor: *minor, Currency: c, On: on}
}

// ListBankProblems lists in the order of the file; see port.Bank.
func (t *tx) ListBankProblems(ctx context.Context, fileID uuid.UUID, p port.Page) (port.Paged[port.BankProblem], error) {
	var w filter
	w.add("file_id = $?", fileID)
	key, err := parseCursor(p.After, 2)
	if err != nil {
		return port.Paged[port.BankProblem]{}, err
	}
	if key != nil {
		w.add("seq > $?::text::integer", key[0])
	}
	rows, err := listed(ctx, t, scanBankProblem, `
SELECT
  file_id,
  seq,
  statement_id,
  severity,
  line,
  field,
  code,
  message
FROM bank_problems`+w.where()+w.limit("seq", p), w.args...)
	return paged(rows, p, func(p port.BankProblem) string { return cursor(strconv.Itoa(p.Seq), p.FileID.String()) }), err
}

func scanBankProblem(row pgx.CollectableRow) (port.BankProblem, error) {
	var p port.BankProblem
	err := row.Scan(&p.FileID, &p.Seq, &p.StatementID, &p.Severity, &p.Line, &p.Field, &p.Code, &p.Message)
	return p, err
}
