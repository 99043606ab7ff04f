package store_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/internal/testkit"
	"arrears/port"
)

func TestListDisputes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other, receipt := customerOf("K-2"), receiptOf("B-1", 500)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertCustomer(ctx, other))
		require.NoError(t, tx.InsertReceipt(ctx, receipt))
	})
	named := map[uuid.UUID]string{}
	open := func(name string, minor int64, change ...func(*dispute.Dispute)) dispute.Dispute {
		d := h.opened(t, minor, change...)
		named[d.ID] = name
		return d
	}
	open("plain", 100)
	contest := open("contest", 200, func(d *dispute.Dispute) {
		d.Kind, d.State, d.Owner, d.Team, d.Reason = dispute.Contest, dispute.Investigating, "Kim", "sales", "pricing"
		d.Parts[0].InvoiceID, d.ClaimReference = someID(h.invoice.ID), "DC-77"
	})
	closed := open("closed", 300, func(d *dispute.Dispute) {
		d.State, d.ClosedAt, d.Reason, d.ReceiptID = dispute.Closed, &noon, "damage", someID(receipt.ID)
		d.Parts[0].Amounts = dispute.Amounts{ClaimedMinor: 300, CreditedMinor: 300}
	})
	open("foreign", 400, func(d *dispute.Dispute) {
		d.CustomerID, d.Currency, d.TakenOn, d.Reason = other.ID, "USD", date("2025-12-01"), "damage"
	})
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.PutDeadlines(ctx, []dispute.Deadline{
			deadlineOf(contest.ID, dispute.DeadlineDecision, "2026-03-10"), deadlineOf(closed.ID, dispute.DeadlineCarrier, "2026-09-10"),
		}))
	})
	for name, c := range map[string]struct {
		filter port.DisputeFilter
		want   []string
	}{
		"all":           {port.DisputeFilter{}, []string{"plain", "contest", "closed", "foreign"}},
		"customer":      {port.DisputeFilter{CustomerID: someID(other.ID)}, []string{"foreign"}},
		"invoice":       {port.DisputeFilter{InvoiceID: someID(h.invoice.ID)}, []string{"contest"}},
		"receipt":       {port.DisputeFilter{ReceiptID: someID(receipt.ID)}, []string{"closed"}},
		"kind":          {port.DisputeFilter{Kind: dispute.Contest}, []string{"contest"}},
		"states":        {port.DisputeFilter{States: []dispute.State{dispute.Investigating, dispute.Closed}}, []string{"contest", "closed"}},
		"live states":   {port.DisputeFilter{States: []dispute.State{dispute.Investigating}}, []string{"contest"}},
		"live":          {port.DisputeFilter{Live: true}, []string{"plain", "contest", "foreign"}},
		"owner":         {port.DisputeFilter{Owner: "Kim"}, []string{"contest"}},
		"team":          {port.DisputeFilter{Team: "sales"}, []string{"contest"}},
		"reason":        {port.DisputeFilter{Reason: "damage"}, []string{"closed", "foreign"}},
		"unknown":       {port.DisputeFilter{Unknown: true}, []string{"plain"}},
		"reference":     {port.DisputeFilter{Reference: "dc 77"}, []string{"contest"}},
		"currency":      {port.DisputeFilter{Currency: "USD"}, []string{"foreign"}},
		"at least":      {port.DisputeFilter{MinMinor: 300}, []string{"closed", "foreign"}},
		"at most":       {port.DisputeFilter{MaxMinor: 200}, []string{"plain", "contest"}},
		"deadline":      {port.DisputeFilter{DeadlineBy: date("2026-03-10")}, []string{"contest"}},
		"outliving":     {port.DisputeFilter{DeadlineBy: date("2026-09-10")}, []string{"contest", "closed"}},
		"deadline, not": {port.DisputeFilter{DeadlineBy: date("2026-03-09")}, nil},
		"taken":         {port.DisputeFilter{TakenBefore: date("2026-01-01")}, []string{"foreign"}},
		"number":        {port.DisputeFilter{Number: contest.Number}, []string{"contest"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[dispute.Dispute], error) {
				return tx.ListDisputes(ctx, c.filter, p)
			})
			var names []string
			for _, d := range got {
				require.NotEmpty(t, d.Parts)
				names = append(names, named[d.ID])
			}
			require.Equal(t, c.want, names)
		})
	}
}

// byRank is the order that the domain gives.
func byRank(list []dispute.Dispute, today calendar.Date) {
	slices.SortFunc(list, func(a, b dispute.Dispute) int {
		x, y := dispute.Rank(a, today), dispute.Rank(b, today)
		return cmp.Or(-cmp.Compare(x.Score, y.Score), cmp.Compare(x.TakenOn, y.TakenOn), slices.Compare(a.ID[:], b.ID[:]))
	})
}

// The database orders the worklist as the domain ranks it, whatever is in it and wherever a page begins.
func TestTheWorklistIsInTheOrderOfRank(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		c := customerOf(fmt.Sprintf("W-%d", round))
		today := date("2026-03-02").AddDays(rapid.IntRange(-5, 5).Draw(rt, "today"))
		var live []dispute.Dispute
		h.in(t, func(ctx context.Context, tx port.Tx) {
			require.NoError(t, tx.InsertCustomer(ctx, c))
			for range rapid.IntRange(0, 15).Draw(rt, "cases") {
				d := anyClaim(rt, c.ID)
				_, err := tx.InsertDispute(ctx, d)
				require.NoError(t, err)
				if rapid.Bool().Draw(rt, "has a deadline") {
					due := date("2026-03-02").AddDays(rapid.IntRange(-10, 15).Draw(rt, "due"))
					require.NoError(t, tx.PutDeadlines(ctx, []dispute.Deadline{deadlineOf(d.ID, dispute.DeadlineDecision, due.String())}))
				}
				stored, err := tx.Dispute(ctx, d.ID)
				require.NoError(t, err)
				if !d.State.Ended() {
					live = append(live, stored)
				}
			}
		})
		byRank(live, today)
		got := h.worklist(t, port.DisputeFilter{CustomerID: someID(c.ID)}, today, rapid.IntRange(1, 6).Draw(rt, "page"))
		require.Equal(t, claimIDs(live), got)
	})
}

// worklist reads all of it, page by page.
func (h house) worklist(t *testing.T, f port.DisputeFilter, today calendar.Date, size int) []uuid.UUID {
	t.Helper()
	got, page := []uuid.UUID{}, port.Page{Limit: size}
	for {
		var p port.Paged[dispute.Dispute]
		h.in(t, func(ctx context.Context, tx port.Tx) {
			var err error
			p, err = tx.DisputeWorklist(ctx, f, today, page)
			require.NoError(t, err)
		})
		got = append(got, claimIDs(p.Items)...)
		if page.After = p.Next; p.Next == "" {
			return got
		}
	}
}

// Everybody's is found in another way than a part of it, and is in the same order.
func TestTheWorklistOfEverybodyIsInTheOrderOfRank(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	claims := rapid.Custom(func(rt *rapid.T) dispute.Dispute { return anyClaim(rt, h.customer.ID) })
	var live []dispute.Dispute
	h.in(t, func(ctx context.Context, tx port.Tx) {
		for i := range 60 {
			d := claims.Example(i)
			_, err := tx.InsertDispute(ctx, d)
			require.NoError(t, err)
			if i%4 > 0 {
				due := date("2026-03-02").AddDays(i%23 - 11)
				require.NoError(t, tx.PutDeadlines(ctx, []dispute.Deadline{deadlineOf(d.ID, dispute.DeadlineDecision, due.String())}))
			}
			stored, err := tx.Dispute(ctx, d.ID)
			require.NoError(t, err)
			if !d.State.Ended() {
				live = append(live, stored)
			}
		}
	})
	for _, today := range []string{"2026-02-10", "2026-03-02", "2026-03-09", "2026-04-01"} {
		byRank(live, date(today))
		for _, size := range []int{1, 7, 200} {
			require.Equal(t, claimIDs(live), h.worklist(t, port.DisputeFilter{}, date(today), size), "%s, %d at a time", today, size)
		}
	}
}

// anyClaim is a claim in any state with amounts anywhere.
func anyClaim(rt *rapid.T, customer uuid.UUID) dispute.Dispute {
	small := rapid.Int64Range(0, 4)
	return testkit.Claim(customer, 1, func(d *dispute.Dispute) {
		d.State = rapid.SampledFrom(dispute.States()).Draw(rt, "state")
		d.Reason = rapid.SampledFrom([]string{"", "pricing", "promotion"}).Draw(rt, "reason")
		d.Trade = d.Reason == "promotion"
		d.TakenOn = date("2026-02-01").AddDays(rapid.IntRange(0, 3).Draw(rt, "taken"))
		a := dispute.Amounts{
			UndecidedMinor: small.Draw(rt, "undecided"), CreditDueMinor: small.Draw(rt, "credit due"), DeniedMinor: small.Draw(rt, "denied"),
			RepaidMinor: small.Draw(rt, "repaid") + 1,
		}
		if d.State.Ended() {
			a = dispute.Amounts{WithdrawnMinor: 1}
			d.ClosedAt = &noon
		}
		a.ClaimedMinor = a.UndecidedMinor + a.CreditDueMinor + a.DeniedMinor + a.RepaidMinor + a.WithdrawnMinor
		d.Parts[0].Amounts = a
	})
}

func TestTheWorklistIsNarrowedByItsFilter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mine := h.opened(t, 100, func(d *dispute.Dispute) { d.Owner, d.Team = "Kim", "sales" })
	team := h.opened(t, 50, func(d *dispute.Dispute) { d.Team = "sales" })
	h.opened(t, 70)
	for name, c := range map[string]struct {
		filter port.DisputeFilter
		want   []dispute.Dispute
	}{
		"owner": {port.DisputeFilter{Owner: "Kim"}, []dispute.Dispute{mine}},
		"team":  {port.DisputeFilter{Team: "sales"}, []dispute.Dispute{mine, team}},
		"ended": {port.DisputeFilter{States: []dispute.State{dispute.Closed}}, nil},
	} {
		got := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[dispute.Dispute], error) {
			return tx.DisputeWorklist(ctx, c.filter, date("2026-03-02"), p)
		})
		require.Equal(t, c.want, got, name)
	}
}

func TestBadCursorsOfTheWorklist(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := newID().String()
	for _, key := range [][]string{{id}, {"4", "1", "2026-01-01", id}, {"-1", "1", "2026-01-01", id}, {"x", "1", "2026-01-01", id}, {"0", "y", "2026-01-01", id}, {"0", "1", "soon", id}, {"0", "1", "2026-01-01", "me"}} {
		h.refuses(t, "page.bad_cursor", func(ctx context.Context, tx port.Tx) error {
			_, err := tx.DisputeWorklist(ctx, port.DisputeFilter{}, date("2026-03-02"), port.Page{After: cursorOf(t, key...)})
			return err
		})
	}
	h.refuses(t, "page.bad_cursor", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.ListDisputes(ctx, port.DisputeFilter{}, port.Page{After: "?"})
		return err
	})
}

// cursorOf writes a cursor as the store does.
func cursorOf(t *testing.T, key ...string) string {
	t.Helper()
	raw, err := json.Marshal(key)
	require.NoError(t, err)
	return base64.RawURLEncoding.EncodeToString(raw)
}
