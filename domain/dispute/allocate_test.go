package dispute_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	. "arrears/domain/dispute"
)

func TestAllocateOldestPartFirst(t *testing.T) {
	t.Parallel()
	d := claim(80, 30, 40)
	require.NoError(t, d.Parts[1].Deny(30))
	parts, err := Allocate(d.Parts, 100, 15, 5)
	require.NoError(t, err)
	require.Equal(t, []PartDecision{
		{PartID: d.Parts[0].ID, ValidMinor: 80}, {PartID: d.Parts[2].ID, ValidMinor: 20, DeniedMinor: 15, ConcededMinor: 5},
	}, parts)
}

func TestAllocateRefuses(t *testing.T) {
	t.Parallel()
	d := claim(80, 40)
	for _, c := range []struct {
		valid, denied, conceded int64
		code                    string
	}{
		{0, 0, 0, CodeNotPositive}, {-1, 121, 0, CodeNotPositive}, {121, 0, 0, CodeExceedsUndecided}, {60, 61, 0, CodeExceedsUndecided},
		{60, 59, 2, CodeExceedsUndecided}, {60, 59, 0, CodeNotWhole}, {math.MaxInt64, math.MaxInt64, math.MaxInt64, CodeExceedsUndecided},
		{120, math.MaxInt64, 0, CodeExceedsUndecided}, {1, 1, math.MaxInt64, CodeExceedsUndecided},
	} {
		_, err := Allocate(d.Parts, c.valid, c.denied, c.conceded)
		requireCode(t, c.code, err)
	}
}

func TestAllocateConserves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := claim(rapid.SliceOfN(rapid.Int64Range(1, 1_000_000), 1, 6).Draw(t, "parts")...)
		whole := d.Amounts().UndecidedMinor
		valid := rapid.Int64Range(0, whole).Draw(t, "valid")
		denied := rapid.Int64Range(0, whole-valid).Draw(t, "denied")
		parts, err := Allocate(d.Parts, valid, denied, whole-valid-denied)
		require.NoError(t, err)
		require.Len(t, parts, len(d.Parts), "each part is decided on")
		var sum PartDecision
		for i, p := range parts {
			require.Equal(t, d.Parts[i].UndecidedMinor, p.ValidMinor+p.DeniedMinor+p.ConcededMinor)
			sum.ValidMinor += p.ValidMinor
			sum.DeniedMinor += p.DeniedMinor
			sum.ConcededMinor += p.ConcededMinor
		}
		require.Equal(t, PartDecision{ValidMinor: valid, DeniedMinor: denied, ConcededMinor: whole - valid - denied}, sum)
	})
}

func TestAllocateDenied(t *testing.T) {
	t.Parallel()
	d := claim(80, 40)
	require.NoError(t, d.Parts[0].Deny(30))
	require.NoError(t, d.Parts[1].Deny(40))
	parts, err := AllocateDenied(d.Parts, 50)
	require.NoError(t, err)
	require.Equal(t, []PartDecision{{PartID: d.Parts[0].ID, ConcededMinor: 30}, {PartID: d.Parts[1].ID, ConcededMinor: 20}}, parts)
	_, err = AllocateDenied(d.Parts, 71)
	requireCode(t, CodeExceedsDenied, err)
	_, err = AllocateDenied(d.Parts, 0)
	requireCode(t, CodeNotPositive, err)
}

func TestSplitConserves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := claim(rapid.SliceOfN(rapid.Int64Range(1, 500), 1, 5).Draw(t, "parts")...)
		rest := d.Amounts().UndecidedMinor
		var amounts []int64
		for rest > 0 {
			minor := rapid.Int64Range(1, rest).Draw(t, "amount")
			amounts = append(amounts, minor)
			rest -= minor
		}
		shares, err := SplitParts(d.Parts, amounts)
		require.NoError(t, err)
		byPart := map[uuid.UUID]int64{}
		for n, list := range shares {
			var sum int64
			for _, share := range list {
				require.Positive(t, share.Minor)
				sum += share.Minor
				byPart[share.PartID] += share.Minor
			}
			require.Equal(t, amounts[n], sum)
		}
		for _, p := range d.Parts {
			require.Equal(t, p.UndecidedMinor, byPart[p.ID])
		}
	})
}

func TestSplitRefuses(t *testing.T) {
	t.Parallel()
	d := claim(80, 40)
	for _, c := range []struct {
		amounts []int64
		code    string
	}{
		{[]int64{100, 0, 20}, CodeNotPositive}, {[]int64{100, -5}, CodeNotPositive}, {[]int64{100, 21}, CodeExceedsUndecided},
		{[]int64{100, 19}, CodeNotWhole}, {nil, CodeNotWhole}, {[]int64{120, 1}, CodeExceedsUndecided},
	} {
		_, err := SplitParts(d.Parts, c.amounts)
		requireCode(t, c.code, err)
	}
}

func ExampleAllocate() {
	parts := []Part{{Amounts: Claim(80)}, {Amounts: Claim(40)}}
	list, err := Allocate(parts, 100, 20, 0)
	for _, p := range list {
		fmt.Println(p.ValidMinor, p.DeniedMinor)
	}
	fmt.Println(err)
	// Output:
	// 80 0
	// 20 20
	// <nil>
}
