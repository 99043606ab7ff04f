package camt_test

import (
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/remittance"
	"arrears/domain/remittance/camt"
)

// generated gives a head, a piece many times, and a tail.
type generated struct {
	head, piece, tail string
	times             int
	now               *strings.Reader
	step              int
}

func (g *generated) Read(p []byte) (int, error) {
	for {
		if g.now != nil {
			if n, err := g.now.Read(p); err == nil {
				return n, nil
			}
		}
		switch {
		case g.step == 0:
			g.now = strings.NewReader(g.head)
		case g.step <= g.times:
			g.now = strings.NewReader(g.piece)
		case g.step == g.times+1:
			g.now = strings.NewReader(g.tail)
		default:
			return 0, io.EOF
		}
		g.step++
	}
}

// counter counts, keeps nothing, and looks at the heap now and then.
type counter struct {
	transactions int
	minor        int64
	peak         uint64
	problems     []remittance.Problem
}

func (c *counter) Begin(remittance.Statement) error { return nil }
func (c *counter) End(remittance.Statement) error   { return nil }
func (c *counter) Advice(remittance.Advice) error   { return nil }

func (c *counter) Transaction(t remittance.Transaction) error {
	c.transactions++
	c.minor += t.Minor
	if c.transactions%10_000 == 0 {
		c.peak = max(c.peak, heap())
	}
	return nil
}

func (c *counter) Problem(p remittance.Problem) error {
	c.problems = append(c.problems, p)
	return nil
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// One entry with hundreds of thousands of details, 200 MB in all. Not parallel: it measures the heap of the process.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) { //nolint:paralleltest // see above
	if testing.Short() {
		t.Skip("reads 200 MB")
	}
	piece := "<TxDtls><Refs><EndToEndId>E2E-0001</EndToEndId></Refs>" + eur("Amt", "0.01") +
		"<RltdPties><Dbtr><Pty><Nm>Northwind Tools Ltd</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>" + strings.Repeat("invoice 4711 ", 20) + "</Ustrd></RmtInf></TxDtls>\n"
	times := 200_000_000/len(piece) + 1
	total := strconv.Itoa(times/100) + "." + strconv.Itoa(times%100/10) + strconv.Itoa(times%10)
	whole := message("054", "08", "<Ntfctn>"+account+entry("CRDT", total, "<NtryDtls><Btch><NbOfTxs>"+strconv.Itoa(times)+"</NbOfTxs></Btch>SPLIT</NtryDtls>")+"</Ntfctn>")
	head, tail, _ := strings.Cut(whole, "SPLIT")
	runtime.GC()
	before := heap()
	var c counter
	require.NoError(t, camt.Read(&generated{head: head, piece: piece, tail: tail, times: times}, remittance.Check(&c)))
	require.Empty(t, c.problems)
	require.Equal(t, times, c.transactions)
	require.EqualValues(t, times, c.minor)
	require.Less(t, c.peak, before+50<<20)
}

func BenchmarkRead(b *testing.B) {
	piece := entry("CRDT", "0.01", details("<Refs><EndToEndId>E1</EndToEndId></Refs><RmtInf><Ustrd>invoice 4711</Ustrd></RmtInf>"))
	head, tail, _ := strings.Cut(message("054", "08", "<Ntfctn>"+account+"SPLIT</Ntfctn>"), "SPLIT")
	const times = 10_000
	b.SetBytes(int64(len(piece)) * times)
	for b.Loop() {
		require.NoError(b, camt.Read(&generated{head: head, piece: piece, tail: tail, times: times}, remittance.Check(&counter{})))
	}
}
