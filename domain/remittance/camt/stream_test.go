package camt_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/remittance"
	"arrears/domain/remittance/camt"
	"arrears/domain/remittance/internal/rtest"
)

// whole cuts a message where its pieces stand.
func whole(text, piece string, size int64) *rtest.Stream {
	head, tail, _ := strings.Cut(text, "SPLIT")
	return rtest.NewStream(head, size, func(int) string { return piece }, func(int) string { return tail })
}

// One entry with tens of thousands of details, and as many entries.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	detail := "<TxDtls><Refs><EndToEndId>E2E-0001</EndToEndId></Refs>" + eur("Amt", "0.01") +
		"<RltdPties><Dbtr><Pty><Nm>Northwind Tools Ltd</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>" + strings.Repeat("invoice 4711 ", 20) + "</Ustrd></RmtInf></TxDtls>\n"
	times := rtest.LongStream / len(detail)
	total := fmt.Sprintf("%d.%02d", times/100, times%100)
	details := entry("CRDT", total, fmt.Sprintf("<NtryDtls><Btch><NbOfTxs>%d</NbOfTxs></Btch>SPLIT</NtryDtls>", times))
	c, grown := rtest.Grown(t, camt.Read, whole(message("054", "08", "<Ntfctn>"+account+details+"</Ntfctn>"), detail, int64(times*len(detail))))
	require.Empty(t, c.Problems)
	require.Equal(t, times, c.Transactions)
	require.EqualValues(t, times, c.Credits)
	require.Less(t, grown, int64(rtest.MostGrown))

	in := whole(message("054", "08", "<Ntfctn>"+account+"SPLIT</Ntfctn>"), entry("CRDT", "0.01", ""), rtest.LongStream)
	c, grown = rtest.Grown(t, camt.Read, in)
	require.Empty(t, c.Problems)
	require.Equal(t, in.Pieces(), c.Transactions)
	require.Less(t, grown, int64(rtest.MostGrown))
}

func BenchmarkRead(b *testing.B) {
	piece := entry("CRDT", "0.01", details("<Refs><EndToEndId>E1</EndToEndId></Refs><RmtInf><Ustrd>invoice 4711</Ustrd></RmtInf>"))
	const size = 4 << 20
	b.SetBytes(size)
	for b.Loop() {
		in := whole(message("054", "08", "<Ntfctn>"+account+"SPLIT</Ntfctn>"), piece, size)
		require.NoError(b, camt.Read(in, remittance.Check(&rtest.Counter{})))
	}
}
