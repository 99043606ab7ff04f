package receivable_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/receivable"
)

func TestBucketsHoldEveryNumberOfDays(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]string{
		-5000: "current", 0: "current", 1: "1-30", 30: "1-30", 31: "31-60", 60: "31-60", 61: "61-90", 90: "61-90", 91: "91+", 5000: "91+",
	} {
		require.Equal(t, want, receivable.BucketOf(days), days)
	}
	all := receivable.Buckets()
	for i := range len(all) - 1 {
		require.Equal(t, all[i].To+1, all[i+1].From)
	}
}
