package receivable_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	. "arrears/domain/receivable"
)

// noon is the instant at which the tests' changes happen.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func date(s string) calendar.Date { return calendar.MustDate(s) }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func someID(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: true} }

// invoice makes one of the given instalments, all in EUR, dated 2026-03-01 and due a month apart.
func invoice(amounts ...int64) Invoice {
	inv := Invoice{
		ID: newID(), Source: "erp", Number: "R-1", CustomerID: newID(), InvoiceDate: date("2026-03-01"), Currency: "EUR",
		State: InvoiceValid,
	}
	var list []InstalmentPart
	var ids []uuid.UUID
	for n, amount := range amounts {
		inv.AmountMinor += amount
		list = append(list, InstalmentPart{DueDate: date("2026-03-31").AddMonths(n), AmountMinor: amount})
		ids = append(ids, newID())
	}
	inv.AddInstalments(list, ids, "Europe/Berlin")
	return inv
}

func receiptOf(minor int64) Receipt {
	return Receipt{
		ID: newID(), Source: "bank", Number: "B-1", Kind: "bank", Currency: "EUR", AmountMinor: minor, GrossMinor: minor,
		UnappliedMinor: minor, ValueDate: date("2026-03-10"), State: ReceiptRecorded,
	}
}

func memoOf(customer uuid.UUID, minor int64) CreditMemo {
	return CreditMemo{
		ID: newID(), Source: "erp", Number: "C-1", CustomerID: customer, Currency: "EUR", AmountMinor: minor, OpenMinor: minor,
		MemoDate: date("2026-03-05"), State: CreditMemoValid,
	}
}

func requireCode(t *testing.T, code string, err error) {
	t.Helper()
	require.Equal(t, code, fault.CodeOf(err), "%v", err)
}

// requireFields asserts which fields an error names, in order.
func requireFields(t *testing.T, err error, paths ...string) {
	t.Helper()
	var known *fault.Error
	require.ErrorAs(t, err, &known)
	got := make([]string, len(known.Fields))
	for n, field := range known.Fields {
		got[n] = field.Path
	}
	require.Equal(t, paths, got)
}
