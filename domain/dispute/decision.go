package dispute

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/fault"
)

// The codes of this file's errors.
const (
	// CodeEvidenceMissing means that a mandatory piece of evidence is neither there nor waived.
	CodeEvidenceMissing = "dispute.evidence_missing"
	// CodeNotWhole means that a decision leaves a part undecided: it is about the whole claim, which may be split before.
	CodeNotWhole = "dispute.not_whole"
	// CodeDecisionInvalid means a decision whose amounts contradict its kind or each other; its fields say where.
	CodeDecisionInvalid = "dispute.decision_invalid"
)

// DecisionKinds returns all kinds of decisions.
func DecisionKinds() []DecisionKind {
	return []DecisionKind{DecideValid, DecideInvalid, DecidePartially, DecideSettle, DecideGiveUp, DecideEarned, DecideTolerance}
}

// Outcome is that of a claim so decided. Giving up a denied part leaves the claim what it was: invalid.
func (k DecisionKind) Outcome() Outcome {
	switch k {
	case DecideValid:
		return Valid
	case DecidePartially:
		return PartiallyValid
	case DecideSettle:
		return Settled
	case DecideEarned:
		return Earned
	case DecideTolerance:
		return Tolerated
	}
	return Invalid
}

// judges reports whether the decision says who is right; the others give up an amount whoever is.
func (k DecisionKind) judges() bool {
	return k == DecideValid || k == DecideInvalid || k == DecidePartially
}

// CheckDecision refuses a decision that the case does not bear: unknown kind or reason, amounts that contradict its kind,
// exceed what the claim has there or leave something undecided, parts that do not add up to it, and mandatory evidence that
// is missing. Evidence of which a team found none stands in the way of a denial alone. Whether the state allows a decision
// is for Require. Errors: CodeDecisionInvalid, CodeReasonUnknown, CodeExceedsUndecided, CodeExceedsDenied, CodeNotWhole,
// CodeEvidenceMissing.
func CheckDecision(d Dispute, dec Decision, evidence []Evidence) error {
	if !slices.Contains(DecisionKinds(), dec.Kind) {
		return invalidDecision("kind", "field.unknown", "is not one of the allowed values")
	}
	if !codePattern.MatchString(dec.Reason) || dec.Reason == Unknown {
		return fault.New(fault.Invalid, CodeReasonUnknown, "a decision names one of the reason codes")
	}
	if err := checkAmounts(d.Amounts(), dec); err != nil {
		return err
	}
	if err := checkParts(d, dec); err != nil {
		return err
	}
	if missing := Missing(evidence, dec); dec.Kind.judges() && len(missing) > 0 {
		return missingEvidence(missing)
	}
	return nil
}

// Denies reports whether the decision is about what was denied already rather than about what is undecided: a part of it is
// given up, or settled.
func (dec Decision) Denies(d Dispute) bool {
	return dec.Kind == DecideGiveUp || dec.Kind == DecideSettle && d.Amounts().UndecidedMinor == 0
}

func checkAmounts(a Amounts, dec Decision) error {
	valid, denied, conceded := dec.ValidMinor, dec.DeniedMinor, dec.ConcededMinor
	if valid < 0 || denied < 0 || conceded < 0 || valid > a.ClaimedMinor || denied > a.ClaimedMinor || conceded > a.ClaimedMinor {
		return invalidDecision("", "field.out_of_range", "an amount is negative or exceeds the claim")
	}
	var fits bool
	switch dec.Kind {
	case DecideValid:
		fits = valid > 0 && denied == 0 && conceded == 0
	case DecideInvalid:
		fits = valid == 0 && denied > 0 && conceded == 0
	case DecidePartially:
		fits = valid > 0 && denied > 0 && conceded == 0
	case DecideSettle:
		fits = conceded > 0 && (a.UndecidedMinor > 0 || valid == 0 && denied == 0)
	default:
		fits = valid == 0 && denied == 0 && conceded > 0
	}
	if !fits {
		return invalidDecision("kind", "amounts", "does not fit the amounts")
	}
	if dec.Kind == DecideGiveUp || dec.Kind == DecideSettle && a.UndecidedMinor == 0 {
		if conceded > a.DeniedMinor {
			return fault.New(fault.Conflict, CodeExceedsDenied, "the amount exceeds what the claim has there")
		}
		return nil
	}
	switch sum := valid + denied + conceded; {
	case sum > a.UndecidedMinor:
		return fault.New(fault.Conflict, CodeExceedsUndecided, "the amount exceeds what the claim has there")
	case sum < a.UndecidedMinor:
		return fault.New(fault.Conflict, CodeNotWhole, "a decision is about all that is undecided")
	}
	return nil
}

// checkParts proves that the parts say the same as the sums, part by part within what it has there.
func checkParts(d Dispute, dec Decision) error {
	var sum PartDecision
	seen := map[uuid.UUID]bool{}
	for _, p := range dec.Parts {
		at := slices.IndexFunc(d.Parts, func(part Part) bool { return part.ID == p.PartID })
		if at < 0 || seen[p.PartID] {
			return invalidDecision("parts", "field.unknown", "names a part twice or one of another claim")
		}
		seen[p.PartID] = true
		if p.ValidMinor < 0 || p.DeniedMinor < 0 || p.ConcededMinor < 0 {
			return invalidDecision("parts", "field.out_of_range", "an amount is negative")
		}
		has, want := d.Parts[at].UndecidedMinor, p.ValidMinor+p.DeniedMinor+p.ConcededMinor
		if dec.Denies(d) {
			has = d.Parts[at].DeniedMinor
		}
		if want > has {
			return invalidDecision("parts", CodeExceedsUndecided, "a part has less than that")
		}
		sum.ValidMinor += p.ValidMinor
		sum.DeniedMinor += p.DeniedMinor
		sum.ConcededMinor += p.ConcededMinor
	}
	if sum != (PartDecision{ValidMinor: dec.ValidMinor, DeniedMinor: dec.DeniedMinor, ConcededMinor: dec.ConcededMinor}) {
		return invalidDecision("parts", "sum", "do not add up to the decision")
	}
	return nil
}

func invalidDecision(path, code, message string) error {
	return fault.Fields(CodeDecisionInvalid, "the decision is not valid", fault.Field{Path: path, Code: code, Message: message})
}

// Missing are the mandatory pieces of evidence that stand in the way of a decision: those that are neither there nor waived,
// and for a decision that denies something also those of which a team found none.
func Missing(evidence []Evidence, dec Decision) []Evidence {
	var list []Evidence
	for _, e := range evidence {
		switch {
		case !e.Mandatory, e.State == EvidenceReceived, e.State == EvidenceWaived:
		case e.State == EvidenceNotFound && dec.DeniedMinor == 0:
		default:
			list = append(list, e)
		}
	}
	return list
}

func missingEvidence(missing []Evidence) error {
	fields := make([]fault.Field, len(missing))
	for i, e := range missing {
		fields[i] = fault.Field{Path: e.DocumentKind, Code: string(e.State), Message: "is mandatory and not there"}
	}
	return &fault.Error{Kind: fault.Conflict, Code: CodeEvidenceMissing, Message: "mandatory evidence is missing", Fields: fields}
}

// ContentHash is the SHA-256 of what a decision decides: who approves it approves that and nothing else. Who decided, when
// and what became of the decision is no part of it, nor is the order of parts and documents.
func ContentHash(dec Decision) [32]byte {
	content := struct {
		Dispute                 uuid.UUID
		Kind                    DecisionKind
		Valid, Denied, Conceded int64
		Reason, Comment         string
		Evidence                []uuid.UUID
		Parts                   []PartDecision
		PayableBy               calendar.Date
	}{
		Dispute: dec.DisputeID, Kind: dec.Kind, Valid: dec.ValidMinor, Denied: dec.DeniedMinor, Conceded: dec.ConcededMinor,
		Reason: dec.Reason, Comment: dec.Comment, Evidence: append([]uuid.UUID{}, dec.Evidence...),
		Parts: append([]PartDecision{}, dec.Parts...), PayableBy: dec.PayableBy,
	}
	slices.SortFunc(content.Evidence, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	slices.SortFunc(content.Parts, func(a, b PartDecision) int { return bytes.Compare(a.PartID[:], b.PartID[:]) })
	text, err := json.Marshal(content)
	if err != nil { // nothing in it can fail to be written
		return [32]byte{}
	}
	return sha256.Sum256(text)
}
