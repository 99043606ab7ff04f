package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/money"
	"arrears/port"
)

var (
	errBankAccountNotFound   = missing("bank_account")
	errBankFileNotFound      = missing("bank_file")
	errBankStatementNotFound = missing("bank_statement")
	errBankEntryNotFound     = missing("bank_entry")

	errBankAccountChanged   = changed("bank_account")
	errBankFileChanged      = changed("bank_file")
	errBankStatementChanged = changed("bank_statement")
)

// bankAccountColumns are in the order of scanBankAccount.
const bankAccountColumns = `
  id,
  key,
  iban,
  number,
  bank,
  name,
  coalesce(currency, ''),
  state = 'confirmed',
  proven_on,
  coalesce(proven_minor, 0),
  confirmed_by,
  confirmed_at,
  created_at,
  version`

// LockBankAccount finds or writes an account and locks it; see port.Bank.
func (t *tx) LockBankAccount(ctx context.Context, a port.BankAccount) (port.BankAccount, error) {
	err := t.exec(ctx, `
INSERT INTO bank_accounts (
  id,
  key,
  iban,
  number,
  bank,
  name,
  currency,
  state,
  created_at
) VALUES ($1, $2, $3, $4, $5, $6, nullif($7, ''), 'new', $8)
ON CONFLICT (key) DO NOTHING`,
		a.ID, a.Key, a.Account.IBAN, a.Account.Other, a.Account.Bank, a.Account.Name, string(a.Currency), a.CreatedAt)
	if err != nil {
		return a, err
	}
	return one(ctx, t, errBankAccountNotFound, scanBankAccount,
		`SELECT`+bankAccountColumns+` FROM bank_accounts WHERE key = $1 FOR NO KEY UPDATE`, a.Key)
}

// BankAccount reads one; see port.Bank.
func (t *tx) BankAccount(ctx context.Context, id uuid.UUID) (port.BankAccount, error) {
	return one(ctx, t, errBankAccountNotFound, scanBankAccount, `SELECT`+bankAccountColumns+` FROM bank_accounts WHERE id = $1`, id)
}

// UpdateBankAccount writes where the version is still the same; see port.Bank.
func (t *tx) UpdateBankAccount(ctx context.Context, a port.BankAccount) error {
	state := "new"
	if a.Confirmed {
		state = "confirmed"
	}
	return t.change(ctx, errBankAccountChanged, `
UPDATE bank_accounts SET
  name = $3,
  currency = nullif($4, ''),
  state = $5,
  proven_on = $6,
  proven_minor = CASE WHEN $6::date IS NOT NULL THEN $7::bigint END,
  confirmed_by = $8,
  confirmed_at = $9,
  version = version + 1
WHERE id = $1 AND version = $2`,
		a.ID, a.Version, a.Account.Name, string(a.Currency), state, a.ProvenOn, a.ProvenMinor, a.ConfirmedBy, a.ConfirmedAt)
}

// ListBankAccounts lists, oldest first; see port.Bank.
func (t *tx) ListBankAccounts(ctx context.Context, p port.Page) (port.Paged[port.BankAccount], error) {
	var w filter
	if err := w.after("id", p.After); err != nil {
		return port.Paged[port.BankAccount]{}, err
	}
	rows, err := listed(ctx, t, scanBankAccount, `SELECT`+bankAccountColumns+` FROM bank_accounts`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(a port.BankAccount) string { return cursor(a.ID.String()) }), err
}

func scanBankAccount(row pgx.CollectableRow) (port.BankAccount, error) {
	var a port.BankAccount
	var currency string
	err := row.Scan(
		&a.ID,
		&a.Key,
		&a.Account.IBAN,
		&a.Account.Other,
		&a.Account.Bank,
		&a.Account.Name,
		&currency,
		&a.Confirmed,
		&a.ProvenOn,
		&a.ProvenMinor,
		&a.ConfirmedBy,
		&a.ConfirmedAt,
		&a.CreatedAt,
		&a.Version,
	)
	a.Currency = money.Currency(currency)
	return a, err
}

// bankFileColumns are in the order of scanBankFile.
const bankFileColumns = `
  id,
  sha256,
  size,
  filename,
  format,
  profile,
  source,
  state,
  position,
  refused_code,
  refused_text,
  counts,
  wake_at,
  created_by,
  created_at,
  finished_at,
  version`

// InsertBankFile writes one, whose file is kept, unless its bytes are known; see port.Bank.
func (t *tx) InsertBankFile(ctx context.Context, f port.BankFile) (port.BankFile, error) {
	if err := t.change(ctx, errFileGone, `UPDATE document_files SET kept = true WHERE sha256 = $1`, f.SHA256[:]); err != nil {
		return f, err
	}
	err := t.exec(ctx, `
INSERT INTO bank_files (
  id,
  sha256,
  size,
  filename,
  format,
  profile,
  source,
  state,
  wake_at,
  created_by,
  created_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, 'received', $8, $9, $8)
ON CONFLICT (sha256) DO NOTHING`,
		f.ID, f.SHA256[:], f.Size, f.Filename, f.Format, f.Profile, f.Source, f.CreatedAt, f.CreatedBy)
	if err != nil {
		return f, err
	}
	return one(ctx, t, errBankFileNotFound, scanBankFile, `SELECT`+bankFileColumns+` FROM bank_files WHERE sha256 = $1`, f.SHA256[:])
}

// LockBankFile reads and locks one; see port.Bank.
func (t *tx) LockBankFile(ctx context.Context, id uuid.UUID) (port.BankFile, error) {
	return one(ctx, t, errBankFileNotFound, scanBankFile, `SELECT`+bankFileColumns+` FROM bank_files WHERE id = $1 FOR NO KEY UPDATE`, id)
}

// BankFile reads one; see port.Bank.
func (t *tx) BankFile(ctx context.Context, id uuid.UUID) (port.BankFile, error) {
	return one(ctx, t, errBankFileNotFound, scanBankFile, `SELECT`+bankFileColumns+` FROM bank_files WHERE id = $1`, id)
}

// UpdateBankFile writes where the version is still the same; see port.Bank.
func (t *tx) UpdateBankFile(ctx context.Context, f port.BankFile) error {
	counts, err := json.Marshal(f.Counts)
	if err != nil {
		return err
	}
	return t.change(ctx, errBankFileChanged, `
UPDATE bank_files SET
  format = $3,
  state = $4,
  position = $5,
  refused_code = $6,
  refused_text = $7,
  counts = $8,
  wake_at = CASE WHEN $4 IN ('done','refused') THEN NULL ELSE $9::timestamptz END,
  finished_at = $10,
  version = version + 1
WHERE id = $1 AND version = $2`,
		f.ID, f.Version, f.Format, f.State, f.Position, f.RefusedCode, f.RefusedText, counts, f.WakeAt, f.FinishedAt)
}

// ListBankFiles lists, oldest first; see port.Bank.
func (t *tx) ListBankFiles(ctx context.Context, f port.BankFileFilter, p port.Page) (port.Paged[port.BankFile], error) {
	var w filter
	w.text("state = $?", f.State)
	if err := w.after("id", p.After); err != nil {
		return port.Paged[port.BankFile]{}, err
	}
	rows, err := listed(ctx, t, scanBankFile, `SELECT`+bankFileColumns+` FROM bank_files`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(f port.BankFile) string { return cursor(f.ID.String()) }), err
}

// NudgeBankFile leaves a nudge for the file's workflow; see port.Bank.
func (t *tx) NudgeBankFile(ctx context.Context, id uuid.UUID) error {
	b := &pgx.Batch{}
	b.Queue(`
INSERT INTO nudges (
  workflow_id,
  subject_id,
  kind,
  first_action
) VALUES ('bank-file/' || $1::text, $1::uuid, 'bank-file', 'ReviewBankFile')`+sqlNudgeConflict, id)
	b.Queue(sqlNotifyNudge)
	return translate(t.q.SendBatch(ctx, b).Close())
}

func scanBankFile(row pgx.CollectableRow) (port.BankFile, error) {
	var f port.BankFile
	var digest, counts []byte
	var wake *time.Time
	err := row.Scan(
		&f.ID,
		&digest,
		&f.Size,
		&f.Filename,
		&f.Format,
		&f.Profile,
		&f.Source,
		&f.State,
		&f.Position,
		&f.RefusedCode,
		&f.RefusedText,
		&counts,
		&wake,
		&f.CreatedBy,
		&f.CreatedAt,
		&f.FinishedAt,
		&f.Version,
	)
	if err != nil {
		return f, err
	}
	copy(f.SHA256[:], digest)
	if wake != nil {
		f.WakeAt = *wake
	}
	return f, json.Unmarshal(counts, &f.Counts)
}
