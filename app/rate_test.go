package app_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

func newRate(base, quote money.Currency, on, rate string) app.NewRate {
	return app.NewRate{Base: base, Quote: quote, ValidOn: day(on), Rate: rate, Source: "bank"}
}

func (c *court) rates(list ...app.NewRate) app.RatesPut {
	c.t.Helper()
	done, err := c.app.PutRates(c.t.Context(), c.supervisor, list)
	require.NoError(c.t, err)
	return done
}

// dollars is a claim without an item, in US dollars.
func (c *court) dollars(minor int64, reference string) dispute.Dispute {
	c.t.Helper()
	d, err := c.app.OpenDispute(c.t.Context(), c.collector, app.NewDispute{
		Kind: dispute.Deduction, CustomerID: c.customer.ID, Currency: "USD", AmountMinor: minor, CustomerReason: "tax", ClaimReference: reference,
	})
	require.NoError(c.t, err)
	return d
}

func TestRatesArePutOnceAndCorrected(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	list := []app.NewRate{newRate("USD", "EUR", "2026-03-02", "0.90"), newRate("EUR", "GBP", "2026-03-02", "0.85")}
	c.again(func(ctx context.Context) {
		_, err := c.app.PutRates(ctx, c.supervisor, list)
		require.NoError(t, err)
	})
	require.Equal(t, int64(1), c.number(`SELECT count(*) FROM audit_entries WHERE action = 'exchange_rates.recorded'`))
	before := c.fingerprint()
	require.Equal(t, app.RatesPut{Unchanged: 2}, c.rates(list...))
	require.Equal(t, before, c.fingerprint(), "the same again is nothing")
	list[0].Rate = "0.91"
	require.Equal(t, app.RatesPut{Added: 1, Corrected: 1, Unchanged: 1}, c.rates(append(list, newRate("EUR", "SEK", "2026-03-02", "11"))...))
	require.Equal(t, `0.91 0.9`, c.text(`SELECT data->>'rate' || ' ' || (data->>'was_rate') FROM audit_entries WHERE action = 'exchange_rate.corrected'`))
	found, err := c.app.ListRates(t.Context(), c.reader, port.RateFilter{Base: "USD"}, port.Page{})
	require.NoError(t, err)
	require.Len(t, found.Items, 1)
	require.Equal(t, money.Rate("0.91"), found.Items[0].Rate)
}

func TestRateRefusals(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	refuse := func(code string, who access.Principal, list ...app.NewRate) []string {
		t.Helper()
		return c.refuses(code, func(ctx context.Context) error { _, err := c.app.PutRates(ctx, who, list); return err })
	}
	fine := newRate("USD", "EUR", "2026-03-02", "0.9")
	for _, who := range []access.Principal{c.collector, c.analyst, c.reader, {ID: "nobody"}} {
		refuse(access.CodeForbidden, who)
	}
	refuse(receivable.CodeInvalid, c.supervisor)
	refuse(receivable.CodeInvalid, c.supervisor, make([]app.NewRate, app.MaxRates+1)...)
	require.Equal(t, []string{"rates[1].valid_on"}, refuse(receivable.CodeInvalid, c.supervisor, fine, fine))
	wrong := refuse(receivable.CodeInvalid, c.supervisor, app.NewRate{Base: "XXX", Quote: "XXX", Rate: "-1"})
	require.ElementsMatch(t, []string{
		"rates[0].base", "rates[0].quote", "rates[0].quote", "rates[0].valid_on", "rates[0].source", "rates[0].rate",
	}, wrong)
	c.refuses(access.CodeForbidden, func(ctx context.Context) error {
		_, err := c.app.ListRates(ctx, access.Principal{ID: "nobody"}, port.RateFilter{}, port.Page{})
		return err
	})
}

// A claim in a currency without a limit of its own is tested with the limit in another, at the rate of the day, which the
// decision and the record show with its day and source.
func TestALimitAcrossCurrencies(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	c.rates(newRate("EUR", "USD", "2026-03-01", "2"), newRate("EUR", "USD", "2026-03-03", "1"))
	small, large := c.dollars(100_000, "u-1"), c.dollars(100_002, "u-2")
	f := c.decide(c.analyst, small.ID, dispute.DecideInvalid)
	require.Equal(t, dispute.Closed, f.State, "nothing is owed for it")
	rate := money.DatedRate{Base: "USD", Quote: "EUR", ValidOn: day("2026-03-01"), Rate: "0.5", Source: "bank", How: money.RateInverse}
	require.Equal(t, &dispute.LimitCheck{
		Allowed: true, Currency: "EUR", LimitMinor: 50_000, TotalMinor: 50_000, Rates: []money.DatedRate{rate},
	}, f.Decisions[0].Limit)
	require.JSONEq(t, `[{"base":"USD","quote":"EUR","valid_on":"2026-03-01","rate":"0.5","source":"bank","how":"inverse"}]`,
		c.text(`SELECT (data->'rates')::text FROM audit_entries WHERE action = 'dispute.decided' AND subject_id = $1`, small.ID))
	told, err := c.app.DisputeTimeline(t.Context(), c.reader, small.ID, port.Page{})
	require.NoError(t, err)
	var texts []string
	for _, line := range told.Items {
		texts = append(texts, line.Text)
	}
	require.Contains(t, texts, "The claim was decided (invalid): USD 0.00 valid, USD 1000.00 denied, USD 0.00 given up (at USD/EUR 0.5 of 2026-03-01 by bank).")

	f = c.decide(c.analyst, large.ID, dispute.DecideInvalid)
	require.Equal(t, dispute.AwaitingApproval, f.State)
	require.Equal(t, dispute.LimitExceeded, f.Decisions[0].Limit.Code)
	require.Contains(t, c.approval(large.ID).Summary, "tested as EUR 500.01 at USD/EUR 0.5 of 2026-03-01 (bank)")
	require.Equal(t, string(access.Supervisor), c.approval(large.ID).Role)
	require.NoError(t, c.rule(c.supervisor, large.ID, true))
	require.Equal(t, dispute.Closed, c.file(large.ID).State)
}

// Without a rate of the day nobody decides alone by a limit in another currency: what is decided waits for approval, and says
// why. Who has no bound needs no rate, and a limit in the claim's own currency needs none either.
func TestALimitWithoutARate(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	c.rates(newRate("EUR", "USD", "2026-01-01", "2")) // too old
	d := c.dollars(1, "u-1")
	list, err := c.app.PreviewDecisions(t.Context(), c.analyst, bulk(dispute.DecideInvalid, d))
	require.NoError(t, err)
	require.Equal(t, "proposed", list[0].State)
	require.Equal(t, dispute.LimitNoRate, list[0].Limit.Code)
	f := c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	require.Equal(t, dispute.AwaitingApproval, f.State)
	require.Equal(t, dispute.LimitNoRate, f.Decisions[0].Limit.Code)
	require.Contains(t, c.approval(d.ID).Summary, "no exchange rate")
	require.Equal(t, string(access.Admin), c.approval(d.ID).Role)
	require.Equal(t, dispute.LimitNoRate, c.text(`SELECT data->>'limit_code' FROM audit_entries WHERE action = 'dispute.decision_proposed'`))
	require.NoError(t, c.rule(c.admin, d.ID, true))

	require.Equal(t, dispute.Closed, c.decide(c.admin, c.dollars(1_000_000, "u-2").ID, dispute.DecideInvalid).State)
	_, err = c.app.PutApprovalLimit(t.Context(), c.supervisor, dispute.Limit{Role: "analyst", Currency: "USD", Kind: "invalid", AmountMinor: 500})
	require.NoError(t, err)
	f = c.decide(c.analyst, c.dollars(500, "u-3").ID, dispute.DecideInvalid)
	require.Equal(t, dispute.Closed, f.State)
	require.Empty(t, f.Decisions[0].Limit.Rates)
}

// A batch over several currencies is one amount at the day's rates, each of which is shown.
func TestABatchAcrossCurrencies(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	euros, dollars := c.deduction(30_000), c.dollars(40_000, "u-1")
	list, err := c.app.PreviewDecisions(t.Context(), c.analyst, bulk(dispute.DecideInvalid, euros, dollars))
	require.NoError(t, err)
	for n := range list {
		require.Equal(t, "proposed", list[n].State)
		require.Equal(t, dispute.LimitNoRate, list[n].Limit.Code, "several currencies are not added without a rate")
	}
	c.rates(newRate("USD", "EUR", "2026-03-02", "0.5"))
	done, err := c.app.DecideDisputes(t.Context(), c.analyst, bulk(dispute.DecideInvalid, euros, dollars))
	require.NoError(t, err)
	for n := range done {
		require.Equal(t, "in_force", done[n].State)
		require.Equal(t, int64(50_000), done[n].Limit.TotalMinor)
		require.Len(t, done[n].Limit.Rates, 1)
	}
	euros, dollars = c.deduction(30_000), c.dollars(40_004, "u-2")
	done, err = c.app.DecideDisputes(t.Context(), c.analyst, bulk(dispute.DecideInvalid, euros, dollars))
	require.NoError(t, err)
	for n := range done {
		require.Equal(t, "proposed", done[n].State)
		require.Equal(t, int64(50_002), done[n].Limit.TotalMinor)
	}
	require.Equal(t, int64(40_004), c.approval(dollars.ID).AmountMinor)
}
