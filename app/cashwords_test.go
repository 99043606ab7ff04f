package app_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/matching"
	"arrears/port"
)

// Whatever stops a receipt from being applied by itself is said in words, without the gaps of a sentence that needs more.
func TestEveryCodeOfTheClerksListHasWords(t *testing.T) {
	t.Parallel()
	at := 0
	codes := matching.ReasonCodes()
	for codes[at] != matching.ReasonAccountChanged {
		at++
	}
	never := map[string]bool{ // nobody waits for these: there is no money, or it is not looked at as a receipt
		matching.ReasonReturned: true, matching.ReasonNoMoney: true, matching.ReasonMoneyOut: true,
	}
	stops := slices.Concat(codes[at:], []string{
		matching.ReasonDocumentNotFound, matching.ReasonAdvice, "account_unconfirmed", "lockbox_deposit", "held", "payment_gone",
		"return_unknown", "return_ambiguous", "receipt.refunded",
	})
	for _, code := range stops {
		if !never[code] {
			require.NotEqual(t, code, app.WhyWaits(code))
			require.NotContains(t, app.WhyWaits(code), "{", code)
		}
	}
	require.Equal(t, "unheard_of", app.WhyWaits("unheard_of"))
}

func TestHowLongAndOfWhomSomethingWaits(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	e := port.CashException{Since: since, Seen: []byte(`{"Payer":{"Name":"Nordwind"}}`)}
	require.Equal(t, "Nordwind", app.PayerOf(e))
	require.Empty(t, app.PayerOf(port.CashException{}))
	require.Zero(t, app.DaysWaited(e, since.Add(23*time.Hour)))
	require.Equal(t, int64(2), app.DaysWaited(e, since.Add(71*time.Hour)))
	closed := since.Add(25 * time.Hour)
	e.ClosedAt = &closed
	require.Equal(t, int64(1), app.DaysWaited(e, since.AddDate(1, 0, 0)))
}

// What would be applied but for its account waits for that reason alone, and not because its statement contradicted itself.
func TestWhatAnUnconfirmedAccountStopsSaysSo(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.owed("R-1001", 40_000)
	for stop, number := range map[string]string{"account_unconfirmed": "1", "statement_alarm": "2"} {
		done, err := app.TakeIn(t.Context(), l.app, stop, l.payment(number, "Nordwind K-1", "", "R-1001", 40_000))
		require.NoError(t, err)
		require.Equal(t, "proposed", done[0].Outcome)
		require.Equal(t, []string{stop}, l.waits(done[0].ID).Why)
	}
	l.moneyLaws()
}
