package rtest_test

import (
	"bufio"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/remittance"
	"arrears/domain/remittance/internal/rtest"
)

func stream(size int64) *rtest.Stream {
	return rtest.NewStream("head\n", size, func(int) string { return strings.Repeat("x", 99) + "\n" }, func(int) string { return "tail\n" })
}

func TestStream(t *testing.T) {
	t.Parallel()
	in := stream(250)
	text, err := io.ReadAll(in)
	require.NoError(t, err)
	require.Equal(t, 3, in.Pieces(), "pieces are whole")
	require.Len(t, text, len("head\n")+300+len("tail\n"))
}

// A parser that keeps what it reads is found out, one that forgets passes. Not parallel: what others use would count.
func TestGrownSeesWhatIsKept(t *testing.T) {
	var kept []string
	reads := func(keep func(string)) rtest.Parser {
		return func(in io.Reader, to remittance.Sink) error {
			lines := bufio.NewScanner(in)
			for lines.Scan() {
				keep(lines.Text())
				if err := to.Transaction(remittance.Transaction{}); err != nil {
					return err
				}
			}
			return lines.Err()
		}
	}
	_, grown := rtest.Grown(t, reads(func(s string) { kept = append(kept, s) }), stream(rtest.LongStream))
	require.Greater(t, grown, int64(rtest.MostGrown))
	require.NotEmpty(t, kept)
	kept = nil
	c, grown := rtest.Grown(t, reads(func(string) {}), stream(rtest.LongStream))
	require.Less(t, grown, int64(rtest.MostGrown))
	require.Positive(t, c.Transactions)
	_, grown = rtest.Grown(t, func(in io.Reader, _ remittance.Sink) error {
		_, err := io.ReadAll(in)
		return err
	}, stream(rtest.LongStream))
	require.Greater(t, grown, int64(rtest.MostGrown), "reading all at once is keeping it too")
}
