package replay_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/audit"
	"arrears/domain/dispute"
	"arrears/replay"
)

var claimDay = time.Date(2026, 5, 11, 9, 0, 0, 0, time.UTC)

// denied is a claim of 200.00 of which 120.00 was credited and 80.00 denied, with its decision.
func denied() (dispute.Dispute, dispute.Decision) {
	part := dispute.Part{ID: uuid.MustParse("01890000-0000-7000-8000-000000000010"), Amounts: dispute.Claim(200_00)}
	part.UndecidedMinor, part.CreditedMinor, part.DeniedMinor = 0, 120_00, 80_00
	d := dispute.Dispute{
		ID: uuid.MustParse("01890000-0000-7000-8000-000000000011"), Number: 17, Kind: dispute.Deduction, Currency: "EUR",
		State: dispute.AwaitingRepayment, ClaimedWhole: 200_00, Parts: []dispute.Part{part},
	}
	dec := dispute.Decision{
		ID: uuid.MustParse("01890000-0000-7000-8000-000000000012"), DisputeID: d.ID, Seq: 1, Kind: dispute.DecidePartially,
		ValidMinor: 120_00, DeniedMinor: 80_00, Reason: "shortage", State: dispute.DecisionInForce, DecidedBy: "ana", ApprovedBy: "boss",
		Parts: []dispute.PartDecision{{PartID: part.ID, ValidMinor: 120_00, DeniedMinor: 80_00}},
	}
	dec.ContentHash = dispute.ContentHash(dec)
	return d, dec
}

// happened is an entry about the claim; an empty state is none.
func happened(n int, action string, state dispute.State) audit.Entry {
	data := "{}"
	if state != "" {
		data = fmt.Sprintf(`{"state":%q}`, state)
	}
	return audit.Entry{ID: fmt.Sprint(n), At: claimDay.Add(time.Duration(n) * time.Hour), Actor: "ana", Action: action, Data: []byte(data)}
}

func story() []audit.Entry {
	return []audit.Entry{
		happened(0, "dispute.opened", dispute.Investigating), happened(1, "dispute.message_sent", dispute.Investigating),
		happened(2, "dispute.decided", ""), happened(3, "dispute.credited", dispute.AwaitingRepayment),
	}
}

func TestAClaimWhoseRecordIsTrueIsProven(t *testing.T) {
	t.Parallel()
	d, dec := denied()
	require.Empty(t, replay.ProveClaim(d, []dispute.Decision{dec}, story()))
}

// Whatever was altered is noticed.
func TestAnAlteredClaimIsNoticed(t *testing.T) {
	t.Parallel()
	for name, alter := range map[string]func(d *dispute.Dispute, dec *dispute.Decision, entries *[]audit.Entry){
		"an amount":        func(d *dispute.Dispute, _ *dispute.Decision, _ *[]audit.Entry) { d.Parts[0].DeniedMinor -= 10_00 },
		"closed too early": func(d *dispute.Dispute, _ *dispute.Decision, e *[]audit.Entry) { d.State, *e = dispute.Closed, nil },
		"the decision":     func(_ *dispute.Dispute, dec *dispute.Decision, _ *[]audit.Entry) { dec.Comment = "other words" },
		"its parts": func(_ *dispute.Dispute, dec *dispute.Decision, _ *[]audit.Entry) {
			dec.Parts[0].ValidMinor -= 1
			rehash(dec)
		},
		"approved by oneself": func(_ *dispute.Dispute, dec *dispute.Decision, _ *[]audit.Entry) { dec.ApprovedBy = dec.DecidedBy },
		"more than claimed":   func(d *dispute.Dispute, _ *dispute.Decision, _ *[]audit.Entry) { d.ClaimedWhole = 100_00 },
		"an impossible step": func(_ *dispute.Dispute, _ *dispute.Decision, e *[]audit.Entry) {
			*e = append(*e, happened(4, "dispute.triaged", dispute.AwaitingRepayment))
		},
		"another end": func(_ *dispute.Dispute, _ *dispute.Decision, e *[]audit.Entry) {
			*e = append(*e, happened(4, "dispute.submitted", dispute.Contested))
		},
	} {
		d, dec := denied()
		entries := story()
		alter(&d, &dec, &entries)
		require.Len(t, replay.ProveClaim(d, []dispute.Decision{dec}, entries), 1, name)
	}
}

// ended is an entry that closed the case with an outcome.
func ended(n int, outcome dispute.Outcome) audit.Entry {
	e := happened(n, "dispute.closed", "")
	e.Data = []byte(fmt.Sprintf(`{"outcome":%q}`, outcome))
	return e
}

// What a rule closed by itself is void with its receipt; what a person decided never is, and nothing happens to a void case.
func TestWhatMayBeVoid(t *testing.T) {
	t.Parallel()
	part := dispute.Part{Amounts: dispute.Claim(4_00)}
	part.UndecidedMinor, part.WithdrawnMinor = 0, 4_00
	d := dispute.Dispute{State: dispute.Void, ClaimedWhole: 4_00, Parts: []dispute.Part{part}}
	began, voided := happened(0, "dispute.opened", ""), happened(3, "dispute.voided", "")
	for name, c := range map[string]struct {
		entries []audit.Entry
		wrong   int
	}{
		"undecided":             {[]audit.Entry{happened(0, "dispute.opened", dispute.Investigating), voided}, 0},
		"tolerated":             {[]audit.Entry{began, happened(1, "dispute.decided", ""), ended(2, dispute.Tolerated), voided}, 0},
		"an earned discount":    {[]audit.Entry{began, happened(1, "dispute.decided", ""), ended(2, dispute.Earned), voided}, 0},
		"settled by a person":   {[]audit.Entry{began, happened(1, "dispute.settled", ""), ended(2, dispute.Settled), voided}, 1},
		"denied":                {[]audit.Entry{began, happened(1, "dispute.decided", ""), happened(2, "dispute.message_sent", dispute.AwaitingRepayment), voided}, 1},
		"void, and then repaid": {[]audit.Entry{began, voided, happened(4, "dispute.repaid", "")}, 1},
		"not void after all":    {[]audit.Entry{began, voided, happened(4, "dispute.linked", dispute.Investigating)}, 1},
	} {
		require.Len(t, replay.ProveClaim(d, nil, c.entries), c.wrong, name)
	}
}

// What an entry implies is held against what follows, without a state in its data.
func TestStatesThatAnEntryImplies(t *testing.T) {
	t.Parallel()
	d, dec := denied()
	refused := happened(5, "dispute.answered", "")
	refused.Data = []byte(`{"answer":"refused"}`)
	for name, c := range map[string]struct {
		more  []audit.Entry
		wrong int
	}{
		"asked twice":           {[]audit.Entry{happened(4, "dispute.customer_asked", "")}, 2}, // not possible, and not where the case is
		"answered unasked":      {[]audit.Entry{happened(4, "dispute.answered", "")}, 1},
		"submitted, then again": {[]audit.Entry{happened(4, "dispute.submitted", ""), happened(5, "dispute.submitted", "")}, 2},
		"refused":               {[]audit.Entry{happened(4, "dispute.submitted", ""), refused}, 1}, // the case awaits repayment
		"closed, owed again":    {[]audit.Entry{happened(4, "dispute.given_up", ""), ended(5, dispute.Invalid), happened(6, "dispute.owed_again", "")}, 0},
		"proposed, refused":     {[]audit.Entry{happened(4, "dispute.decision_proposed", ""), happened(5, "dispute.approval_refused", "")}, 0},
		"appealed, triaged":     {[]audit.Entry{happened(4, "dispute.appealed", ""), happened(5, "dispute.triaged", "")}, 0},
		"still closed":          {[]audit.Entry{ended(4, dispute.Invalid)}, 1},
	} {
		require.Len(t, replay.ProveClaim(d, []dispute.Decision{dec}, append(story(), c.more...)), c.wrong, name)
	}
}

func rehash(dec *dispute.Decision) { dec.ContentHash = dispute.ContentHash(*dec) }

// The report says in words what happened and where every cent is.
func TestTheReportOfAClaimIsInWords(t *testing.T) {
	t.Parallel()
	d, _ := denied()
	r := replay.ClaimReport{
		Dispute: d, Entries: story(), Verdict: replay.RecordDiffer, Differs: []string{"something"},
		Runs: []replay.Replayed{{RunID: "run", Events: 12, Finding: replay.ShapeChanged, Detail: "another path"}},
	}
	var text bytes.Buffer
	require.NoError(t, r.Write(&text))
	for _, said := range []string{
		"Claim D-17", "awaiting_repayment", "dispute.credited by ana, then awaiting repayment", "claimed 200.00 EUR", "= 120.00 credited",
		"= 80.00 denied and open", "DIFFERS: something", "Run run, 12 events: shape_changed", "another path", "Verdict: DIFFERS",
	} {
		require.Contains(t, text.String(), said)
	}
	r.Verdict, r.Differs = replay.Identical, nil
	text.Reset()
	require.NoError(t, r.Write(&text))
	require.Contains(t, text.String(), "every cent is accounted for")
}
