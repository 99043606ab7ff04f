package dispute_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
)

// twin is the same claim that came again.
func twin(d Dispute) Dispute {
	other := d
	other.ID, other.Number = newID(), d.Number+1
	other.Parts = append([]Part{}, d.Parts...)
	return other
}

func TestSimilarByReference(t *testing.T) {
	t.Parallel()
	a := claim(100)
	a.ClaimReference = "CB-00471/A"
	b := claim(70)
	b.CustomerID, b.ClaimReference = a.CustomerID, "cb 00471 a"
	why, ok := Similar(a, b)
	require.True(t, ok)
	require.Equal(t, SameReference, why)
	for name, change := range map[string]func(a, b *Dispute){
		"itself":            func(a, b *Dispute) { b.ID = a.ID },
		"another customer":  func(_, b *Dispute) { b.CustomerID = newID() },
		"another reference": func(_, b *Dispute) { b.ClaimReference = "CB-00472/A" },
		"no reference":      func(a, b *Dispute) { a.ClaimReference, b.ClaimReference = "", "" },
		"void":              func(_, b *Dispute) { b.State = Void },
		"split off it":      func(a, b *Dispute) { b.SplitFrom = someID(a.ID) },
		"split off the same": func(a, b *Dispute) {
			a.SplitFrom = someID(newID())
			b.SplitFrom = a.SplitFrom
		},
	} {
		c, d := a, b
		change(&c, &d)
		_, ok := Similar(c, d)
		require.False(t, ok, name)
		_, ok = Similar(d, c)
		require.False(t, ok, name)
	}
}

func TestSimilarByItemAmountAndReason(t *testing.T) {
	t.Parallel()
	a := claim(100, 30)
	a.CustomerReason = "SHORT"
	b := twin(a)
	require.NoError(t, b.Parts[1].Deny(30))
	why, ok := Similar(a, b)
	require.True(t, ok)
	require.Equal(t, SameClaim, why)
	for name, c := range map[string]struct {
		change func(*Dispute)
		want   bool
	}{
		"the code in other letters": {func(d *Dispute) { d.CustomerReason = " short. " }, true},
		"another code":              {func(d *Dispute) { d.CustomerReason = "PRICE" }, false},
		"another currency":          {func(d *Dispute) { d.Currency = "USD" }, false},
		"other amounts":             {func(d *Dispute) { d.Parts[0].ClaimedMinor, d.Parts[1].ClaimedMinor = 99, 31 }, false},
		"one other amount":          {func(d *Dispute) { d.Parts[0].ClaimedMinor = 99 }, true},
		"another item, one invoice": {func(d *Dispute) { d.Parts[0].ItemID = someID(newID()) }, true},
		"other items and invoices": {func(d *Dispute) {
			for i := range d.Parts {
				d.Parts[i].ItemID, d.Parts[i].InvoiceID = someID(newID()), someID(newID())
			}
		}, false},
		"about nothing": {func(d *Dispute) {
			for i := range d.Parts {
				d.Parts[i].ItemID.Valid, d.Parts[i].InvoiceID.Valid = false, false
			}
		}, false},
		"sorted otherwise by one": {func(d *Dispute) { d.Reason = "pricing" }, true},
	} {
		other := twin(a)
		c.change(&other)
		_, ok := Similar(a, other)
		require.Equal(t, c.want, ok, name)
	}
	a.Reason, b.Reason, b.CustomerReason = "shortage", "shortage", "MISSING"
	_, ok = Similar(a, b)
	require.True(t, ok, "our codes count where both have one")
	b.Reason, b.CustomerReason = "pricing", "SHORT"
	_, ok = Similar(a, b)
	require.False(t, ok)
}
