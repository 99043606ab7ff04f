package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
)

func TestWhatWaitsIsShownAndApplied(t *testing.T) {
	s := newSession(t)
	customerAt(t, s.p.App, "C-1")
	s.do(exitDone, "bank", "confirm", "DE75512108001245126199")
	s.load("day.json", goodDay)
	list := s.do(exitDone, "cash", "exceptions", "--kind", "receipt", "--currency", "EUR")
	require.Contains(t, list, "receipt  100.00  EUR")
	id := idIn(list).String()
	require.Equal(t, "none\n", s.do(exitDone, "cash", "exceptions", "--customer", "C-1"))
	shown := s.do(exitDone, "cash", "show", id)
	require.Contains(t, shown, "payer       Nobody Known")
	require.Contains(t, shown, "words       thanks")
	require.Contains(t, s.do(exitDone, "cash", "identify", id, "--customer", "C-1"), "on account  EUR 100.00")
	require.Contains(t, s.do(exitRefused, "cash", "apply", id, id), "cash_proposal.not_found")
	require.Contains(t, s.do(exitRefused, "cash", "show", "018f6d2e-7c3a-7b1d-9a52-3f0c6d1e8b40"), "cash_exception.not_found")
	require.Equal(t, ": by hand", closedBy(func() (f app.CashExceptionFile) { f.Outcome = "by_hand"; return f }()))
}
