package dispute_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	. "arrears/domain/dispute"
	"arrears/domain/fault"
)

// noon is the instant at which the tests' acts happen.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func date(s string) calendar.Date { return calendar.MustDate(s) }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func someID(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: true} }

// claim makes one of undecided parts, each about an item of its own.
func claim(amounts ...int64) Dispute {
	d := Dispute{
		ID: newID(), Number: 1, Kind: Deduction, CustomerID: newID(), Currency: "EUR", State: Opened, TakenOn: date("2026-03-01"),
		OpenedAt: noon, Priority: DefaultPriority,
	}
	for _, minor := range amounts {
		d.Parts = append(d.Parts, Part{ID: newID(), DisputeID: d.ID, InvoiceID: someID(newID()), ItemID: someID(newID()), Amounts: Claim(minor)})
		d.ClaimedWhole += minor
	}
	return d
}

func requireCode(t require.TestingT, code string, err error) {
	require.Equal(t, code, fault.CodeOf(err), "%v", err)
}

// requireFields asserts which fields an error names, in order.
func requireFields(t *testing.T, err error, want ...string) {
	t.Helper()
	var known *fault.Error
	require.ErrorAs(t, err, &known)
	got := make([]string, len(known.Fields))
	for n, field := range known.Fields {
		got[n] = field.Path + " " + field.Code
	}
	require.Equal(t, want, got)
}

func germany(t *testing.T) *calendar.Calendar {
	t.Helper()
	cal, ok := calendar.Shipped("DE")
	require.True(t, ok)
	return cal
}
