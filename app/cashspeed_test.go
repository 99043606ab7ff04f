package app_test

import (
	"fmt"
	"os"
	"runtime/pprof"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/app"
)

// How fast payments of a file are taken in; run with ARREARS_CASH_SPEED=1, it decides nothing.
func TestSpeedOfTakingIn(t *testing.T) {
	if os.Getenv("ARREARS_CASH_SPEED") == "" {
		t.Skip("a measurement: set ARREARS_CASH_SPEED=1")
	}
	l := openTill(t)
	const n = 1_000
	for i := range n {
		if i%5 == 0 {
			l.customer = l.newCustomer(fmt.Sprintf("S-%d", 1_000+i))
		}
		l.owed(fmt.Sprintf("R-%d", 10_001+i), 10_000)
	}
	var list []app.Incoming
	for i := range n {
		name := fmt.Sprintf("Nordwind S-%d", 1_000+i-i%5)
		list = append(list, l.payment(fmt.Sprint(i), name, "", fmt.Sprintf("R-%d", 10_001+i), 10_000))
	}
	if file := os.Getenv("ARREARS_CASH_PROFILE"); file != "" {
		out, err := os.Create(file)
		require.NoError(t, err)
		require.NoError(t, pprof.StartCPUProfile(out))
	}
	begin := time.Now()
	for at := 0; at < n; at += 50 {
		done, err := app.TakeIn(t.Context(), l.app, "", list[at:at+50]...)
		require.NoError(t, err)
		require.Equal(t, "applied", done[0].Outcome)
	}
	if file := os.Getenv("ARREARS_CASH_PROFILE"); file != "" {
		pprof.StopCPUProfile()
	}
	t.Logf("%.0f payments a second", n/time.Since(begin).Seconds())
	l.moneyLaws()
}
