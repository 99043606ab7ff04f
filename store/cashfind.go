package store

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/port"
)

// maxShared bounds how many documents one key leads to: what so many share says nothing.
const maxShared = "200"

// The queries by which candidates are found. Each goes from the keys to the rows by an index: LATERAL with a LIMIT bounds what
// one key leads to.
const (
	sqlFindCustomers = `
SELECT customer_id FROM (SELECT DISTINCT k FROM unnest($1::text[]) k) a
CROSS JOIN LATERAL (SELECT customer_id FROM payer_accounts WHERE key = a.k AND state = 'known' LIMIT 50) x
UNION
SELECT id FROM (SELECT DISTINCT k FROM unnest($2::text[]) k) n
CROSS JOIN LATERAL (SELECT id FROM customers WHERE name_key = n.k ORDER BY id LIMIT 51) x
UNION
SELECT customer_id FROM aliases WHERE kind = 'customer' AND spelling = ANY($2)
UNION
SELECT x.id FROM (SELECT DISTINCT k FROM unnest($3::text[]) k) t
CROSS JOIN LATERAL (SELECT id FROM customers WHERE number_key(number) = t.k LIMIT 50) x
UNION
SELECT x.customer_id FROM (SELECT DISTINCT k FROM unnest($3::text[]) k) t
CROSS JOIN LATERAL (SELECT customer_id FROM credit_memos WHERE number_key(number) = t.k AND open_minor > 0 LIMIT 50) x`

	sqlFindItems = `
WITH named AS MATERIALIZED (
  SELECT v.id FROM (SELECT DISTINCT k FROM unnest($1::text[]) k) t
  CROSS JOIN LATERAL (SELECT id FROM invoices WHERE number_key(number) = t.k AND state = 'valid' ORDER BY id LIMIT ` + maxShared + `) v
  UNION
  SELECT v.id FROM (SELECT DISTINCT k FROM unnest($1::text[]) k) t
  CROSS JOIN LATERAL (
    SELECT id FROM invoices WHERE number_key(purchase_order) = t.k AND purchase_order <> '' AND state = 'valid' ORDER BY id LIMIT ` + maxShared + `) v
  UNION
  SELECT v.id FROM (SELECT DISTINCT k FROM unnest($2::text[]) k WHERE k <> '') t
  CROSS JOIN LATERAL (SELECT id FROM invoices WHERE tail_key(number) = t.k AND state = 'valid' ORDER BY id LIMIT 50) v
)
SELECT i.id, i.customer_id FROM named n CROSS JOIN LATERAL (SELECT id, customer_id FROM items WHERE invoice_id = n.id OFFSET 0) i
UNION
SELECT i.id, i.customer_id FROM (SELECT DISTINCT k FROM unnest($1::text[]) k) t
CROSS JOIN LATERAL (SELECT id FROM disputes WHERE number_key(claim_reference) = t.k AND claim_reference <> '' ORDER BY id LIMIT 50) d
CROSS JOIN LATERAL (SELECT item_id FROM dispute_parts WHERE dispute_id = d.id AND item_id IS NOT NULL OFFSET 0) p
CROSS JOIN LATERAL (SELECT id, customer_id FROM items WHERE id = p.item_id OFFSET 0) i
UNION
SELECT i.id, i.customer_id FROM disputes d
CROSS JOIN LATERAL (SELECT item_id FROM dispute_parts WHERE dispute_id = d.id AND item_id IS NOT NULL OFFSET 0) p
CROSS JOIN LATERAL (SELECT id, customer_id FROM items WHERE id = p.item_id OFFSET 0) i
WHERE d.number = ANY($3)
LIMIT 25000`

	// $1 are customers found by themselves, whose children they may pay for; $2 the owners of what is named, whose parents and
	// payers may have paid.
	sqlFindRelatives = `
SELECT x.id FROM unnest($1::uuid[]) f CROSS JOIN LATERAL (SELECT id FROM customers WHERE parent_id = f ORDER BY id LIMIT 50) x
UNION
SELECT x.id FROM unnest($1::uuid[]) f CROSS JOIN LATERAL (SELECT id FROM customers WHERE payer_id = f ORDER BY id LIMIT 50) x
UNION
SELECT x.parent_id FROM unnest($1 || $2) f CROSS JOIN LATERAL (SELECT parent_id FROM customers WHERE id = f OFFSET 0) x
WHERE x.parent_id IS NOT NULL
UNION
SELECT x.payer_id FROM unnest($1 || $2) f CROSS JOIN LATERAL (SELECT payer_id FROM customers WHERE id = f OFFSET 0) x
WHERE x.payer_id IS NOT NULL`

	sqlFindAdvices = `
SELECT id FROM remittances WHERE state = 'waiting' AND payment_key <> '' AND payment_key = ANY($1)
UNION
SELECT x.id FROM unnest($2::text[], $3::bigint[]) AS a (currency, minor)
CROSS JOIN LATERAL (SELECT id FROM remittances WHERE state = 'waiting' AND currency = a.currency AND amount_minor = a.minor ORDER BY id LIMIT 50) x`
)

// ourNumber is how we number cases, as a number key.
var ourNumber = regexp.MustCompile(`^D[0-9]{1,15}$`)

// lookups are the keys of a batch of receipts.
type lookups struct {
	accounts, names, tokens, tails, advices, currencies []string
	amounts, cases                                      []int64
	customers                                           []uuid.UUID
}

func lookupsOf(looks []matching.LookFor) lookups {
	var l lookups
	for _, k := range looks {
		l.accounts = append(l.accounts, k.Accounts...)
		l.names = append(l.names, k.Names...)
		l.tokens = append(l.tokens, k.Tokens...)
		l.tails = append(l.tails, k.Tails...)
		l.advices = append(l.advices, k.Advices...)
		l.currencies, l.amounts = append(l.currencies, string(k.Currency)), append(l.amounts, k.Minor)
		if k.CustomerID.Valid {
			l.customers = append(l.customers, k.CustomerID.UUID)
		}
		for _, token := range k.Tokens {
			if !ourNumber.MatchString(token) {
				continue
			}
			if n, err := strconv.ParseInt(token[1:], 10, 64); err == nil {
				l.cases = append(l.cases, n)
			}
		}
	}
	for _, list := range []*[]string{&l.accounts, &l.names, &l.tokens, &l.tails, &l.advices} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return l
}

// FindCash finds what receipts may be about; see port.Cash.
func (t *tx) FindCash(ctx context.Context, looks []matching.LookFor) (port.CashFound, error) {
	l := lookupsOf(looks)
	var found port.CashFound
	direct := slices.Clone(l.customers)
	var owners []uuid.UUID
	b := &pgx.Batch{}
	b.Queue(sqlFindCustomers, l.accounts, l.names, l.tokens).Query(func(rows pgx.Rows) error {
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		direct = append(direct, ids...)
		return err
	})
	b.Queue(sqlFindItems, l.tokens, l.tails, l.cases).Query(func(rows pgx.Rows) error {
		var item, owner uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&item, &owner}, func() error {
			found.Items, owners = append(found.Items, item), append(owners, owner)
			return nil
		})
		return err
	})
	b.Queue(sqlFindAdvices, l.advices, l.currencies, l.amounts).Query(func(rows pgx.Rows) (err error) {
		found.Advices, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	if err := t.q.SendBatch(ctx, b).Close(); err != nil {
		return found, translate(err)
	}
	direct, owners = unique(direct), unique(owners)
	relatives, err := many(ctx, t, pgx.RowTo[uuid.UUID], sqlFindRelatives, direct, owners)
	found.Customers = unique(slices.Concat(direct, owners, relatives))
	return found, err
}

// NameTaken reports whether another customer has the name; see port.Cash.
func (t *tx) NameTaken(ctx context.Context, key string, except uuid.UUID) (bool, error) {
	return one(ctx, t, nil, pgx.RowTo[bool], `SELECT EXISTS (SELECT FROM customers WHERE name_key = $1 AND id <> $2)`, key, except)
}

// SmallDifferences sums what was closed without looking; see port.Cash.
func (t *tx) SmallDifferences(ctx context.Context, customerIDs []uuid.UUID, since time.Time) (map[uuid.UUID]map[money.Currency]int64, error) {
	rows, err := t.q.Query(ctx, `
SELECT
  i.customer_id,
  i.currency,
  sum(w.amount_minor)::bigint
FROM write_offs w
JOIN items i ON i.id = w.item_id
WHERE w.kind = 'small_difference' AND w.reversed_at IS NULL AND w.created_at >= $2 AND i.customer_id = ANY($1)
GROUP BY i.customer_id, i.currency`, customerIDs, since)
	if err != nil {
		return nil, translate(err)
	}
	sums := map[uuid.UUID]map[money.Currency]int64{}
	var id uuid.UUID
	var currency money.Currency
	var minor int64
	_, err = pgx.ForEachRow(rows, []any{&id, &currency, &minor}, func() error {
		if sums[id] == nil {
			sums[id] = map[money.Currency]int64{}
		}
		sums[id][currency] = minor
		return nil
	})
	return sums, translate(err)
}
