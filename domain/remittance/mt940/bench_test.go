package mt940_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/remittance/internal/rtest"
)

// BenchmarkRead reads 10 MB of structured German entries.
func BenchmarkRead(b *testing.B) {
	b.SetBytes(10 << 20)
	for b.Loop() {
		stream := rtest.NewStream(":20:X\n:25:1\n:28C:1\n:60F:C261119EUR0,\n", 10<<20,
			func(int) string {
				return ":61:261119C1,NTRFNONREF\n:86:166?00GUTSCHRIFT?20EREF+PAY-1?21SVWZ+" + strings.Repeat("Invoice 1001 ", 20) + "?32Blue Harbor\n"
			},
			func(int) string { return ":62F:C261119EUR1,\n-\n" })
		require.NoError(b, parse(stream, &rtest.Counter{}))
	}
}
