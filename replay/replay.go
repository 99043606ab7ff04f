// Package replay performs a case again from what was recorded, and says whether it comes out the same. Three questions,
// three answers: does today's code still follow the engine's history (shape), do today's rules decide the same on the
// recorded facts (rules), and did the workflow hear what the record says was decided (record)? It changes nothing. cmd
// and tests import it.
package replay

import (
	"context"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/api/history/v1"

	"arrears/domain/policy"
	"arrears/port"
	"arrears/workflows/contract"
)

// Finding is how a decision, a history or a whole case compares with its record, from good to bad.
type Finding string

// The findings.
const (
	Identical    Finding = "identical"
	RuleChanged  Finding = "rule_changed"   // decided by other rules than today's, which decide differently
	RecordDiffer Finding = "record_differs" // same rules, same facts, another decision: the record is not what happened
	ShapeChanged Finding = "shape_changed"  // today's code would not issue the commands of the history
)

// rank orders findings: the verdict of a case is its worst.
var rank = map[Finding]int{Identical: 0, RuleChanged: 1, ShapeChanged: 2, RecordDiffer: 3}

// Run is one run of a case's workflow.
type Run struct {
	ID      string
	History *history.History
}

// Histories fetches the runs of a workflow, oldest first; runs that the engine no longer retains are absent.
type Histories interface {
	Histories(ctx context.Context, workflowID string) ([]Run, error)
}

// Decided is one recorded decision, performed again.
type Decided struct {
	Record  port.DecisionRecord
	Again   policy.Decision
	Finding Finding
	Detail  string // what differs, by field; empty when identical
	Heard   bool   // a run of the workflow was told of it
}

// Replayed is one run, executed again with today's code.
type Replayed struct {
	RunID   string
	Events  int
	Finding Finding
	Detail  string
}

// Report is the outcome for one case.
type Report struct {
	CaseID    uuid.UUID
	Rules     int // today's
	Decisions []Decided
	Runs      []Replayed
	Verdict   Finding
}

// Case replays the collection case of an invoice or of a denied deduction: its decisions from store and its runs from the
// engine. Without runs the decisions alone are judged. Error: case.not_found.
func Case(ctx context.Context, store port.Store, engine Histories, shape Shape, caseID uuid.UUID) (Report, error) {
	var kind string
	r := Report{CaseID: caseID, Rules: policy.RulesVersion, Verdict: Identical}
	if err := store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		c, err := tx.Case(ctx, caseID)
		if err != nil {
			return err
		}
		kind = c.Kind
		records, err := tx.DecisionsOf(ctx, caseID)
		if err != nil {
			return err
		}
		r.Decisions, err = decideAgain(ctx, tx, records)
		return err
	}); err != nil {
		return Report{}, err
	}
	runs, err := engine.Histories(ctx, contract.WorkflowID(kind, caseID))
	if err != nil {
		return Report{}, err
	}
	for _, run := range runs {
		r.Runs = append(r.Runs, shape.replay(run, r.Decisions))
	}
	r.Verdict = r.worst()
	return r, nil
}

func (r *Report) worst() Finding {
	worst := Identical
	for _, d := range r.Decisions {
		worst = worse(worst, d.Finding)
	}
	for _, run := range r.Runs {
		worst = worse(worst, run.Finding)
	}
	return worst
}

func worse(a, b Finding) Finding {
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// decideAgain runs today's rules on the recorded facts, each with the policy version that was pinned.
func decideAgain(ctx context.Context, tx port.Cases, records []port.DecisionRecord) ([]Decided, error) {
	decided := make([]Decided, len(records))
	for i, rec := range records {
		p, err := tx.PinnedPolicy(ctx, rec.PolicyVersionID)
		if err != nil {
			return nil, err
		}
		decided[i] = Decide(p, rec)
		if rec.Seq != i+1 {
			decided[i].Finding, decided[i].Detail = RecordDiffer, "the record has a gap before this decision"
		}
	}
	return decided, nil
}

// Decide performs one recorded decision again under the policy it names.
func Decide(p *policy.Policy, rec port.DecisionRecord) Decided {
	d := Decided{Record: rec, Again: policy.Next(p, rec.Facts, rec.At), Finding: Identical}
	d.Detail = difference(rec.Decision, d.Again)
	switch {
	case d.Detail == "":
	case rec.Decision.Rules != policy.RulesVersion:
		d.Finding = RuleChanged
	default:
		d.Finding = RecordDiffer
	}
	return d
}

// sameInstant compares moments whatever zone they were written in.
func sameInstant(a, b time.Time) bool { return a.Equal(b) }
