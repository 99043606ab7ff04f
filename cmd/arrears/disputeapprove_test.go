package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/dispute"
)

// What somebody else proposed is approved or refused, and what one proposed oneself is not.
func TestWhatIsProposedIsRuledOn(t *testing.T) {
	s := newSession(t)
	ana := access.Principal{ID: "ana", Name: "Ana", Role: access.Analyst} // who has no limit
	c, err := s.p.App.CreateCustomer(t.Context(), operator(), app.NewCustomer{Source: "test", Number: "C-1", Name: "First", Currency: "EUR"})
	require.NoError(t, err)
	for _, reference := range []string{"DM-1", "DM-2"} {
		_, err := s.p.App.OpenDispute(t.Context(), ana, app.NewDispute{
			Kind: dispute.Deduction, CustomerID: c.ID, Currency: "EUR", AmountMinor: 200_00, CustomerReason: "tax", ClaimReference: reference,
		})
		require.NoError(t, err)
	}
	id, err := disputeArg{"D-1"}.find(t.Context(), s.p)
	require.NoError(t, err)
	proposes := func() {
		file, err := s.p.App.DecideDispute(t.Context(), ana, id, app.NewDecision{Kind: dispute.DecideInvalid})
		require.NoError(t, err)
		require.Equal(t, dispute.AwaitingApproval, file.State)
	}
	require.Contains(t, s.do(exitRefused, "dispute", "approve", "D-1"), dispute.CodeNotNow)
	proposes()
	require.Contains(t, s.do(exitDone, "dispute", "refuse", "D-1", "Look again."), "approval refused")
	require.Contains(t, s.do(exitRefused, "dispute", "refuse", "D-1", "Look again."), dispute.CodeNotNow)
	proposes()
	approved := s.do(exitDone, "dispute", "approve", "D-1")
	require.Contains(t, approved, "D-1: invalid (valid 0.00, denied 200.00")
	require.Contains(t, approved, "closed")

	s.do(exitDone, "dispute", "limits", "--role", "admin", "--kind", "refund", "--amount", "1")
	s.do(exitDone, "dispute", "limits", "--role", "admin", "--kind", "invalid", "--amount", "1")
	require.Contains(t, s.do(exitDone, "dispute", "decide", "D-2", "--kind", "invalid"), "proposed")
	require.Contains(t, s.do(exitRefused, "dispute", "approve", "D-2"), app.CodeApprovalFourEyes)
}
