package replay

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/domain/audit"
	"arrears/domain/dispute"
	"arrears/domain/money"
	"arrears/port"
	"arrears/workflows/contract"
)

// ClaimReport is what a claim's record proves: the law of its amounts, the way through its states, and that its decisions are
// the ones that were made.
type ClaimReport struct {
	Dispute dispute.Dispute
	Entries []audit.Entry
	// Differs says what is not as it was recorded; nothing when all is.
	Differs []string
	Runs    []Replayed
	Verdict Finding
}

// Dispute proves a claim from its record, and performs the runs of its workflow again. Error: dispute.not_found.
func Dispute(ctx context.Context, store port.Store, engine Histories, shape Shape, id uuid.UUID) (ClaimReport, error) {
	var r ClaimReport
	var decisions []dispute.Decision
	err := store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		if r.Dispute, err = tx.Dispute(ctx, id); err != nil {
			return err
		}
		if decisions, err = tx.ClaimDecisionsOf(ctx, id); err != nil {
			return err
		}
		r.Entries, err = entriesOf(ctx, tx, id)
		return err
	})
	if err != nil {
		return ClaimReport{}, err
	}
	r.Differs = ProveClaim(r.Dispute, decisions, r.Entries)
	runs, err := engine.Histories(ctx, contract.WorkflowID(contract.KindDispute, id))
	if err != nil {
		return ClaimReport{}, err
	}
	r.Verdict = Identical
	if len(r.Differs) > 0 {
		r.Verdict = RecordDiffer
	}
	for _, run := range runs {
		again := shape.replay(run, nil)
		r.Runs = append(r.Runs, again)
		r.Verdict = worse(r.Verdict, again.Finding)
	}
	return r, nil
}

// entriesOf reads everything that was recorded about the claim itself.
func entriesOf(ctx context.Context, tx port.Tx, id uuid.UUID) ([]audit.Entry, error) {
	var all []audit.Entry
	for page := (port.Page{Limit: port.MaxLimit}); ; {
		list, err := tx.ListAudit(ctx, port.AuditFilter{SubjectID: uuid.NullUUID{UUID: id, Valid: true}}, page)
		if err != nil {
			return nil, err
		}
		all = append(all, list.Items...)
		if page.After = list.Next; list.Next == "" {
			return all, nil
		}
	}
}

// ProveClaim says in what a claim, its decisions and its record contradict each other or the laws.
func ProveClaim(d dispute.Dispute, decisions []dispute.Decision, entries []audit.Entry) []string {
	var differs []string
	for _, p := range d.Parts {
		if err := p.Check(); err != nil {
			differs = append(differs, fmt.Sprintf("part %s: the amounts do not add up to what was claimed", p.ID))
		}
	}
	if err := d.Check(); err != nil && len(differs) == 0 {
		differs = append(differs, fmt.Sprintf("the case is %s, and not all of it is settled", d.State))
	}
	for _, dec := range decisions {
		differs = append(differs, proveDecision(d, dec)...)
	}
	return append(differs, proveStates(d, entries)...)
}

// proveDecision recomputes what a decision was bound to.
func proveDecision(d dispute.Dispute, dec dispute.Decision) []string {
	var differs []string
	if dispute.ContentHash(dec) != dec.ContentHash {
		differs = append(differs, fmt.Sprintf("decision %d is not the one that was made: its content has another hash", dec.Seq))
	}
	var valid, denied, conceded int64
	for _, p := range dec.Parts {
		valid, denied, conceded = valid+p.ValidMinor, denied+p.DeniedMinor, conceded+p.ConcededMinor
	}
	if len(dec.Parts) > 0 && (valid != dec.ValidMinor || denied != dec.DeniedMinor || conceded != dec.ConcededMinor) {
		differs = append(differs, fmt.Sprintf("decision %d: its parts do not add up to it", dec.Seq))
	}
	if dec.ApprovedBy != "" && dec.ApprovedBy == dec.DecidedBy {
		differs = append(differs, fmt.Sprintf("decision %d was approved by the one who made it", dec.Seq))
	}
	if whole := valid + denied + conceded; whole > d.ClaimedWhole {
		differs = append(differs, fmt.Sprintf("decision %d is about more than was ever claimed", dec.Seq))
	}
	return differs
}

// acts are what entries about a claim say was done.
func acts() map[string][]dispute.Act {
	return map[string][]dispute.Act{
		"dispute.triaged": {dispute.ActTriage}, "dispute.customer_asked": {dispute.ActAskCustomer},
		"dispute.customer_replied": {dispute.ActCustomerReplies}, "dispute.decision_proposed": {dispute.ActPropose},
		"dispute.decided": {dispute.ActDecide, dispute.ActApprove}, "dispute.approval_refused": {dispute.ActRefuse},
		"dispute.decision_retracted": {dispute.ActRetract}, "dispute.credited": {dispute.ActCredit},
		"dispute.uncredited": {dispute.ActUncredit}, "dispute.submitted": {dispute.ActSubmit},
		"dispute.answered": {dispute.ActAccepted, dispute.ActRefused, dispute.ActNoAnswer}, "dispute.appealed": {dispute.ActAppeal},
		"dispute.split": {dispute.ActSplit}, "dispute.settled": {dispute.ActSettle, dispute.ActApprove},
		"dispute.given_up": {dispute.ActGiveUp, dispute.ActApprove}, "dispute.withdrawn": {dispute.ActWithdraw},
		"dispute.reopened": {dispute.ActReopen}, "dispute.repaid": {dispute.ActRepay}, "dispute.unrepaid": {dispute.ActUnrepay},
		"dispute.voided": {dispute.ActVoid}, "dispute.owed_again": {dispute.ActUnrepay},
	}
}

// proveStates follows the states that were recorded: each act must have been possible in the state before it. An entry that
// neither names nor implies a state leaves open which one followed.
func proveStates(d dispute.Dispute, entries []audit.Entry) []string {
	var differs []string
	was, outcome := dispute.State(""), dispute.Outcome("")
	known := acts()
	for _, e := range entries {
		if e.Action == "dispute.voided" && was == dispute.Closed && !outcome.ByRule() {
			differs = append(differs, fmt.Sprintf("%s at %s was not possible: somebody had decided (%s)", e.Action, e.At.UTC().Format(time.RFC3339), outcome))
		} else if allowed, ok := known[e.Action]; ok && was != "" && !allows(was, allowed) {
			differs = append(differs, fmt.Sprintf("%s at %s was not possible while the case was %s", e.Action, e.At.UTC().Format(time.RFC3339), was))
		}
		next := stateIn(e)
		outcome = outcomeIn(e)
		if _, act := known[e.Action]; next != "" || act {
			was = next
		}
	}
	if was != "" && was != d.State {
		differs = append(differs, fmt.Sprintf("the record ends with %s, the case is %s", was, d.State))
	}
	return differs
}

func allows(s dispute.State, acts []dispute.Act) bool {
	for _, a := range acts {
		if s.Allows(a) {
			return true
		}
	}
	return false
}

// said is what an entry says of the case.
type said struct {
	State   dispute.State
	Outcome dispute.Outcome
	Answer  string
}

func saidBy(e audit.Entry) said {
	var data said
	if json.Unmarshal(e.Data, &data) != nil {
		return said{}
	}
	return data
}

// outcomeIn is the outcome with which an entry ends the case; none where it does not.
func outcomeIn(e audit.Entry) dispute.Outcome {
	if e.Action != "dispute.closed" {
		return ""
	}
	return saidBy(e).Outcome
}

// stateIn is the state that an entry names as the one after it, or that what it tells leads to whatever the amounts are.
func stateIn(e audit.Entry) dispute.State {
	data := saidBy(e)
	if data.State != "" {
		return data.State
	}
	switch e.Action {
	case "dispute.closed":
		return dispute.Closed
	case "dispute.voided":
		return dispute.Void
	case "dispute.customer_asked":
		return dispute.AwaitingCustomer
	case "dispute.customer_replied", "dispute.appealed", "dispute.reopened":
		return dispute.Investigating
	case "dispute.decision_proposed":
		return dispute.AwaitingApproval
	case "dispute.submitted":
		return dispute.Contested
	case "dispute.answered":
		if data.Answer == "refused" {
			return dispute.RefusedByCustomer
		}
	}
	return ""
}

// Write tells the report in words: each entry, where the money is, the runs, the verdict.
func (r ClaimReport) Write(w io.Writer) error {
	var b strings.Builder
	d := r.Dispute
	fmt.Fprintf(&b, "Claim D-%d (%s), %s\n\n", d.Number, d.ID, d.State)
	for _, e := range r.Entries {
		fmt.Fprintf(&b, "  %s  %s by %s%s\n", e.At.UTC().Format(time.RFC3339), e.Action, e.Actor, stateWords(e))
	}
	b.WriteString("\n")
	for _, line := range amountLines(d) {
		b.WriteString("  " + line + "\n")
	}
	for _, run := range r.Runs {
		fmt.Fprintf(&b, "\nRun %s, %d events: %s\n", run.RunID, run.Events, run.Finding)
		if run.Detail != "" {
			fmt.Fprintf(&b, "    %s\n", run.Detail)
		}
	}
	for _, text := range r.Differs {
		fmt.Fprintf(&b, "\nDIFFERS: %s\n", text)
	}
	fmt.Fprintf(&b, "\nVerdict: %s\n", claimVerdicts()[r.Verdict])
	_, err := io.WriteString(w, b.String())
	return err
}

func stateWords(e audit.Entry) string {
	if s := stateIn(e); s != "" {
		return ", then " + strings.ReplaceAll(string(s), "_", " ")
	}
	return ""
}

// amountLines say where every cent of the claim is.
func amountLines(d dispute.Dispute) []string {
	sum := d.Amounts()
	lines := []string{"claimed " + money.Of(sum.ClaimedMinor, d.Currency).Decimal() + " " + string(d.Currency)}
	for _, a := range []struct {
		minor int64
		words string
	}{
		{sum.UndecidedMinor, "undecided"}, {sum.CreditDueMinor, "awaiting its credit memo"}, {sum.CreditedMinor, "credited"},
		{sum.WrittenOffMinor, "written off"}, {sum.RepaidMinor, "repaid"}, {sum.DeniedMinor, "denied and open"}, {sum.WithdrawnMinor, "withdrawn or void"},
	} {
		if a.minor != 0 {
			lines = append(lines, "= "+money.Of(a.minor, d.Currency).Decimal()+" "+a.words)
		}
	}
	return lines
}

func claimVerdicts() map[Finding]string {
	return map[Finding]string{
		Identical:    "Identical: every cent is accounted for, each step was possible, and the decisions are the ones that were made.",
		ShapeChanged: verdicts[ShapeChanged],
		RecordDiffer: "DIFFERS FROM THE RECORD: see above.",
	}
}
