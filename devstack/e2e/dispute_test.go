package e2e

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/notice"
	"arrears/replay"
	"arrears/workflows/contract"
)

// claimBudget is how many events the history of a claim that is decided without an appeal may have.
const claimBudget = 60

// A short payment becomes a deduction, which is denied on day 120: the customer gets the denial with the evidence, and then
// the first demand of the repayment policy, not all of them. The repayment closes the case, its collection and both
// workflows.
func TestADeniedDeductionComesBack(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true, Clock: house.Scaled("2026-05-08 18:00", 3*time.Second)}) // a Friday, after hours
	today := h.Today()
	c := h.Customer("7001")
	inv := h.Invoice(c, "S-1", 1_000_00, today.AddDays(-120))
	d := h.ShortPayment(inv, 800_00, 200_00, "Short shipment", "CB-4711")
	require.Equal(t, "shortage", d.Reason)
	h.StartRelay() // now, or an invoice so old might be asked for before its payment is in
	h.StartWorker()
	acknowledged := h.AwaitMails("7001", 1)[0]
	require.Contains(t, acknowledged.Text, "CB-4711")
	require.NotContains(t, acknowledged.Text, "IBAN", "nothing is asked for")

	proof := []byte("%PDF-1.4 signed: received in full")
	d = h.Deny(d, proof)
	denial := h.AwaitMails("7001", 2)[1]
	require.Equal(t, map[string][]byte{"proof.pdf": proof}, denial.Files)
	for _, text := range []string{denial.Text, denial.HTML} {
		for _, said := range []string{"CB-4711", "200.00", "S-1", "IBAN DE00 0000 0000 0000 0000 00", notice.ClaimNumber(d.Number)} {
			require.Contains(t, text, said)
		}
	}
	require.Equal(t, acknowledged.MessageID, denial.Header.Get("In-Reply-To"), "messages about a claim thread")

	demand := h.AwaitMails("7001", 3)[2]
	require.Contains(t, demand.Text, "your claim CB-4711")
	require.Contains(t, demand.Text, "first due")
	require.Empty(t, demand.Header.Get("In-Reply-To"))
	item := h.Deduction(inv)
	require.Equal(t, d.PayableBy, item.DueDate)
	require.Equal(t, today.AddDays(-120), item.AgingDate)
	require.GreaterOrEqual(t, calendar.DateOf(h.Now(), time.UTC), d.PayableBy)

	h.PayItem(item, 200_00)
	h.Until("the claim is closed", func() bool { return h.Claim(d.ID).State == dispute.Closed })
	h.Quiet()
	require.Len(t, h.Mails("7001"), 3, "one stage on its day, not every stage that the age would call for")
	file := h.Claim(d.ID)
	require.EqualValues(t, 200_00, file.Amounts().RepaidMinor)
	collection, err := h.App.Case(t.Context(), house.Clerk, item.ID)
	require.NoError(t, err)
	require.Equal(t, casework.CaseClosed, collection.State)
	require.Equal(t, "completed", h.Status(contract.KindDispute, d.ID))
	require.Equal(t, "completed", h.Status(contract.KindDeduction, item.ID))
	h.Laws()
	events := h.Events(contract.KindDispute, d.ID)
	t.Logf("%d events of the claim, %d of its collection", events, h.Events(contract.KindDeduction, item.ID))
	require.LessOrEqual(t, events, claimBudget)
	requireProven(t, h, d, item.ID)
	record(t, h, "claim_repaid", contract.KindDispute, d.ID)
	record(t, h, "deduction_repaid", contract.KindDeduction, item.ID)
}

// requireProven performs the claim and its collection again from their records.
func requireProven(t *testing.T, h *house.House, d dispute.Dispute, item uuid.UUID) {
	t.Helper()
	claim, err := h.Product.ReplayDispute(t.Context(), h.Engine, d.ID)
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, claim.Write(&text))
	require.Equal(t, replay.Identical, claim.Verdict, text.String())
	require.Len(t, claim.Runs, 1)
	report, err := h.Product.Replay(t.Context(), h.Engine, item)
	require.NoError(t, err)
	text.Reset()
	require.NoError(t, report.Write(&text))
	require.Equal(t, replay.Identical, report.Verdict, text.String())
	require.NotEmpty(t, report.Runs)
}
