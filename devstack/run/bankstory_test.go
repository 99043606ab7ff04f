package run

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/internal/sample"
)

// ledger is what the database says of the bank's files once the story has told them.
type ledger struct {
	t    *testing.T
	conn *pgx.Conn
}

// booked is a payment of the bank's files with the receipt that became of it.
type booked struct {
	Outcome, State, Reversal   string
	Receipt                    uuid.UUID
	Gross, Applied, OnAccount  int64
	Items                      int // that it was put on
	ExceptionState, ExceptedBy string
}

// balance is what an item says of itself.
type balance struct{ Original, Paid, Moved, Open int64 }

// requireBankStory proves each part of the two files of the bank by what is recorded.
func requireBankStory(t *testing.T, dir, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), settings(t, dir)["ARREARS_DATABASE_URL"])
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	l := ledger{t, conn}
	began := value[time.Time](l, `SELECT min(at) FROM audit_entries`)
	clerk := keyOf(t, dir, "clerk")
	credits, parts := int64(0), []sample.BankPart{}
	for _, e := range sample.Generate(seed, calendar.DateOf(began, time.UTC)).Script {
		if e.Bank == nil {
			continue
		}
		require.FileExists(t, filepath.Join(dir, "bank", "statement-"+e.Bank.On.String()+".xml"))
		for _, b := range e.Bank.Payments {
			l.proves(b, principal(t, url, clerk))
			parts = append(parts, b.Part)
			credits += max(0, signedMinor(b))
		}
	}
	require.Equal(t, sample.BankParts(), parts)
	require.Equal(t, 2, value[int](l, `SELECT count(*)::int FROM bank_files WHERE state = 'done'`))
	require.Equal(t, 2, value[int](l, `SELECT count(*)::int FROM bank_statements WHERE proof = 'proven'`))
	require.Zero(t, value[int](l, `SELECT count(*)::int FROM bank_problems`))
	require.Zero(t, value[int](l, `SELECT coalesce(sum(value), 0)::int FROM counters WHERE name IN ('dunned_after_paid', 'dunned_while_cash_waiting')`))
	requireCashProof(t, url, clerk, calendar.DateOf(began, time.UTC), credits)
}

// proves reads what became of a payment.
func (l ledger) proves(b sample.BankPayment, clerk string) {
	l.t.Helper()
	got := l.booked(b)
	if b.Part == sample.ComesBack {
		l.comesBack(b)
		return
	}
	require.Equal(l.t, b.AmountMinor, got.Gross, b.Part)
	switch b.Part {
	case sample.PaysForAnother:
		require.Equal(l.t, []any{"proposed", "closed", clerk}, []any{got.Outcome, got.ExceptionState, got.ExceptedBy}, "it waited, and the clerk settled it")
	case sample.PaysByDebit:
		require.Equal(l.t, []any{"applied", "reversed"}, []any{got.Outcome, got.State})
		require.Contains(l.t, got.Reversal, "AM04")
		return // what it paid is owed again: see comesBack
	default:
		require.Equal(l.t, []any{"applied", "", ""}, []any{got.Outcome, got.ExceptionState, got.ExceptedBy}, "%s is applied by itself", b.Part)
	}
	require.Equal(l.t, "recorded", got.State)
	require.Equal(l.t, len(b.Invoices), got.Items, "%s is on as many items as it names", b.Part)
	switch b.Part {
	case sample.PaysLessClaiming:
		l.claims(b, got)
	case sample.PaysLess:
		l.staysDunned(b, got)
	case sample.RepaysDeduction:
		l.repays(b, got)
	case sample.PaysOver:
		require.Positive(l.t, got.OnAccount)
		require.Equal(l.t, got.Gross, got.Applied+got.OnAccount)
		require.Equal(l.t, got.Applied, l.invoice(b.Invoices[0]).Original, "no other invoice is paid by it")
		l.settled(b.Invoices)
	default:
		require.Zero(l.t, got.OnAccount)
		l.settled(b.Invoices)
	}
}

// booked reads a payment.
func (l ledger) booked(b sample.BankPayment) (got booked) {
	l.t.Helper()
	err := l.conn.QueryRow(l.t.Context(), `
SELECT
  e.outcome,
  coalesce(r.state, ''),
  coalesce(r.reversal_reason, ''),
  coalesce(r.id, '00000000-0000-0000-0000-000000000000'),
  coalesce(r.gross_minor, 0),
  coalesce(r.applied_minor, 0),
  coalesce(r.on_account_minor, 0),
  (SELECT count(DISTINCT a.item_id) FROM applications a WHERE a.receipt_id = r.id AND a.reversed_at IS NULL),
  coalesce(x.state, ''),
  coalesce(x.closed_by, '')
FROM bank_entries e
LEFT JOIN receipts r ON r.id = e.receipt_id
LEFT JOIN cash_exceptions x ON x.receipt_id = r.id AND x.kind = 'receipt'
WHERE e.payer = $1 AND e.amount_minor = $2 AND e.credit = $3`, b.Name, b.AmountMinor, b.Return == "").Scan(
		&got.Outcome, &got.State, &got.Reversal, &got.Receipt, &got.Gross, &got.Applied, &got.OnAccount, &got.Items, &got.ExceptionState, &got.ExceptedBy)
	require.NoError(l.t, err, b.Story)
	return got
}

func (l ledger) invoice(number string) (b balance) {
	l.t.Helper()
	err := l.conn.QueryRow(l.t.Context(), `
SELECT i.original_minor, i.paid_minor, i.moved_minor, i.open_minor
FROM items i JOIN invoices v ON v.id = i.invoice_id
WHERE v.number = $1 AND i.kind = 'instalment'`, number).Scan(&b.Original, &b.Paid, &b.Moved, &b.Open)
	require.NoError(l.t, err)
	return b
}

// settled proves that invoices are paid in full and nobody asks for them any more.
func (l ledger) settled(numbers []string) {
	l.t.Helper()
	for _, number := range numbers {
		b := l.invoice(number)
		require.Equal(l.t, balance{Original: b.Original, Paid: b.Original}, b, number)
		l.chase(number, "closed")
	}
}

// chase waits until the invoice's case is in the state.
func (l ledger) chase(number, state string) {
	l.t.Helper()
	require.Eventually(l.t, func() bool {
		return value[string](l, `SELECT c.state FROM cases c JOIN invoices v ON v.id = c.id WHERE v.number = $1`, number) == state
	}, 10*time.Minute, 100*time.Millisecond, "the case of %s is %s", number, state)
}

// claims proves that what was withheld for a reason is a deduction that is undecided and not asked for.
func (l ledger) claims(b sample.BankPayment, got booked) {
	l.t.Helper()
	inv := l.invoice(b.Invoices[0])
	short := inv.Original - b.AmountMinor
	require.Equal(l.t, balance{Original: inv.Original, Paid: b.AmountMinor, Moved: short}, inv)
	var d balance
	var kind, reason string
	var undecided, disputed int64
	err := l.conn.QueryRow(l.t.Context(), `
SELECT i.kind, i.original_minor, i.open_minor, i.disputed_minor, p.undecided_minor, coalesce(d.reason, '')
FROM disputes d
JOIN dispute_parts p ON p.dispute_id = d.id
JOIN items i ON i.id = p.item_id
WHERE d.receipt_id = $1`, got.Receipt).Scan(&kind, &d.Original, &d.Open, &disputed, &undecided, &reason)
	require.NoError(l.t, err)
	require.Equal(l.t, []any{"deduction", "damage", short, short, short, short}, []any{kind, reason, d.Original, d.Open, disputed, undecided})
}

// staysDunned proves that what was withheld without a reason is owed as before.
func (l ledger) staysDunned(b sample.BankPayment, got booked) {
	l.t.Helper()
	inv := l.invoice(b.Invoices[0])
	require.Equal(l.t, balance{Original: inv.Original, Paid: b.AmountMinor, Open: inv.Original - b.AmountMinor}, inv)
	require.Positive(l.t, inv.Open)
	require.Zero(l.t, value[int](l, `SELECT count(*)::int FROM disputes WHERE receipt_id = $1`, got.Receipt))
	l.chase(b.Invoices[0], "active")
}

// repays proves that money for a denied claim is on its deduction, and ends it.
func (l ledger) repays(b sample.BankPayment, got booked) {
	l.t.Helper()
	var kind, state string
	var repaid, paid, open int64
	err := l.conn.QueryRow(l.t.Context(), `
SELECT i.kind, d.state, p.repaid_minor, i.paid_minor, i.open_minor
FROM applications a
JOIN items i ON i.id = a.item_id
JOIN dispute_parts p ON p.item_id = i.id
JOIN disputes d ON d.id = p.dispute_id
WHERE a.receipt_id = $1 AND d.claim_reference = $2`, got.Receipt, b.Text).Scan(&kind, &state, &repaid, &paid, &open)
	require.NoError(l.t, err)
	require.Equal(l.t, []any{"deduction", "closed", b.AmountMinor, b.AmountMinor, int64(0)}, []any{kind, state, repaid, paid, open})
}

// comesBack proves that what the bank took back is owed again and goes on being chased.
func (l ledger) comesBack(b sample.BankPayment) {
	l.t.Helper()
	require.Equal(l.t, "returned", l.booked(b).Outcome)
	inv := l.invoice(b.Invoices[0])
	require.Equal(l.t, balance{Original: b.AmountMinor, Open: b.AmountMinor}, inv)
	l.chase(b.Invoices[0], "active")
}

// value reads one value.
func value[T any](l ledger, sql string, args ...any) (found T) {
	l.t.Helper()
	require.NoError(l.t, l.conn.QueryRow(l.t.Context(), sql, args...).Scan(&found))
	return found
}

func keyOf(t *testing.T, dir, role string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "keys", role))
	require.NoError(t, err)
	return strings.TrimSpace(string(text))
}

// read asks the API.
func read(t *testing.T, url, key string, out any) {
	t.Helper()
	status, body := ask(t, url, key)
	require.Equal(t, http.StatusOK, status, body)
	require.NoError(t, json.Unmarshal([]byte(body), out))
}

// principal is who a key stands for.
func principal(t *testing.T, url, key string) string {
	t.Helper()
	var me struct {
		ID string `json:"id"`
	}
	read(t, url+"/v1/me", key, &me)
	return me.ID
}

// requireCashProof compares the bank's movements with what is recorded, by the product's own proof.
func requireCashProof(t *testing.T, url, key string, from calendar.Date, credits int64) {
	t.Helper()
	var accounts struct {
		Items []struct {
			ID, Key   string
			Confirmed bool
		}
	}
	read(t, url+"/v1/bank-accounts", key, &accounts)
	require.Len(t, accounts.Items, 1)
	require.Equal(t, ourAccount(), accounts.Items[0].Key)
	require.True(t, accounts.Items[0].Confirmed)
	var days struct {
		Items []struct {
			CreditMinor     int64 `json:"credit_minor"`
			DifferenceMinor int64 `json:"difference_minor"`
			Proven          bool  `json:"proven"`
		}
	}
	read(t, url+"/v1/bank-accounts/"+accounts.Items[0].ID+"/proof?from="+from.String()+"&to="+from.AddDays(30).String(), key, &days)
	require.Len(t, days.Items, 2)
	var sum int64
	for _, day := range days.Items {
		require.Zero(t, day.DifferenceMinor)
		require.True(t, day.Proven)
		sum += day.CreditMinor
	}
	require.Equal(t, credits, sum)
}
