package pump

import (
	"context"
	"encoding/json"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"arrears/domain/policy"
	"arrears/port"
	"arrears/workflows/contract"
)

// check proves after each step of a case that the record tells the truth: the facts as they were after acting are the
// facts that are read now, and the recorded decision is what Next decides on the recorded facts.
func (p *Pump) check(x *proc) {
	p.t.Helper()
	if !contract.CaseKind(x.kind) {
		return
	}
	p.Read(func(ctx context.Context, tx port.Tx) error {
		files, err := tx.CaseFiles(ctx, uuids(x.subject), p.Now())
		if err != nil || len(files) == 0 {
			return err
		}
		records, err := tx.DecisionsOf(ctx, x.subject)
		if err != nil {
			return err
		}
		last := records[len(records)-1]
		if last.At.Equal(p.Now()) {
			facts := files[0].Facts
			facts.Customer.Channels = last.Facts.Customer.Channels
			if diff := cmp.Diff(facts, last.Facts, cmpopts.EquateEmpty()); diff != "" {
				p.t.Fatalf("decision %d (%s): the facts as read (-) differ from the facts as recorded (+):\n%s", last.Seq, last.CalledFor, diff)
			}
		}
		pinned, err := tx.PinnedPolicy(ctx, last.PolicyVersionID)
		if err != nil {
			return err
		}
		require.JSONEq(p.t, text(p, last.Decision), text(p, policy.Next(pinned, last.Facts, last.At)))
		return nil
	})
}

func text(p *Pump, d policy.Decision) string {
	raw, err := json.Marshal(d)
	require.NoError(p.t, err)
	return string(raw)
}
