package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/domain/remittance"
	"arrears/port"
)

// How far a deposit's value date may lie from the day on which a lockbox took its cheques in.
const (
	depositLag  = 7
	depositLead = 1
)

// Whoever keeps deposits excludes whoever looks for them in what it loads: neither would see the other's.
const (
	lockDepositsKept  = `SELECT pg_advisory_xact_lock(hashtextextended('arrears bank deposits ' || current_schema(), 0))`
	lockDepositsAsked = `SELECT pg_advisory_xact_lock_shared(hashtextextended('arrears bank deposits ' || current_schema(), 0))`
)

const bankDepositColumns = `
  d.account_id,
  a.number,
  d.booked_on,
  d.batch,
  d.currency,
  d.amount_minor`

// PutBankDeposits sums a lockbox's day; see port.Bank. A cheque's reference is its batch and its number in it.
func (t *tx) PutBankDeposits(ctx context.Context, accountID uuid.UUID, on calendar.Date) ([]port.BankDeposit, error) {
	if err := t.exec(ctx, lockDepositsKept); err != nil {
		return nil, err
	}
	err := t.exec(ctx, `
INSERT INTO bank_deposits (
  account_id,
  booked_on,
  batch,
  currency,
  amount_minor
)
SELECT account_id, booked_on, coalesce(split_part(reference, '/', 1), ''), currency, sum(amount_minor)
FROM bank_entries
WHERE account_id = $1 AND booked_on = $2 AND credit AND gone_by IS NULL
GROUP BY GROUPING SETS ((account_id, booked_on, currency), (account_id, booked_on, currency, split_part(reference, '/', 1)))
ON CONFLICT (account_id, booked_on, batch, currency) DO UPDATE SET amount_minor = excluded.amount_minor WHERE bank_deposits.entry_id IS NULL`,
		accountID, on)
	if err != nil {
		return nil, err
	}
	return many(ctx, t, scanBankDeposit, `SELECT`+bankDepositColumns+`
FROM bank_deposits d JOIN bank_accounts a ON a.id = d.account_id
WHERE d.account_id = $1 AND d.booked_on = $2 AND d.entry_id IS NULL
ORDER BY d.batch, d.currency`, accountID, on)
}

// BankDepositsOf reads the sums that payments may be; see port.Bank.
func (t *tx) BankDepositsOf(ctx context.Context, accountID uuid.UUID, list []port.BankEntry) (map[uuid.UUID][]port.BankDeposit, error) {
	if err := t.exec(ctx, lockDepositsAsked); err != nil {
		return nil, err
	}
	ids, minors, days, currencies := make([]uuid.UUID, len(list)), make([]int64, len(list)), make([]calendar.Date, len(list)), make([]string, len(list))
	for n, e := range list {
		ids[n], minors[n], days[n], currencies[n] = e.ID, e.Minor, e.ValueOn, string(e.Currency)
	}
	type hit struct {
		entry   uuid.UUID
		deposit port.BankDeposit
	}
	hits, err := many(ctx, t, func(row pgx.CollectableRow) (h hit, err error) {
		d := &h.deposit
		err = row.Scan(&h.entry, &d.AccountID, &d.Lockbox, &d.On, &d.Batch, &d.Currency, &d.Minor)
		return h, err
	}, sqlBankDepositsOf, ids, minors, days, currencies, accountID, depositLag, depositLead)
	found := map[uuid.UUID][]port.BankDeposit{}
	for _, h := range hits {
		found[h.entry] = append(found[h.entry], h.deposit)
	}
	for id, deposits := range found {
		found[id] = wholeFirst(deposits)
	}
	return found, err
}

const sqlBankDepositsOf = `SELECT e.id,` + bankDepositColumns + `
FROM unnest($1::uuid[], $2::bigint[], $3::date[], $4::text[]) AS e (id, minor, value_on, currency)
CROSS JOIN LATERAL (
  SELECT * FROM bank_deposits b
  WHERE b.amount_minor = e.minor AND b.booked_on BETWEEN e.value_on - $6::int AND e.value_on + $7::int AND b.entry_id IS NULL
  OFFSET 0) d
JOIN bank_accounts a ON a.id = d.account_id
WHERE d.currency = e.currency AND d.account_id <> $5
ORDER BY e.id, d.booked_on, d.account_id, d.batch
LIMIT 500`

// wholeFirst leaves out a batch that is all of its day.
func wholeFirst(list []port.BankDeposit) []port.BankDeposit {
	var kept []port.BankDeposit
	for _, d := range list {
		if n := len(kept); d.Batch != "" && n > 0 && kept[n-1].Batch == "" && kept[n-1].AccountID == d.AccountID && kept[n-1].On == d.On {
			continue
		}
		kept = append(kept, d)
	}
	return kept
}

// DepositEntries reads the credits that may be a deposit's; see port.Bank.
func (t *tx) DepositEntries(ctx context.Context, d port.BankDeposit) ([]port.BankEntry, error) {
	return many(ctx, t, scanBankEntry, sqlDepositEntries,
		d.Minor, d.On.AddDays(-depositLead), d.On.AddDays(depositLag), string(d.Currency), d.AccountID,
		port.BankKind(remittance.Statement{Format: "lockbox", Kind: remittance.Notification}))
}

const sqlDepositEntries = `SELECT` + bankEntryColumns + ` FROM bank_entries e
WHERE e.amount_minor = $1 AND e.value_on BETWEEN $2 AND $3 AND e.credit AND e.payer_account = '' AND e.end_to_end = ''
  AND e.currency = $4 AND e.account_id <> $5 AND e.outcome <> 'detailed' AND e.gone_by IS NULL AND e.receipt_id IS NOT NULL
  AND e.kinds & $6 = 0
ORDER BY e.value_on, e.id
LIMIT 10`

// ClaimBankDeposit notes which payment a deposit is; see port.Bank.
func (t *tx) ClaimBankDeposit(ctx context.Context, d port.BankDeposit, entryID uuid.UUID) error {
	return t.exec(ctx, `
UPDATE bank_deposits SET entry_id = $4
WHERE account_id = $1 AND booked_on = $2 AND (batch = $3 OR batch = '' OR $3 = '') AND currency = $5 AND entry_id IS NULL`,
		d.AccountID, d.On, d.Batch, entryID, string(d.Currency))
}

func scanBankDeposit(row pgx.CollectableRow) (port.BankDeposit, error) {
	var d port.BankDeposit
	err := row.Scan(&d.AccountID, &d.Lockbox, &d.On, &d.Batch, &d.Currency, &d.Minor)
	return d, err
}
