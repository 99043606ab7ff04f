package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/census"
	"arrears/port"
)

// The bounds of a census.
const (
	censusPage  = 5000            // rows looked at in one statement: tens of milliseconds, and no lock for longer
	maxKept     = 200             // findings of one check that are looked at again and kept; more are only counted
	censusPause = 2 * time.Second // real time before what was found is looked at again: a running change is no finding
)

// inspection is one census under way.
type inspection struct {
	a        *App
	c        port.Census
	engine   port.Workflows
	progress func(port.Census)
	kept     map[string]int // findings by check
	running  *runningSet
}

// runCensus goes through the parts from where the census stands, and raises what it found.
func (a *App) runCensus(ctx context.Context, c port.Census, engine port.Workflows, progress func(port.Census)) error {
	s := &inspection{a: a, c: c, engine: engine, progress: progress, kept: map[string]int{}}
	s.begin()
	for s.c.Part = orFirst(c.Part); s.c.Part != ""; s.c.Part, s.c.After = s.c.Part.Next(), uuid.Nil {
		if err := s.look(ctx); err != nil {
			return err
		}
	}
	return s.finish(ctx)
}

func orFirst(p census.Part) census.Part {
	if p == "" {
		return p.Next()
	}
	return p
}

func (s *inspection) begin() {
	if s.c.LookedAt == nil {
		s.c.LookedAt = map[census.Part]int64{}
	}
	if s.c.Found == nil {
		s.c.Found = map[string]int64{}
	}
	for name, n := range s.c.Found {
		s.kept[name] = int(n)
	}
	s.c.State = census.Running
}

// look goes through one part.
func (s *inspection) look(ctx context.Context) error {
	switch {
	case s.c.Part.OfEngine():
		return s.compare(ctx)
	case s.c.Part == census.Whole:
		return s.whole(ctx)
	case s.c.Part == census.Documents:
		return s.documents(ctx)
	}
	for {
		page, err := s.page(ctx)
		if err != nil || page.Rows == 0 {
			return err
		}
		found, err := s.confirm(ctx, page.Found, s.row)
		if err != nil {
			return err
		}
		s.c.LookedAt[s.c.Part] += int64(page.Rows)
		s.c.After = page.Last
		if err := s.keep(ctx, found); err != nil {
			return err
		}
		if page.Rows < censusPage {
			return nil
		}
	}
}

func (s *inspection) page(ctx context.Context) (page port.CensusPage, err error) {
	err = s.read(ctx, func(ctx context.Context, tx port.Tx, b census.Bounds) error {
		page, err = tx.CensusPage(ctx, s.c.Part, s.c.After, censusPage, b)
		return err
	})
	return page, err
}

// row looks at the subject of a finding again, in a transaction of its own.
func (s *inspection) row(ctx context.Context, f census.Finding) (again []census.Finding, err error) {
	id, err := uuid.Parse(f.Subject)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, func(ctx context.Context, tx port.Tx, b census.Bounds) error {
		again, err = tx.CensusRow(ctx, s.c.Part, id, b)
		return err
	})
	return again, err
}

func (s *inspection) read(ctx context.Context, fn func(context.Context, port.Tx, census.Bounds) error) error {
	return s.a.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		clock, err := tx.BusinessClock(ctx)
		if err != nil {
			return err
		}
		return fn(ctx, tx, census.BoundsAt(clock, time.Now()))
	})
}

// confirm looks at each candidate once more after a moment. What is still there is a finding; beyond the bound of a check
// candidates are only counted.
func (s *inspection) confirm(ctx context.Context, candidates []census.Finding, again func(context.Context, census.Finding) ([]census.Finding, error)) ([]census.Finding, error) {
	if len(candidates) == 0 {
		return nil, nil
	}
	if err := sleep(ctx, s.a.censusPause); err != nil {
		return nil, err
	}
	var found []census.Finding
	for _, f := range candidates {
		if s.kept[f.Check] >= maxKept {
			s.c.Found[f.Check]++
			continue
		}
		now, err := again(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, still := range now {
			if still.Check == f.Check && still.Subject == f.Subject {
				found = append(found, still)
				s.kept[f.Check]++
				s.c.Found[f.Check]++
			}
		}
	}
	return found, nil
}

// keep repairs what can be repaired at once, and writes findings and place in one transaction.
func (s *inspection) keep(ctx context.Context, found []census.Finding) error {
	now, err := s.a.clock.Now(ctx)
	if err != nil {
		return err
	}
	for i := range found {
		f := &found[i]
		check, _ := census.Find(f.Check)
		f.FoundAt, f.Note = now.UTC().Truncate(time.Microsecond), check.Note
		if err := s.repair(ctx, f); err != nil {
			return err
		}
	}
	if s.progress != nil {
		s.progress(s.c)
	}
	return s.a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		if err := tx.InsertFindings(ctx, s.c.ID, found); err != nil {
			return err
		}
		return tx.UpdateCensus(ctx, s.c)
	})
}

// repair brings back an owner that is missing or asleep.
func (s *inspection) repair(ctx context.Context, f *census.Finding) error {
	var err error
	switch {
	case f.Check == census.NoOwner && f.InvoiceID.Valid:
		f.Repair, err = s.a.armMissing(ctx, f.InvoiceID.UUID)
	case f.Check == census.CaseLate || f.Check == census.CaseNoWorkflow:
		f.Repair, err = census.Nudged, s.nudge(ctx, f.Subject, census.CaseWorkflows)
	case f.Check == census.DisputeLate || f.Check == census.DisputeNoWorkflow:
		f.Repair, err = census.Nudged, s.nudge(ctx, f.Subject, census.DisputeWorkflows)
	case f.Check == census.BankFileLate:
		f.Repair, err = census.Nudged, s.nudge(ctx, f.Subject, census.BankFiles)
	case f.Check == census.NoticeNoWorkflow:
		f.Repair, err = census.Nudged, s.nudge(ctx, f.Subject, census.NoticeWorkflows)
	}
	if f.Repair != "" {
		s.c.Repaired++
	}
	return err
}

func (s *inspection) nudge(ctx context.Context, subject string, part census.Part) error {
	id, err := uuid.Parse(subject)
	if err != nil {
		return err
	}
	return s.a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		return wake(ctx, tx, part, []uuid.UUID{id})
	})
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
