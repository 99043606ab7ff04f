package rehearsal

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	gocmp "github.com/google/go-cmp/cmp"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/store"
)

func date(text string) calendar.Date { return calendar.MustDate(text) }

func settled(number, customer, invoice, paid string, minor int64) store.PortfolioInvoice {
	v := store.PortfolioInvoice{
		Number: number, Customer: customer, InvoiceDate: date(invoice), Currency: "EUR", AmountMinor: minor,
		DueDates: []calendar.Date{date(invoice).AddDays(30)}, PartsMinor: []int64{minor},
	}
	if paid != "" {
		v.Settled = date(paid)
	}
	return v
}

// What was open before the first day enters on it; what was settled before and what comes after the last day is left out;
// payments after the last day do not happen.
func TestAPortfolioIsLaidOutBetweenTwoDays(t *testing.T) {
	t.Parallel()
	h := Lay([]store.PortfolioInvoice{
		settled("gone", "C1", "2024-01-05", "2024-02-28", 100), settled("open", "C1", "2024-01-05", "2024-03-01", 100),
		settled("old", "C2", "2023-01-05", "", 100), settled("within", "C1", "2024-03-04", "2024-03-20", 200),
		settled("unpaid", "C1", "2024-03-04", "2024-04-02", 300), settled("later", "C1", "2024-04-01", "2024-04-20", 400),
		settled("early", "C2", "2024-03-10", "2024-03-06", 500),
	}, date("2024-03-01"), date("2024-03-31"))
	require.Equal(t, 1, h.Before)
	require.Equal(t, 1, h.After)
	type fate struct{ Enters, Paid calendar.Date }
	fates := map[string]fate{}
	for _, v := range h.Invoices {
		fates[v.Number] = fate{v.Enters, v.Paid}
	}
	require.Equal(t, map[string]fate{
		"open": {date("2024-03-01"), date("2024-03-01")}, "old": {date("2024-03-01"), 0}, "within": {date("2024-03-04"), date("2024-03-20")},
		"unpaid": {date("2024-03-04"), 0}, "early": {date("2024-03-10"), date("2024-03-10")},
	}, fates)
}

func TestWithoutALastDayHistoryEndsWithItself(t *testing.T) {
	t.Parallel()
	h := Lay([]store.PortfolioInvoice{settled("a", "C1", "2024-01-05", "2024-02-28", 1), settled("b", "C1", "2024-03-09", "", 1)}, date("2024-01-01"), 0)
	require.Equal(t, date("2024-03-09"), h.To)
}

// A customer pays what one day brings in one currency at once, as far as a receipt holds it.
func TestPaymentsOfADayAreJoined(t *testing.T) {
	t.Parallel()
	var list []store.PortfolioInvoice
	for i := range maxPaid + 1 {
		list = append(list, settled("a"+strconv.Itoa(1000+i), "C1", "2024-03-01", "2024-03-05", 2))
	}
	other := settled("d", "C1", "2024-03-01", "2024-03-05", 7)
	other.Currency, other.OpeningMinor = "USD", 3
	paid := settled("e", "C2", "2024-03-01", "2024-03-05", 7)
	paid.OpeningMinor = 7 // before it was loaded
	h := Lay(append(list, other, paid), date("2024-03-01"), 0)
	require.Len(t, h.Days, 2)
	var got []string
	for _, p := range h.Days[1].Payments {
		got = append(got, p.Customer+" "+string(p.Currency)+" "+strconv.Itoa(p.Number)+" "+strconv.FormatInt(p.PaysMinor(), 10))
	}
	require.Equal(t, []string{"C1 EUR 1 1000", "C1 EUR 2 2", "C1 USD 3 4"}, got)
}

// portfolios are small ones in which everything happens at once.
func portfolios() *rapid.Generator[[]store.PortfolioInvoice] {
	return rapid.Custom(func(t *rapid.T) []store.PortfolioInvoice {
		list := make([]store.PortfolioInvoice, rapid.IntRange(0, 30).Draw(t, "n"))
		for i := range list {
			first := date("2024-01-01").AddDays(rapid.IntRange(0, 60).Draw(t, "date"))
			list[i] = settled(strconv.Itoa(1000+i), "C"+strconv.Itoa(rapid.IntRange(1, 3).Draw(t, "customer")), first.String(), "",
				int64(rapid.IntRange(1, 500).Draw(t, "minor")))
			list[i].Currency = money.Currency(rapid.SampledFrom([]string{"EUR", "USD"}).Draw(t, "currency"))
			if rapid.Bool().Draw(t, "settled") {
				list[i].Settled = first.AddDays(rapid.IntRange(-5, 60).Draw(t, "days"))
			}
		}
		return list
	})
}

// Every invoice is played, left out before or left out after; it enters once, and is paid at most once, in full, not before
// it came and not after the end; and the order of the rows does not matter.
func TestHistoryIsComplete(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := portfolios().Draw(t, "portfolio")
		from := date("2024-01-01").AddDays(rapid.IntRange(-10, 80).Draw(t, "from"))
		to := from.AddDays(rapid.IntRange(0, 100).Draw(t, "span"))
		h := Lay(list, from, to)
		require.Len(t, list, len(h.Invoices)+h.Before+h.After)
		enters, pays := map[string]calendar.Date{}, map[string]calendar.Date{}
		for i, d := range h.Days {
			require.True(t, d.On >= from && d.On <= to)
			require.True(t, i == 0 || h.Days[i-1].On < d.On)
			for _, v := range d.Enter {
				require.NotContains(t, enters, v.Number)
				enters[v.Number] = d.On
			}
			for _, p := range d.Payments {
				var sum int64
				for _, v := range p.Invoices {
					require.NotContains(t, pays, v.Number)
					require.Equal(t, p.Customer, v.Customer)
					require.Equal(t, p.Currency, v.Currency)
					pays[v.Number] = d.On
					sum += v.AmountMinor
				}
				require.Equal(t, sum, p.PaysMinor())
			}
		}
		for _, v := range h.Invoices {
			require.Equal(t, v.Enters, enters[v.Number])
			require.Equal(t, v.Paid, pays[v.Number])
			require.True(t, v.Paid.IsZero() || v.Paid >= v.Enters)
		}
		mixed := slices.Clone(list)
		rand.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		require.Empty(t, gocmp.Diff(h, Lay(mixed, from, to), cmpopts.EquateEmpty(), cmpopts.SortSlices(func(a, b Payment) bool {
			return cmp.Or(cmp.Compare(a.Customer, b.Customer), a.Number-b.Number) < 0
		})))
	})
}
