package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/internal/testkit"
	"arrears/port"
)

const (
	nordwindAccount = "DE02120300000000202051"
	otherAccount    = "LT601010012345678901"
)

// accounts reads the customer's accounts with their states.
func (l *till) accounts() map[string]string {
	l.t.Helper()
	list, err := l.app.ListPayerAccounts(l.t.Context(), l.reader, port.PayerAccountFilter{CustomerID: l.id(l.customer.ID)}, port.Page{})
	require.NoError(l.t, err)
	states := map[string]string{}
	for _, a := range list.Items {
		states[a.Key] = a.State
	}
	return states
}

func (l *till) says(account, state string) port.PayerAccount {
	l.t.Helper()
	said, err := l.app.SayPayerAccount(l.t.Context(), clerkOne, app.PayerAccountSaid{CustomerID: l.customer.ID, Account: account, State: state})
	require.NoError(l.t, err)
	return said
}

// A changed account is an alert; once a clerk has confirmed it, money from it needs nobody.
func TestAChangedAccountIsConfirmed(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.owed("R-1001", 10_000)
	l.owed("R-1002", 10_000)
	require.Equal(t, "applied", l.pays("1", "Nordwind K-1", nordwindAccount, "R-1001", 10_000).Outcome)
	waits := l.pays("2", "Nordwind K-1", otherAccount, "R-1002", 10_000)
	require.Equal(t, "proposed", waits.Outcome)

	said := l.says("lt60 1010 0123 4567 8901", "")
	require.Equal(t, []any{otherAccount, port.AccountKnown, int64(0), "clerk-1"}, []any{said.Key, said.State, said.Uses, said.LearnedBy})
	again, err := l.app.PayerAccount(t.Context(), l.reader, said.ID)
	require.NoError(t, err)
	require.Equal(t, said, again)
	applied, _, err := l.app.RematchCash(t.Context(), clerkOne, port.CashExceptionFilter{CustomerID: l.id(l.customer.ID)}, "")
	require.NoError(t, err)
	require.Equal(t, 1, applied)
	again, err = l.app.PayerAccount(t.Context(), l.reader, said.ID)
	require.NoError(t, err)
	require.Equal(t, int64(1), again.Uses)
	require.Equal(t, day("2026-03-02"), again.FirstOn, "of the first payment")
	require.Equal(t, "clerk-1", again.LearnedBy, "rules do not change what a person said")
	l.moneyLaws()
}

// Payments alone do not make a refused account known again; a removed one they do.
func TestARefusedAccountStaysRefusedAndARemovedOneIsLearnedAgain(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	for n, state := range []string{port.AccountRefused, port.AccountRemoved} {
		number := []string{"R-1001", "R-1002"}[n]
		l.owed(number, 10_000)
		said := l.says(nordwindAccount, "")
		judged, err := l.app.JudgePayerAccount(t.Context(), clerkTwo, said.ID, state)
		require.NoError(t, err)
		require.Equal(t, []string{state, "clerk-2"}, []string{judged.State, judged.LearnedBy})
		require.Equal(t, "applied", l.pays(number, "Nordwind K-1", nordwindAccount, number, 10_000).Outcome)
		want := map[string]string{port.AccountRefused: port.AccountRefused, port.AccountRemoved: port.AccountKnown}[state]
		require.Equal(t, map[string]string{nordwindAccount: want}, l.accounts())
	}
	require.Equal(t, int64(4), l.number(`SELECT count(*) FROM audit_entries WHERE action LIKE 'payer_account.%'`))
	testkit.CheckEvents(t, l.db)
	l.moneyLaws()
}

func TestWhoMaySayWhoseAccountItIs(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	collector := access.Principal{ID: "c", Role: access.Collector}
	_, err := l.app.SayPayerAccount(t.Context(), collector, app.PayerAccountSaid{CustomerID: l.customer.ID, Account: "1"})
	require.Equal(t, access.CodeForbidden, fault.CodeOf(err))
	_, err = l.app.JudgePayerAccount(t.Context(), collector, l.customer.ID, port.AccountKnown)
	require.Equal(t, access.CodeForbidden, fault.CodeOf(err))
	_, err = l.app.SayPayerAccount(t.Context(), clerkOne, app.PayerAccountSaid{CustomerID: l.customer.ID, Account: "1", State: port.AccountRemoved})
	require.Equal(t, "receivable.invalid", fault.CodeOf(err))
	_, err = l.app.JudgePayerAccount(t.Context(), clerkOne, l.customer.ID, port.AccountKnown)
	require.Equal(t, "payer_account.not_found", fault.CodeOf(err))
}
