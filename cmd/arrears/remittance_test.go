package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const anAdvice = `{"id": "AV-1", "payment": "B1", "payer": {"name": "Customer C-1"}, "amount_minor": 10000, "currency": "EUR", "paid_on": "2026-03-30",
 "lines": [{"kind": "invoice", "number": "RE-2", "paid_minor": 10000}]}`

func TestAnAdviceIsEnteredAndFindsItsMoney(t *testing.T) {
	s := newSession(t)
	customerAt(t, s.p.App, "C-1")
	s.owes("RE-1", 100_00)
	s.owes("RE-2", 100_00)
	_, receipt := s.waits(strings.Replace(goodDay, "Nobody Known", "Customer C-1", 1))
	added := s.do(exitDone, "remittances", "add", s.file("advice.json", anAdvice))
	require.Contains(t, added, "state    used")
	require.Contains(t, added, "receipt  "+receipt+" of 2026-03-30, EUR 100.00 of it applied")
	require.Contains(t, added, "invoice  RE-2    100.00")
	id := idIn(added).String()
	require.Equal(t, added, s.do(exitDone, "remittances", "show", id))
	require.Contains(t, s.do(exitDone, "remittances", "list", "--state", "used", "--receipt", receipt, "--customer", "C-1"), "used   100.00  EUR  2026-03-30  Customer C-1  B1")
	require.Contains(t, s.do(exitRefused, "remittances", "void", id), "remittance.used")
	other := idIn(s.do(exitDone, "remittances", "add", s.file("other.json", strings.Replace(anAdvice, `"B1"`, `"B2"`, 1)))).String()
	void := s.do(exitDone, "remittances", "void", other)
	require.Contains(t, void, "state    void")
	require.Contains(t, void, "arrears cash rematch looks again at what waits")
	require.Contains(t, s.do(exitWrong, "remittances", "add", s.file("wrong.json", `{"amount_minor": 5}`)), "remittance.unknown_currency")
}
