package matching_test

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
)

const (
	benchItems     = 1_000_000
	benchCustomers = 20_000
	benchReceipts  = 100_000
)

type benchPortfolio struct {
	index    *matching.Index
	numbers  map[string]int32 // the plain loop's: a document's number, its item
	open     []int64
	receipts []matching.Receipt
	heap     uint64
}

func numbered(kind byte, n int) (id uuid.UUID) {
	id[0] = kind
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

// portfolio makes a million open items of twenty thousand customers, and receipts of every kind for them.
var portfolio = sync.OnceValue(func() *benchPortfolio {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	customers := make([]matching.Customer, benchCustomers)
	for n := range customers {
		customers[n] = matching.Customer{
			ID: numbered(1, n), Number: fmt.Sprintf("C-%05d", n), Name: fmt.Sprintf("Trader %s No %d Ltd", strings.Repeat(string(rune('a'+n%26)), 4), n),
			Accounts: []string{fmt.Sprintf("XX%010d", n)},
		}
	}
	p := &benchPortfolio{numbers: make(map[string]int32, benchItems), open: make([]int64, benchItems)}
	first := calendar.MustDate("2026-01-01")
	items := make([]matching.Item, benchItems)
	for n := range items {
		p.open[n] = int64(1_000 + n*7_919%900_000)
		items[n] = matching.Item{
			ID: numbered(2, n), InvoiceID: uuid.NullUUID{UUID: numbered(3, n), Valid: true}, CustomerID: numbered(1, n%benchCustomers),
			Kind: receivable.Instalment, Number: fmt.Sprintf("INV-%07d", n), Instalment: 1, Instalments: 1, DueOn: first.AddDays(n / benchCustomers),
			InvoicedOn: first, Currency: "EUR", OriginalMinor: p.open[n], OpenMinor: p.open[n],
		}
		p.numbers[items[n].Number] = int32(n)
	}
	p.index = matching.NewIndex(customers, items, nil, nil)
	runtime.GC()
	runtime.ReadMemStats(&after)
	p.heap = after.HeapAlloc - before.HeapAlloc
	p.receipts = benchMix(p, customers, first)
	return p
})

// benchMix are receipts as they come: most name their invoices, some several, some short, some nothing but an account.
func benchMix(p *benchPortfolio, customers []matching.Customer, on calendar.Date) []matching.Receipt {
	list := make([]matching.Receipt, benchReceipts)
	for n := range list {
		item := n * 7 % benchItems
		owner := customers[0]
		c := item % benchCustomers
		owner.Name, owner.Accounts = fmt.Sprintf("TRADER %s NO %d LTD", strings.Repeat(strings.ToUpper(string(rune('a'+c%26))), 4), c), []string{fmt.Sprintf("XX%010d", c)}
		r := matching.Receipt{
			ID: numbered(4, n), Minor: p.open[item], Currency: "EUR", ValueOn: on.AddDays(20), Reference: fmt.Sprintf("BANK%d", n),
			Payer: remittance.Party{Name: owner.Name, Account: remittance.Account{IBAN: owner.Accounts[0]}},
			Texts: []string{fmt.Sprintf("Payment of invoice INV-%07d", item)},
		}
		other := item + benchCustomers
		switch n % 10 {
		case 5, 6: // two, the second in another dress
			if other < benchItems {
				r.Minor += p.open[other]
				r.Texts = []string{fmt.Sprintf("INV %07d and inv%d", item, other)}
			}
		case 7: // short
			r.Minor -= 500
			r.Texts = []string{fmt.Sprintf("INV-%07d less damage", item)}
		case 8: // over
			r.Minor += 700
		case 9: // nothing but the account
			r.Texts = nil
		}
		list[n] = r
	}
	return list
}

// BenchmarkMatch finds and matches receipts against a million open items on one core, beside a plain loop over the same data that
// looks up the one number and compares the amount. Rates are by processor time, with that of the garbage collector: other work
// on the machine does not count.
func BenchmarkMatch(b *testing.B) {
	p := portfolio()
	book := matching.Compile(nil)
	applied := 0
	runtime.GC()
	b.ReportAllocs()
	b.ResetTimer()
	begin := processorTime(b)
	for n := range b.N {
		if p.index.Match(p.receipts[n%len(p.receipts)], book, matching.Env{}).Outcome == matching.Apply {
			applied++
		}
	}
	matched := processorTime(b) - begin
	b.StopTimer()
	begin, found := processorTime(b), 0
	for n := range b.N {
		if plainLoop(p, p.receipts[n%len(p.receipts)]) {
			found++
		}
	}
	plain := max(processorTime(b)-begin, time.Microsecond)
	b.ReportMetric(float64(b.N)/matched.Seconds(), "receipts/s")
	b.ReportMetric(float64(b.N)/plain.Seconds(), "plain/s")
	b.ReportMetric(plain.Seconds()/matched.Seconds(), "ratio")
	b.ReportMetric(float64(applied)/float64(b.N), "applied")
	b.ReportMetric(float64(found)/float64(b.N), "plain-found")
	b.ReportMetric(float64(p.heap)/(1<<20), "index-MB")
	var now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&now)
	b.ReportMetric(float64(now.HeapAlloc)/(1<<20), "heap-MB")
}

// processorTime is what the process has used so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func plainLoop(p *benchPortfolio, r matching.Receipt) bool {
	for _, text := range r.Texts {
		for _, word := range strings.Fields(text) {
			if at, there := p.numbers[word]; there && p.open[at] == r.Minor {
				return true
			}
		}
	}
	return false
}
