package dispute_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
)

// decisionOn makes one with its parts allocated.
func decisionOn(t *testing.T, d Dispute, kind DecisionKind, valid, denied, conceded int64) Decision {
	t.Helper()
	dec := Decision{
		ID: newID(), DisputeID: d.ID, Kind: kind, ValidMinor: valid, DeniedMinor: denied, ConcededMinor: conceded, Reason: "shortage",
		State: DecisionInForce, DecidedBy: "ada", DecidedAt: noon,
	}
	var err error
	if dec.Denies(d) {
		dec.Parts, err = AllocateDenied(d.Parts, conceded)
	} else {
		dec.Parts, err = Allocate(d.Parts, valid, denied, conceded)
	}
	require.NoError(t, err)
	return dec
}

func TestDecisionsThatFit(t *testing.T) {
	t.Parallel()
	d := claim(80, 40)
	for name, dec := range map[string]Decision{
		"valid":                 decisionOn(t, d, DecideValid, 120, 0, 0),
		"invalid":               decisionOn(t, d, DecideInvalid, 0, 120, 0),
		"partially":             decisionOn(t, d, DecidePartially, 100, 20, 0),
		"settled":               decisionOn(t, d, DecideSettle, 0, 0, 120),
		"settled, rest denied":  decisionOn(t, d, DecideSettle, 0, 70, 50),
		"settled in three ways": decisionOn(t, d, DecideSettle, 60, 30, 30),
		"earned":                decisionOn(t, d, DecideEarned, 0, 0, 120),
		"tolerated":             decisionOn(t, d, DecideTolerance, 0, 0, 120),
	} {
		require.NoError(t, CheckDecision(d, dec, nil), name)
	}
	require.NoError(t, d.Parts[0].Deny(80))
	require.NoError(t, d.Parts[1].Uphold(40))
	require.NoError(t, CheckDecision(d, decisionOn(t, d, DecideGiveUp, 0, 0, 50), nil), "a part of what was denied")
	require.NoError(t, CheckDecision(d, decisionOn(t, d, DecideSettle, 0, 0, 80), nil))
}

func TestDecisionsThatDoNotFit(t *testing.T) {
	t.Parallel()
	d := claim(80, 40)
	good := decisionOn(t, d, DecidePartially, 100, 20, 0)
	for name, c := range map[string]struct {
		spoil func(*Decision)
		code  string
	}{
		"unknown kind":         {func(dec *Decision) { dec.Kind = "whatever" }, CodeDecisionInvalid},
		"no reason":            {func(dec *Decision) { dec.Reason = "" }, CodeReasonUnknown},
		"unknown reason":       {func(dec *Decision) { dec.Reason = Unknown }, CodeReasonUnknown},
		"valid, but not":       {func(dec *Decision) { dec.Kind = DecideValid }, CodeDecisionInvalid},
		"invalid, but not":     {func(dec *Decision) { dec.Kind = DecideInvalid }, CodeDecisionInvalid},
		"nothing denied":       {func(dec *Decision) { dec.ValidMinor, dec.DeniedMinor = 120, 0 }, CodeDecisionInvalid},
		"a concession in it":   {func(dec *Decision) { dec.ValidMinor, dec.ConcededMinor = 90, 10 }, CodeDecisionInvalid},
		"settled for nothing":  {func(dec *Decision) { dec.Kind = DecideSettle }, CodeDecisionInvalid},
		"tolerated, but not":   {func(dec *Decision) { dec.Kind = DecideTolerance }, CodeDecisionInvalid},
		"negative":             {func(dec *Decision) { dec.ValidMinor = -1 }, CodeDecisionInvalid},
		"beyond the claim":     {func(dec *Decision) { dec.ValidMinor = 1 << 62 }, CodeDecisionInvalid},
		"too much":             {func(dec *Decision) { dec.DeniedMinor = 21 }, CodeExceedsUndecided},
		"too little":           {func(dec *Decision) { dec.DeniedMinor = 19 }, CodeNotWhole},
		"parts left out":       {func(dec *Decision) { dec.Parts = dec.Parts[:1] }, CodeDecisionInvalid},
		"a part twice":         {func(dec *Decision) { dec.Parts = append(dec.Parts, dec.Parts[0]) }, CodeDecisionInvalid},
		"a part of another":    {func(dec *Decision) { dec.Parts[0].PartID = newID() }, CodeDecisionInvalid},
		"a negative part":      {func(dec *Decision) { dec.Parts[0].ValidMinor, dec.Parts[1].ValidMinor = -1, 101 }, CodeDecisionInvalid},
		"more than a part has": {func(dec *Decision) { dec.Parts[0].ValidMinor, dec.Parts[1].ValidMinor = 81, 19 }, CodeDecisionInvalid},
		"nothing to give up":   {func(dec *Decision) { *dec = Decision{Kind: DecideGiveUp, ConcededMinor: 1, Reason: "shortage"} }, CodeExceedsDenied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dec := good
			dec.Parts = append([]PartDecision{}, good.Parts...)
			c.spoil(&dec)
			requireCode(t, c.code, CheckDecision(d, dec, nil))
		})
	}
}

func TestMandatoryEvidence(t *testing.T) {
	t.Parallel()
	d := claim(100)
	valid, invalid := decisionOn(t, d, DecideValid, 100, 0, 0), decisionOn(t, d, DecideInvalid, 0, 100, 0)
	partially, settled := decisionOn(t, d, DecidePartially, 50, 50, 0), decisionOn(t, d, DecideSettle, 0, 50, 50)
	for state, want := range map[EvidenceState][3]bool{ // valid, invalid, partially valid
		EvidenceNeeded:    {false, false, false},
		EvidenceRequested: {false, false, false},
		EvidenceReceived:  {true, true, true},
		EvidenceWaived:    {true, true, true},
		EvidenceNotFound:  {true, false, false}, // what we cannot refute may be valid
	} {
		evidence := []Evidence{{DocumentKind: "bill_of_lading", State: EvidenceNeeded}, {DocumentKind: "proof_of_delivery", Mandatory: true, State: state}}
		for i, dec := range []Decision{valid, invalid, partially} {
			err := CheckDecision(d, dec, evidence)
			if want[i] {
				require.NoError(t, err, "%s %s", state, dec.Kind)
				continue
			}
			requireCode(t, CodeEvidenceMissing, err)
			requireFields(t, err, "proof_of_delivery "+string(state))
		}
		require.NoError(t, CheckDecision(d, settled, evidence), "peace needs no proof")
	}
}

func TestTheContentHashIsAboutTheContent(t *testing.T) {
	t.Parallel()
	d := claim(80, 40)
	dec := decisionOn(t, d, DecidePartially, 100, 20, 0)
	dec.Comment, dec.Evidence, dec.PayableBy = "3 cartons came", []uuid.UUID{newID(), newID()}, date("2026-04-01")
	hash := ContentHash(dec)
	for name, change := range map[string]func(*Decision){
		"case":     func(c *Decision) { c.DisputeID = newID() },
		"kind":     func(c *Decision) { c.Kind = DecideSettle },
		"amounts":  func(c *Decision) { c.ValidMinor, c.DeniedMinor = 99, 21 },
		"concede":  func(c *Decision) { c.ConcededMinor = 1 },
		"reason":   func(c *Decision) { c.Reason = "damage" },
		"comment":  func(c *Decision) { c.Comment = "" },
		"evidence": func(c *Decision) { c.Evidence = c.Evidence[:1] },
		"parts":    func(c *Decision) { c.Parts = []PartDecision{c.Parts[0], {PartID: c.Parts[1].PartID, DeniedMinor: 40}} },
		"payable":  func(c *Decision) { c.PayableBy = date("2026-04-02") },
	} {
		changed := dec
		change(&changed)
		require.NotEqual(t, hash, ContentHash(changed), name)
	}
	same := dec
	same.ID, same.Seq, same.State, same.DecidedBy, same.ApprovedBy, same.ApprovalID = newID(), 4, DecisionProposed, "bob", "eve", someID(newID())
	same.Evidence = []uuid.UUID{dec.Evidence[1], dec.Evidence[0]}
	same.Parts = []PartDecision{dec.Parts[1], dec.Parts[0]}
	require.Equal(t, hash, ContentHash(same))
	require.Equal(t, 2, len(dec.Evidence))
	require.Equal(t, ContentHash(Decision{}), ContentHash(Decision{Evidence: []uuid.UUID{}, Parts: []PartDecision{}}))
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	want := []Outcome{Valid, Invalid, PartiallyValid, Settled, Invalid, Earned, Tolerated}
	for i, kind := range DecisionKinds() {
		require.Equal(t, want[i], kind.Outcome(), kind)
	}
}
