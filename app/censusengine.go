package app

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/census"
	"arrears/domain/fault"
	"arrears/port"
	"arrears/workflows/contract"
)

// runningSet is what runs in the engine by its index: sorted ids, sixteen bytes each.
type runningSet struct {
	by     map[census.Part][]uuid.UUID // by the part that compares them
	strays []string                    // to which nothing belongs, as far as was seen while listing
	known  bool                        // the engine told
}

func (r *runningSet) has(part census.Part, id uuid.UUID) bool {
	_, found := slices.BinarySearchFunc(r.by[part], id, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return found
}

// comparedIn is the part that compares the workflows of a kind; empty: none does.
func comparedIn(kind string) census.Part {
	switch kind {
	case contract.KindInvoice, contract.KindDeduction:
		return census.CaseWorkflows
	case contract.KindNotice:
		return census.NoticeWorkflows
	case contract.KindDispute:
		return census.DisputeWorkflows
	}
	return ""
}

// listTries is how often a census asks for the list before it says that the engine cannot be compared.
const listTries = 3

// compare looks at one of the parts that ask the engine. Where it cannot be asked, that is a finding itself.
func (s *inspection) compare(ctx context.Context) error {
	if s.engine == nil {
		return nil
	}
	if s.running == nil {
		if err := s.list(ctx); err != nil {
			return err
		}
	}
	if !s.running.known {
		return nil
	}
	s.c.Engine = true
	if s.c.Part == census.Strays {
		return s.strays(ctx)
	}
	return s.owners(ctx)
}

func (s *inspection) list(ctx context.Context) error {
	var err error
	for range listTries {
		if s.running, err = s.listed(ctx); err == nil || ctx.Err() != nil {
			break
		}
		if err := sleep(ctx, s.a.censusPause); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		s.running.known = true
		return nil
	}
	s.running = &runningSet{}
	s.c.Found[census.NotCompared]++
	return s.keep(ctx, []census.Finding{{Check: census.NotCompared, Subject: "engine", Detail: "not listed"}})
}

// listed reads all running workflows, page by page, and notes those to which nothing belongs.
func (s *inspection) listed(ctx context.Context) (*runningSet, error) {
	r := &runningSet{by: map[census.Part][]uuid.UUID{}}
	for page := []byte(nil); ; {
		ids, next, err := s.engine.RunningWorkflows(ctx, page)
		if err != nil {
			return nil, err
		}
		var mine []string
		for _, text := range ids {
			kind, id, ok := contract.ParseWorkflowID(text)
			if part := comparedIn(kind); ok && part != "" {
				r.by[part] = append(r.by[part], id)
				mine = append(mine, text)
			}
		}
		strays, err := s.straysAmong(ctx, mine)
		if err != nil {
			return nil, err
		}
		r.strays = append(r.strays, strays...)
		if page = next; len(page) == 0 {
			break
		}
	}
	for _, ids := range r.by {
		slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	}
	return r, nil
}

func (s *inspection) straysAmong(ctx context.Context, ids []string) (strays []string, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.a.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		strays, err = tx.Strays(ctx, ids)
		return err
	})
	return strays, err
}

// strays tells of workflows to which nothing belongs. They do no harm: whatever they call finds nothing.
func (s *inspection) strays(ctx context.Context) error {
	for _, ids := range s.running.by {
		s.c.LookedAt[census.Strays] += int64(len(ids))
	}
	var candidates []census.Finding
	for _, id := range s.running.strays {
		candidates = append(candidates, census.Finding{Check: census.StrayWorkflow, Subject: id, Detail: "running"})
	}
	found, err := s.confirm(ctx, candidates, func(ctx context.Context, f census.Finding) ([]census.Finding, error) {
		still, err := s.straysAmong(ctx, []string{f.Subject})
		if err != nil || len(still) == 0 {
			return nil, err
		}
		if runs, err := s.runs(ctx, f.Subject); err != nil || !runs {
			return nil, err
		}
		return []census.Finding{f}, nil
	})
	if err != nil {
		return err
	}
	return s.keep(ctx, found)
}

// owners compares active cases, live claims or notices under way with what runs. The index lags, so the engine itself is asked about
// whatever is not in it.
func (s *inspection) owners(ctx context.Context) error {
	for {
		looked, err := s.looked(ctx, s.c.After, censusPage)
		if err != nil || len(looked) == 0 {
			return err
		}
		candidates, surplus, err := s.missing(ctx, looked)
		if err != nil {
			return err
		}
		found, err := s.confirm(ctx, candidates, s.stillMissing)
		if err != nil {
			return err
		}
		if err := s.wake(ctx, surplus); err != nil {
			return err
		}
		s.c.LookedAt[s.c.Part] += int64(len(looked))
		s.c.After = looked[len(looked)-1].ID
		if err := s.keep(ctx, found); err != nil {
			return err
		}
		if len(looked) < censusPage {
			return nil
		}
	}
}

func (s *inspection) looked(ctx context.Context, after uuid.UUID, limit int) (list []port.Looked, err error) {
	err = s.a.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		list, err = tx.Looked(ctx, s.c.Part, after, limit)
		return err
	})
	return list, err
}

// missing are those that the engine does not run; beyond the bound of findings they are not asked about one by one, but
// woken all the same: a nudge too many does no harm.
func (s *inspection) missing(ctx context.Context, looked []port.Looked) (candidates []census.Finding, surplus []uuid.UUID, err error) {
	check := s.ownerCheck()
	for _, l := range looked {
		if s.running.has(s.c.Part, l.ID) {
			continue
		}
		if s.kept[check]+len(candidates) >= maxKept {
			surplus = append(surplus, l.ID)
			continue
		}
		runs, err := s.runs(ctx, contract.WorkflowID(l.Kind, l.ID))
		if err != nil {
			return nil, nil, err
		}
		if !runs {
			candidates = append(candidates, census.Finding{
				Check: check, Subject: l.ID.String(), CustomerID: someID(l.CustomerID), InvoiceID: l.InvoiceID, Detail: "not running",
			})
		}
	}
	return candidates, surplus, nil
}

// stillMissing asks again: the case is as active as before, no nudge is on its way, and the engine runs nothing.
func (s *inspection) stillMissing(ctx context.Context, f census.Finding) ([]census.Finding, error) {
	id, err := uuid.Parse(f.Subject)
	if err != nil {
		return nil, err
	}
	list, err := s.looked(ctx, before(id), 1)
	if err != nil || len(list) == 0 || list[0].ID != id {
		return nil, err
	}
	if runs, err := s.runs(ctx, contract.WorkflowID(list[0].Kind, id)); err != nil || runs {
		return nil, err
	}
	return []census.Finding{f}, nil
}

// runs asks the engine. One that does not answer is asked again later, with all the rest.
func (s *inspection) runs(ctx context.Context, workflowID string) (bool, error) {
	runs, err := s.engine.Runs(ctx, workflowID)
	if err != nil {
		err = fault.Wrap(err, fault.Unavailable, "engine.unavailable", "the engine does not answer")
	}
	return runs, err
}

func (s *inspection) wake(ctx context.Context, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	s.c.Found[s.ownerCheck()] += int64(len(ids))
	s.c.Repaired += int64(len(ids))
	return s.a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		return wake(ctx, tx, s.c.Part, ids)
	})
}

// wake leaves nudges for what a part compares.
func wake(ctx context.Context, tx port.Tx, part census.Part, ids []uuid.UUID) error {
	switch part {
	case census.CaseWorkflows:
		return tx.NudgeCases(ctx, ids)
	case census.BankFiles:
		for _, id := range ids {
			if err := tx.NudgeBankFile(ctx, id); err != nil {
				return err
			}
		}
		return nil
	case census.DisputeWorkflows:
		for _, id := range ids {
			if err := tx.NudgeDispute(ctx, id); err != nil {
				return err
			}
		}
		return nil
	}
	var nudges []port.Nudge
	for _, id := range ids {
		nudges = append(nudges, noticeNudge(id))
	}
	return tx.Write(ctx, port.Work{Nudges: nudges})
}

func (s *inspection) ownerCheck() string {
	switch s.c.Part {
	case census.NoticeWorkflows:
		return census.NoticeNoWorkflow
	case census.DisputeWorkflows:
		return census.DisputeNoWorkflow
	}
	return census.CaseNoWorkflow
}

// before is the greatest id below this one.
func before(id uuid.UUID) uuid.UUID {
	for i := len(id) - 1; i >= 0; i-- {
		id[i]--
		if id[i] != 0xff {
			break
		}
	}
	return id
}
