package app

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/census"
	"arrears/port"
)

// maxTasks is how many tasks one check opens: more of the same is one matter, and one task says how many.
const maxTasks = 50

// many is the subject of the one task for more findings of a check than anyone would go through one by one.
const many = "many"

// finish raises what was found as tasks, closes those of what is no longer found, and writes the end down.
func (s *inspection) finish(ctx context.Context) error {
	err := s.a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		c := s.c
		on, err := businessDate(ctx, tx, now)
		if err != nil {
			return err
		}
		if c.Raised, err = s.raise(ctx, tx, on, now); err != nil {
			return err
		}
		if c.Resolved, err = tx.ResolveFindings(ctx, c.ID, s.unproved(), now); err != nil {
			return err
		}
		if c.Counters, err = tx.Counters(ctx); err != nil {
			return err
		}
		c.State, c.FinishedAt = census.Done, &now
		if err := tx.UpdateCensus(ctx, c); err != nil {
			return err
		}
		s.c = c
		return record(ctx, tx, now, engineActor, event{
			action: "census.finished", kind: "census", subject: c.ID, on: on,
			data: map[string]any{
				"found": Findings(c), "raised": c.Raised, "resolved": c.Resolved, "repaired": c.Repaired, "compared": c.Engine,
			},
		})
	})
	if err == nil && s.progress != nil {
		s.progress(s.c)
	}
	return err
}

// unproved are checks of which this census says nothing, or which only a person ends: their tasks stay.
func (s *inspection) unproved() []string {
	var names []string
	for _, check := range census.Checks() {
		if check.Kept || (check.Part.OfEngine() && !s.c.Engine && check.Name != census.NotCompared) {
			names = append(names, check.Name)
		}
	}
	return names
}

// raise opens a task for each finding that has none. Repeated nights do not multiply them.
func (s *inspection) raise(ctx context.Context, tx port.Tx, on calendar.Date, now time.Time) (int64, error) {
	open, err := tx.OpenFindings(ctx)
	if err != nil {
		return 0, err
	}
	list, err := s.toRaise(ctx, tx, now)
	if err != nil {
		return 0, err
	}
	var raised int64
	for _, f := range list {
		if slices.Contains(open, f.Key()) {
			continue
		}
		opened, err := s.raiseOne(ctx, tx, f, on, now)
		if err != nil {
			return 0, err
		}
		if opened {
			raised++
		}
	}
	return raised, nil
}

// toRaise are the findings that someone has to see to; one stands for many of the same check.
func (s *inspection) toRaise(ctx context.Context, tx port.Tx, now time.Time) ([]census.Finding, error) {
	var list, sums []census.Finding
	for page := (port.Page{Limit: port.MaxLimit}); ; {
		found, err := tx.ListFindings(ctx, s.c.ID, page)
		if err != nil {
			return nil, err
		}
		for _, f := range found.Items {
			if !f.Note && f.Subject != many && s.c.Found[f.Check] <= maxTasks {
				list = append(list, f)
			}
		}
		if page.After = found.Next; found.Next == "" {
			break
		}
	}
	for _, check := range census.Checks() {
		if n := s.c.Found[check.Name]; n > maxTasks && !check.Note {
			sums = append(sums, census.Finding{Check: check.Name, Subject: many, Detail: strconv.FormatInt(n, 10) + " in all", FoundAt: now})
		}
	}
	return append(list, sums...), tx.InsertFindings(ctx, s.c.ID, sums)
}

func (s *inspection) raiseOne(ctx context.Context, tx port.Tx, f census.Finding, on calendar.Date, now time.Time) (bool, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return false, err
	}
	check, _ := census.Find(f.Check)
	task := casework.Task{
		ID: id, Kind: census.TaskKind, Dedupe: f.Dedupe(on), CustomerID: f.CustomerID, InvoiceID: f.InvoiceID,
		Role: string(roleFor(f)), Summary: "Not so: " + check.Says + " " + f.Check + " " + f.Subject + ": " + f.Detail,
		DueOn: on, State: casework.TaskOpen, CreatedAt: now, Version: 1,
	}
	opened, err := tx.OpenTask(ctx, task)
	if err != nil || !opened {
		return false, err
	}
	if err := recordTask(ctx, tx, now, engineActor, task, uuid.Nil, "task.opened"); err != nil {
		return false, err
	}
	return true, record(ctx, tx, now, engineActor, event{
		action: "census.finding", kind: "census", subject: s.c.ID, customer: f.CustomerID.UUID, invoice: f.InvoiceID.UUID, on: on,
		data: findingData(f, id),
	})
}

// findingData is what the record keeps of a finding; its detail stands beside it in the census.
func findingData(f census.Finding, task uuid.UUID) map[string]any {
	data := map[string]any{"check": f.Check, "finding": f.Subject, "task_id": task}
	if f.Repair != "" {
		data["repair"] = f.Repair
	}
	return data
}

// roleFor: what belongs to a customer is the supervisor's, the rest whoever runs the installation.
func roleFor(f census.Finding) access.Role {
	if f.CustomerID.Valid {
		return access.Supervisor
	}
	return access.Admin
}
