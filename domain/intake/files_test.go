package intake_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/intake"
)

// tally counts what became of a file's rows.
type tally struct {
	rows, read, refused int
	codes               map[string]int
	customers           map[string]bool
	minor               map[string]int64
}

func count(t *testing.T, name, file string, o intake.Options) (tally, []intake.Record) {
	t.Helper()
	o.Today = today
	r, err := intake.NewReader(sharedFile(t, file), shipped(t, name), o)
	require.NoError(t, err)
	records := rest(t, r)
	sum := tally{rows: len(records), codes: map[string]int{}, customers: map[string]bool{}, minor: map[string]int64{}}
	for _, rec := range records {
		for _, p := range rec.Problems {
			sum.codes[p.Code]++
		}
		if rec.Row == nil {
			sum.refused++
			continue
		}
		sum.read++
		sum.customers[rec.Row.CustomerKey()] = true
		sum.minor[string(rec.Row.Currency)] += rec.Row.AmountMinor
	}
	return sum, records
}

func TestLatePaymentsFile(t *testing.T) {
	t.Parallel()
	cut := day("2013-06-30")
	sum, records := count(t, "ibm-late-payments", "invoices/ibm-late-payments.csv", intake.Options{AsOf: cut, Currency: "USD"})
	require.Equal(t, 2466, sum.rows)
	require.Zero(t, sum.refused)
	require.Len(t, sum.customers, 100)
	require.Empty(t, sum.codes)
	require.Equal(t, "0000611365", records[0].Row.Number, "leading zeros stay")
	var later, open, paid, disputed int
	for _, rec := range records {
		switch row := rec.Row; {
		case !row.AsOf(cut):
			later++
		case row.Settled.IsZero():
			open++
			if row.Disputed {
				disputed++
			}
		default:
			paid++
		}
	}
	require.Equal(t, []int{536, 84, 1846}, []int{later, open, paid})
	require.Positive(t, disputed)
}

func TestERPExtractFile(t *testing.T) {
	t.Parallel()
	sum, _ := count(t, "erp-cleared", "invoices/erp-extract-cleared.csv", intake.Options{})
	require.Equal(t, 24310, sum.rows)
	require.Equal(t, 6, sum.refused, "the rows without an invoice id")
	require.Equal(t, 6, sum.codes[intake.CodeMissingValue])
	require.Equal(t, 106, sum.codes[intake.CodeDueBeforeInvoice], "all of them settled")
	require.Equal(t, 112, sum.codes[intake.CodeDueBeforeInvoice]+sum.codes[intake.CodeMissingValue], "nothing else is wrong")
	require.Len(t, sum.minor, 2)
	require.Less(t, len(sum.customers), 1500, "many spellings are one customer")
	require.Greater(t, len(sum.customers), 267, "and each customer number is one")
}
