package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/port"
)

// payerAccountColumns are in the order of scanPayerAccount.
const payerAccountColumns = `
  id,
  key,
  customer_id,
  name,
  first_on,
  last_on,
  uses,
  state,
  learned_by`

// LearnPayerAccounts writes accounts, or counts another use; see port.Cash.
func (t *tx) LearnPayerAccounts(ctx context.Context, list []port.PayerAccount) error {
	b := &pgx.Batch{}
	for _, a := range list {
		if a.ID == uuid.Nil {
			id, err := uuid.NewV7()
			if err != nil {
				return err
			}
			a.ID = id
		}
		b.Queue(`
INSERT INTO payer_accounts (
  id,
  key,
  customer_id,
  name,
  first_on,
  last_on,
  state,
  learned_by
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (key, customer_id) DO UPDATE SET
  name = CASE WHEN excluded.name = '' THEN payer_accounts.name ELSE excluded.name END,
  first_on = CASE WHEN payer_accounts.uses = 0 THEN excluded.first_on ELSE least(payer_accounts.first_on, excluded.first_on) END,
  last_on = CASE WHEN payer_accounts.uses = 0 THEN excluded.last_on ELSE greatest(payer_accounts.last_on, excluded.last_on) END,
  uses = payer_accounts.uses + 1,
  state = CASE WHEN excluded.learned_by = 'rules' AND payer_accounts.state <> 'removed' THEN payer_accounts.state ELSE excluded.state END,
  learned_by = CASE WHEN excluded.learned_by = 'rules' AND payer_accounts.state <> 'removed' THEN payer_accounts.learned_by
    ELSE excluded.learned_by END`,
			a.ID, a.Key, a.CustomerID, a.Name, a.FirstOn, a.LastOn, a.State, a.LearnedBy)
	}
	if b.Len() == 0 {
		return nil
	}
	return translate(t.q.SendBatch(ctx, b).Close())
}

// SetPayerAccount writes what somebody says of an account; see port.Cash.
func (t *tx) SetPayerAccount(ctx context.Context, a port.PayerAccount) (port.PayerAccount, error) {
	return one(ctx, t, nil, scanPayerAccount, `
INSERT INTO payer_accounts (
  id,
  key,
  customer_id,
  name,
  first_on,
  last_on,
  uses,
  state,
  learned_by
) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8)
ON CONFLICT (key, customer_id) DO UPDATE SET
  name = CASE WHEN excluded.name = '' THEN payer_accounts.name ELSE excluded.name END,
  state = excluded.state,
  learned_by = excluded.learned_by
RETURNING`+payerAccountColumns, a.ID, a.Key, a.CustomerID, a.Name, a.FirstOn, a.LastOn, a.State, a.LearnedBy)
}

// PayerAccount reads one; see port.Cash.
func (t *tx) PayerAccount(ctx context.Context, id uuid.UUID) (port.PayerAccount, error) {
	return one(ctx, t, errPayerAccountNotFound, scanPayerAccount, `SELECT`+payerAccountColumns+` FROM payer_accounts WHERE id = $1`, id)
}

// ListPayerAccounts lists, oldest record first; see port.Cash.
func (t *tx) ListPayerAccounts(ctx context.Context, f port.PayerAccountFilter, p port.Page) (port.Paged[port.PayerAccount], error) {
	var w filter
	w.id("customer_id = $?", f.CustomerID)
	w.text("key = $?", f.Key)
	w.text("state = $?", f.State)
	if err := w.after("id", p.After); err != nil {
		return port.Paged[port.PayerAccount]{}, err
	}
	rows, err := listed(ctx, t, scanPayerAccount, `SELECT`+payerAccountColumns+` FROM payer_accounts`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(a port.PayerAccount) string { return cursor(a.ID.String()) }), err
}

func scanPayerAccount(row pgx.CollectableRow) (port.PayerAccount, error) {
	var a port.PayerAccount
	err := row.Scan(&a.ID, &a.Key, &a.CustomerID, &a.Name, &a.FirstOn, &a.LastOn, &a.Uses, &a.State, &a.LearnedBy)
	return a, err
}
