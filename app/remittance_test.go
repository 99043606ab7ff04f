package app_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/matching"
	"arrears/port"
)

const oneAdvice = `{"id": "AV-1", "payment": "E2E-77", "payer": {"name": "Nordwind K-1"}, "amount_minor": 40000, "currency": "EUR",
 "lines": [{"kind": "invoice", "number": "R-1002", "paid_minor": 40000}]}`

func TestAnAdviceByHandWaitsForItsMoney(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.owed("R-1001", 40_000)
	owed := l.owed("R-1002", 40_000)
	kept, err := l.app.RecordRemittance(t.Context(), clerkOne, []byte(oneAdvice))
	require.NoError(t, err)
	require.Equal(t, []any{port.RemittanceWaiting, "clerk-1", 1}, []any{kept.State, kept.CreatedBy, len(kept.Advice.Lines)})
	require.Nil(t, kept.Receipt)
	again, err := l.app.RecordRemittance(t.Context(), clerkTwo, []byte(strings.ReplaceAll(oneAdvice, "\n", "")))
	require.NoError(t, err)
	require.Equal(t, kept.ID, again.ID, "the same advice is one")

	done := l.pays("77", "Nordwind K-1", "", "see advice", 40_000)
	require.Equal(t, "applied", done.Outcome)
	l.amounts(owed.Items[0], 40_000, 0, 0, 0, 0, 0)
	used, err := l.app.Remittance(t.Context(), l.reader, kept.ID)
	require.NoError(t, err)
	require.Equal(t, port.RemittanceUsed, used.State)
	require.Equal(t, done.ID, used.Receipt.ID)
	_, err = l.app.VoidRemittance(t.Context(), clerkOne, kept.ID, 0)
	require.Equal(t, "remittance.used", fault.CodeOf(err))
	l.moneyLaws()
}

// An advice of which a clerk applied the proposal found its money, too: it is not used for the next payment of that amount.
func TestAnAdviceIsUsedByTheClerkWhoAppliesItsProposal(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1002", 40_000)
	kept, err := l.app.RecordRemittance(t.Context(), clerkOne, []byte(oneAdvice))
	require.NoError(t, err)
	done, err := app.TakeIn(t.Context(), l.app, "account_unconfirmed", l.payment("77", "Nordwind K-1", "", "see advice", 40_000))
	require.NoError(t, err)
	e := l.waits(done[0].ID)
	require.Equal(t, l.id(kept.ID), e.Proposals[0].Proposal.Advice)
	f, err := l.app.ApplyCashProposal(t.Context(), clerkOne, e.ID, e.Proposals[0].ID, e.Version)
	require.NoError(t, err)
	require.Equal(t, "closed", f.State)
	require.Len(t, f.Remittances, 1)
	l.amounts(owed.Items[0], 40_000, 0, 0, 0, 0, 0)
	used, err := l.app.Remittance(t.Context(), l.reader, kept.ID)
	require.NoError(t, err)
	require.Equal(t, []any{port.RemittanceUsed, done[0].ID}, []any{used.State, used.Receipt.ID})
	l.moneyLaws()
}

// An advice that contradicts itself, or came in a file that does, is proposed and never applied by itself.
func TestAnAdviceInDoubtIsForAPerson(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	owed := v.owed("R-1002", 40_000)
	wrong := strings.NewReplacer("AV-1", "AV-2", "E2E-77", "E2E-78", `"paid_minor": 40000`, `"paid_minor": 39000`).Replace(oneAdvice)
	kept, err := v.app.RecordRemittance(t.Context(), clerkOne, []byte(wrong))
	require.NoError(t, err)
	require.True(t, kept.Advice.Doubtful)

	f := v.load(`{"advice": ` + oneAdvice + `} {"advice": ` + wrong + `}`)
	require.EqualValues(t, 1, f.Counts.Alarms)
	done := v.pays("77", "Nordwind K-1", "", "see advice", 40_000)
	require.Equal(t, "proposed", done.Outcome, "its own lines add up, the file's do not")
	e := v.waits(done.ID)
	require.Equal(t, []string{matching.ReasonAdvice, matching.ReasonAdviceAlarm}, e.Why)
	closed, err := v.app.ApplyCashProposal(t.Context(), clerkOne, e.ID, e.Proposals[0].ID, e.Version)
	require.NoError(t, err)
	require.Equal(t, "closed", closed.State)
	v.amounts(owed.Items[0], 40_000, 0, 0, 0, 0, 0)
	v.moneyLaws()
}

func TestAVoidAdviceIsNotUsed(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.owed("R-1001", 40_000)
	l.owed("R-1002", 40_000)
	kept, err := l.app.RecordRemittance(t.Context(), clerkOne, []byte(oneAdvice))
	require.NoError(t, err)
	_, err = l.app.VoidRemittance(t.Context(), clerkOne, kept.ID, 9)
	require.Equal(t, "remittance.changed", fault.CodeOf(err))
	for range 2 { // twice says nothing new
		gone, err := l.app.VoidRemittance(t.Context(), clerkOne, kept.ID, 0)
		require.NoError(t, err)
		require.Equal(t, port.RemittanceVoid, gone.State)
	}
	require.Equal(t, int64(1), l.number(`SELECT count(*) FROM audit_entries WHERE action = 'remittance.voided'`))
	require.Equal(t, "proposed", l.pays("77", "Nordwind K-1", "", "see advice", 40_000).Outcome)
	list, err := l.app.ListRemittances(t.Context(), l.reader, port.RemittanceFilter{State: port.RemittanceVoid, Payment: "e2e 77"}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	l.moneyLaws()
}

func TestAnAdviceByHandIsRefused(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	for text, code := range map[string]string{
		``: "remittance.malformed", `[]`: "remittance.malformed", `{"amount_minor": 1}`: "remittance.unknown_currency",
		`{"currency": "EUR"}`: "remittance.bad_amount", `{"currency": "EUR", "amount_minor": 1, "surprise": 2}`: "remittance.malformed",
		oneAdvice + `, "advice": ` + oneAdvice:  "remittance.malformed",
		oneAdvice + `} {"advice": ` + oneAdvice: "remittance.malformed",
	} {
		_, err := l.app.RecordRemittance(t.Context(), clerkOne, []byte(text))
		require.Equal(t, code, fault.CodeOf(err), text)
	}
	collector := access.Principal{ID: "c", Role: access.Collector}
	_, err := l.app.RecordRemittance(t.Context(), collector, []byte(oneAdvice))
	require.Equal(t, access.CodeForbidden, fault.CodeOf(err))
	_, err = l.app.VoidRemittance(t.Context(), collector, uuid.New(), 0)
	require.Equal(t, access.CodeForbidden, fault.CodeOf(err))
	_, err = l.app.Remittance(t.Context(), l.reader, uuid.New())
	require.Equal(t, "remittance.not_found", fault.CodeOf(err))
}
