package activities_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/activities"
	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/internal/testkit/pump"
	"arrears/notify"
	"arrears/port"
	"arrears/workflows/contract"
)

// short records a receipt that pays an invoice short and says why.
func short(t *testing.T, p *pump.Pump, inv receivable.Invoice, paid, kept int64, reason string) dispute.Dispute {
	t.Helper()
	_, claims, err := p.App.RecordShortPayment(t.Context(), pump.Admin, app.ShortPayment{
		Receipt: app.NewReceipt{
			Source: "bank", Number: "R-" + inv.Number, CustomerID: valid(inv.CustomerID), Currency: inv.Currency, AmountMinor: paid,
			ValueDate:    p.Today(),
			Applications: []app.ReceiptApplication{{InvoiceID: valid(inv.ID), AmountMinor: paid}},
		},
		Claims: []app.ShortPaymentClaim{{InvoiceID: valid(inv.ID), AmountMinor: kept, CustomerReason: reason, ClaimReference: "CB-" + inv.Number}},
	})
	require.NoError(t, err)
	require.Len(t, claims, 1)
	return claims[0]
}

// withheld is an invoice of 1,000.00 that was paid short by 200.00.
func withheld(t *testing.T, p *pump.Pump, change ...func(*app.NewCustomer)) (receivable.Invoice, dispute.Dispute) {
	t.Helper()
	p.Mail.ComposeWith = plain
	inv := p.Invoice(p.Customer("1001", change...), "R1", 1000_00, "2024-01-10")
	return inv, short(t, p, inv, 800_00, 200_00, "shortage")
}

// plain makes mails that are easily read.
func plain(e notify.Envelope) ([]byte, error) {
	text := e.MessageID + "\n" + e.To + "\n" + e.Rendered.Subject + "\n\n" + e.Rendered.Text
	for _, a := range e.Content.Attachments {
		text += "\nattached " + a.Filename + ": " + string(a.Content)
	}
	return []byte(text), nil
}

// deny finds all of a claim invalid, on a document.
func deny(t *testing.T, p *pump.Pump, d dispute.Dispute) dispute.Dispute {
	t.Helper()
	return decide(t, p, d, app.NewDecision{Kind: dispute.DecideInvalid, Evidence: []uuid.UUID{prove(t, p, d)}})
}

// prove gives a claim the evidence that it needs.
func prove(t *testing.T, p *pump.Pump, d dispute.Dispute) uuid.UUID {
	t.Helper()
	proof, err := p.App.StoreDocument(t.Context(), pump.Admin, app.NewDocument{
		CustomerID: valid(d.CustomerID), Kind: "proof_of_delivery", Filename: "proof.txt", MediaType: "text/plain", Content: strings.NewReader("delivered in full"),
	})
	require.NoError(t, err)
	file, err := p.App.DisputeCase(t.Context(), pump.Admin, d.ID)
	require.NoError(t, err)
	for _, e := range file.Evidence {
		if e.Mandatory && e.State != dispute.EvidenceReceived {
			_, err := p.App.AnswerEvidence(t.Context(), pump.Admin, d.ID, e.ID, app.EvidenceAnswer{State: dispute.EvidenceReceived, DocumentID: valid(proof.ID)})
			require.NoError(t, err)
		}
	}
	return proof.ID
}

func decide(t *testing.T, p *pump.Pump, d dispute.Dispute, in app.NewDecision) dispute.Dispute {
	t.Helper()
	if in.Reason == "" {
		in.Reason = "shortage"
	}
	file, err := p.App.DecideDispute(t.Context(), pump.Admin, d.ID, in)
	require.NoError(t, err)
	return file.Dispute
}

func claimCase(t *testing.T, p *pump.Pump, id uuid.UUID) app.DisputeFile {
	t.Helper()
	file, err := p.App.DisputeCase(t.Context(), pump.Admin, id)
	require.NoError(t, err)
	return file
}

// told lists what the customer was written, in short: kind and state.
func told(t *testing.T, p *pump.Pump, id uuid.UUID) []string {
	t.Helper()
	var list []string
	for _, m := range claimCase(t, p, id).Messages {
		list = append(list, m.Kind+" "+m.State)
	}
	return list
}

func mails(p *pump.Pump) []string {
	var all []string
	for _, m := range p.Mail.Messages() {
		all = append(all, string(m.Raw))
	}
	return all
}

func deductionOf(t *testing.T, p *pump.Pump, inv receivable.Invoice) receivable.Item {
	t.Helper()
	for _, it := range p.Items(inv.ID) {
		if it.Kind == receivable.Deduction {
			return it
		}
	}
	t.Fatal("the invoice has no deduction")
	return receivable.Item{}
}

// The engine's names are the domain's.
func TestTheEngineAndTheDomainNameTheSame(t *testing.T) {
	t.Parallel()
	require.Equal(t, contract.WriteToCustomer, dispute.WriteToCustomer)
	require.Equal(t, contract.MeetDeadline, dispute.MeetDeadline)
}

// A short payment is acknowledged, and nobody is reminded of what is in dispute.
func TestAShortPaymentIsAcknowledged(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	require.Equal(t, []string{"acknowledgement sent"}, told(t, p, d.ID))
	require.Len(t, mails(p), 1)
	require.Contains(t, mails(p)[0], "CB-R1")
	require.Contains(t, mails(p)[0], notice.ClaimNumber(d.Number))
	require.Contains(t, mails(p)[0], "EUR 200.00")
	require.True(t, strings.HasPrefix(mails(p)[0], "<claim."))
	next, running := p.Running(contract.KindDispute, d.ID)
	require.True(t, running)
	require.Equal(t, contract.MeetDeadline, next.AtWake)
	p.Through("2024-01-20")
	require.Empty(t, p.Sent(), "the invoice is paid but for the deduction")
}

// The reason of a decision is told in the customer's language while it is called as we ship it; a name of the installation's
// own stands as it is.
func TestTheReasonIsToldInTheCustomersLanguage(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	german := func(c *app.NewCustomer) { c.Language = "de" }
	inv, d := withheld(t, p, german)
	p.RunUntilQuiet()
	require.NotContains(t, mails(p)[0], "Grund:", "nobody has decided yet")
	deny(t, p, d)
	p.RunUntilQuiet()
	all := mails(p)
	require.Contains(t, all[len(all)-1], "Grund: Fehlmenge")
	name := "Short by count"
	require.NoError(t, renamed(t, p, "shortage", name))
	c, err := p.App.Customer(t.Context(), pump.Admin, inv.CustomerID)
	require.NoError(t, err)
	deny(t, p, short(t, p, p.Invoice(c, "R2", 1000_00, "2024-01-10"), 800_00, 200_00, "shortage"))
	p.RunUntilQuiet()
	all = mails(p)
	require.Contains(t, all[len(all)-1], "Grund: "+name)
}

// renamed gives a reason a name of the installation's own.
func renamed(t *testing.T, p *pump.Pump, code, name string) error {
	t.Helper()
	list, err := p.App.ReasonCodes(t.Context(), pump.Admin)
	require.NoError(t, err)
	at := slices.IndexFunc(list, func(c dispute.ReasonCode) bool { return c.Code == code })
	require.GreaterOrEqual(t, at, 0)
	list[at].Name = name
	_, err = p.App.PutReasonCode(t.Context(), pump.Admin, list[at])
	return err
}

// A claim that is denied on day 120 is written about with the evidence. Its collection begins with the first stage of the
// repayment policy, not with all of them at once, and ends with the money; then the claim is closed, too.
func TestADenialIsCollectedFromItsOwnDay(t *testing.T) {
	t.Parallel()
	p := newPump(t, pump.Options{Quick: true})
	inv, d := withheld(t, p)
	p.Through("2024-05-08")
	p.At("2024-05-09") // 120 days after the invoice was due
	d = deny(t, p, d)
	require.Equal(t, dispute.AwaitingRepayment, d.State)
	before := len(mails(p))
	p.RunUntilQuiet()
	require.Len(t, mails(p), before+1)
	denial := mails(p)[before]
	require.Contains(t, denial, "attached proof.txt: delivered in full")
	require.Contains(t, denial, "not accepted")
	require.Contains(t, denial, "EUR 200.00")
	require.Equal(t, "denial sent", told(t, p, d.ID)[len(told(t, p, d.ID))-1])
	item := deductionOf(t, p, inv)
	require.Equal(t, d.PayableBy, item.DueDate)
	require.Equal(t, calendar.MustDate("2024-01-10"), item.AgingDate)
	_, running := p.Running(contract.KindDeduction, item.ID)
	require.False(t, running, "its start is delayed to its first moment")

	p.Through(d.PayableBy.AddDays(8).String())
	sent := p.Sent()
	require.Len(t, sent, 1, "one demand, the first")
	require.EqualValues(t, 200_00, sent[0].Ask)
	require.Equal(t, "R1", sent[0].Invoice)
	demand := mails(p)[before+1]
	require.Contains(t, demand, "Deduction "+notice.ClaimNumber(d.Number))
	require.Contains(t, demand, "your claim CB-R1")
	require.Contains(t, demand, "first due 10 Jan 2024")
	_, running = p.Running(contract.KindDeduction, item.ID)
	require.True(t, running)

	repay(t, p, inv, item, 200_00)
	p.RunUntilQuiet()
	require.Equal(t, dispute.Closed, claimCase(t, p, d.ID).State)
	require.Equal(t, casework.CaseClosed, p.Case(item.ID).State)
	for kind, id := range map[string]uuid.UUID{contract.KindDispute: d.ID, contract.KindDeduction: item.ID} {
		_, running := p.Running(kind, id)
		require.False(t, running, kind)
	}
	require.Zero(t, p.Counters()["asked_too_much"])
}

func repay(t *testing.T, p *pump.Pump, inv receivable.Invoice, item receivable.Item, minor int64) receivable.Receipt {
	t.Helper()
	r, err := p.App.RecordReceipt(t.Context(), pump.Admin, app.NewReceipt{
		Source: "bank", Number: "back-" + item.ID.String(), CustomerID: valid(inv.CustomerID), Currency: inv.Currency, AmountMinor: minor,
		ValueDate: p.Today(), Applications: []app.ReceiptApplication{{ItemID: valid(item.ID), AmountMinor: minor}},
	})
	require.NoError(t, err)
	return r
}

// What is part of the demand's tone and facts: the record of a deduction's case is replayed like any other's.
func TestADeductionsRecordTellsTheTruth(t *testing.T) {
	t.Parallel()
	p := newPump(t) // checks the facts and decisions after each step
	inv, d := withheld(t, p)
	p.RunUntilQuiet()
	d = deny(t, p, d)
	p.Through(d.PayableBy.AddDays(20).String())
	require.Len(t, p.Sent(), 2)
	item := deductionOf(t, p, inv)
	found := p.Case(item.ID)
	require.Equal(t, contract.KindDeduction, found.Kind)
	p.Read(func(ctx context.Context, tx port.Tx) error {
		records, err := tx.DecisionsOf(ctx, item.ID)
		require.NoError(t, err)
		require.Len(t, records[0].Facts.Items, 1, "the invoice's own items are another case's")
		return err
	})
}

// A claim without an invoice is collected as well.
func TestAClaimWithoutInvoiceIsWrittenAbout(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	p.Mail.ComposeWith = plain
	c := p.Customer("1001")
	inv := p.Invoice(c, "R1", 1000_00, "2024-01-10")
	_, claims, err := p.App.RecordShortPayment(t.Context(), pump.Admin, app.ShortPayment{
		Receipt: app.NewReceipt{
			Source: "bank", Number: "R", CustomerID: valid(c.ID), Currency: "EUR", AmountMinor: 900_00, ValueDate: p.Today(),
			Applications: []app.ReceiptApplication{{InvoiceID: valid(inv.ID), AmountMinor: 1000_00}},
		},
		Claims: []app.ShortPaymentClaim{{AmountMinor: 100_00, CustomerReason: "shortage", ClaimReference: "AD-9"}},
	})
	require.NoError(t, err)
	p.RunUntilQuiet()
	d := deny(t, p, claims[0])
	p.Through(d.PayableBy.AddDays(8).String())
	require.Equal(t, []string{"acknowledgement sent", "denial sent"}, told(t, p, d.ID))
	require.Len(t, p.Sent(), 1)
	require.Empty(t, p.Sent()[0].Invoice)
	last := mails(p)[len(mails(p))-1]
	require.Contains(t, last, "Deduction "+notice.ClaimNumber(d.Number)+", your claim AD-9")
	for _, task := range p.Tasks("") {
		require.False(t, task.InvoiceID.Valid && task.InvoiceID.UUID == d.Parts[0].ItemID.UUID, "no invoice has the item's id")
	}
	_, running := p.Running(contract.KindDeduction, d.Parts[0].ItemID.UUID)
	require.True(t, running)
}

// A denial that no longer stands when it would be sent is not said.
func TestADenialThatFellIsNotSaid(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	deny(t, p, d)
	_, err := p.App.AppealDispute(t.Context(), pump.Boss, d.ID, app.Appeal{AmountMinor: 200_00, Reason: "new papers"})
	require.NoError(t, err)
	p.RunUntilQuiet()
	require.Equal(t, []string{"acknowledgement sent", "denial withdrawn"}, told(t, p, d.ID))
	require.Len(t, mails(p), 1)
}

// A refused address moves the message to the next contact, and at last to a person.
func TestAMessageFindsAnotherContact(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	p.Mail.Answer = answers(notice.RefusedAddress, notice.RefusedAddress)
	_, d := withheld(t, p, func(in *app.NewCustomer) {
		in.Contacts = append(in.Contacts, app.NewContact{Role: receivable.RoleManagement, Email: "boss@1001.example"})
	})
	p.RunUntilQuiet()
	require.Equal(t, []string{"acknowledgement refused"}, told(t, p, d.ID))
	require.Equal(t, "accounts@1001.example", p.Mail.Messages()[0].To)
	require.Equal(t, "boss@1001.example", p.Mail.Messages()[1].To)
	require.Len(t, p.Tasks("bad_address"), 2)
	require.Len(t, p.Tasks("dispute_message"), 1)
	require.Equal(t, valid(d.ID), p.Tasks("dispute_message")[0].DisputeID)
}

// The answer was lost: unchanged facts send the same bytes again, and that is counted.
func TestALostAnswerSendsTheSameMessageAgain(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	p.Mail.Answer = answers(notice.Temporary, notice.Unknown, notice.Accepted)
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	sent := p.Mail.Messages()
	require.Len(t, sent, 3)
	require.Equal(t, sent[1], sent[2])
	require.Equal(t, []string{"acknowledgement sent"}, told(t, p, d.ID))
	require.EqualValues(t, 1, p.Counters()["message_resent_same_bytes"])
	require.Equal(t, 3, claimCase(t, p, d.ID).Messages[0].Attempts)
}

// The answer was lost and what was said is no longer so: it is withdrawn, and what is so is written in another message.
func TestALostAnswerWithOtherFactsIsWrittenAnew(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv, d := withheld(t, p)
	p.RunUntilQuiet()
	p.Mail.Answer = func(notify.Message) notify.Outcome {
		if len(p.Mail.Messages()) == 2 {
			repay(t, p, inv, deductionOf(t, p, inv), 50_00)
			return notify.Outcome{Kind: notice.Unknown}
		}
		return notify.Outcome{Kind: notice.Accepted}
	}
	deny(t, p, d)
	p.RunUntilQuiet()
	require.Equal(t, []string{"acknowledgement sent", "denial withdrawn", "denial sent"}, told(t, p, d.ID))
	require.Contains(t, mails(p)[2], "EUR 150.00")
	require.EqualValues(t, 1, p.Counters()["message_withdrawn_in_sending"])
	require.Zero(t, p.Counters()["message_resent_same_bytes"])
}

// Without a mail server a person writes.
func TestWithoutAMailServerAPersonWrites(t *testing.T) {
	t.Parallel()
	p := newPump(t, pump.Options{Channels: map[receivable.Channel]activities.Channel{receivable.Letter: &letterOnly{}}})
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	require.Equal(t, []string{"acknowledgement refused"}, told(t, p, d.ID))
	require.Len(t, p.Tasks("dispute_message"), 1)
}

type letterOnly struct{ activities.Channel }
