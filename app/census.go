package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/census"
	"arrears/domain/fault"
	"arrears/port"
)

// CensusView is a census with the night to which it belongs.
type CensusView struct {
	port.Census
	Findings []census.Finding // the first page
	More     bool             // there are further pages
}

// Findings is how many things must not be: notes do not count.
func Findings(c port.Census) int64 {
	var n int64
	for name, count := range c.Found {
		if check, ok := census.Find(name); !ok || !check.Note {
			n += count
		}
	}
	return n
}

// AskCensus asks for a census now: a worker runs it within seconds. While one waits or runs, that one is answered.
// Error: access.forbidden.
func (a *App) AskCensus(ctx context.Context, who access.Principal) (CensusView, error) {
	if err := access.Require(who, access.PoliciesWrite); err != nil {
		return CensusView{}, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return CensusView{}, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if _, found, err := madeBefore(ctx, tx.Census); err != nil || found {
			return err
		}
		asked, err := tx.AskedCensuses(ctx)
		if err != nil {
			return err
		}
		if len(asked) > 0 {
			id = asked[0].ID
			return nil
		}
		c, err := a.beginAsked(ctx, tx, now, who, id, census.Asked)
		if err != nil {
			return err
		}
		id = c.ID
		return tx.NudgeNightly(ctx, 0)
	})
	if err != nil {
		return CensusView{}, err
	}
	return a.Census(ctx, who, id)
}

func (a *App) beginAsked(ctx context.Context, tx port.Tx, now time.Time, who access.Principal, id uuid.UUID, state census.State) (port.Census, error) {
	house, err := tx.Installation(ctx)
	if err != nil {
		return port.Census{}, err
	}
	c, err := newCensus(census.ByPerson, who.ID, state, today(now, house.TimeZone), now)
	if err != nil {
		return c, err
	}
	c.ID = id
	if err := tx.InsertCensus(ctx, c); err != nil {
		return c, err
	}
	return c, record(ctx, tx, now, who.ID, event{action: "census.asked", kind: "census", subject: c.ID, on: c.BusinessDate, data: map[string]any{}})
}

// RunCensus runs a census in this process and returns it at its end; progress, which may be nil, is told where it stands.
// Error: access.forbidden.
func (a *App) RunCensus(ctx context.Context, who access.Principal, engine port.Workflows, progress func(port.Census)) (CensusView, error) {
	if err := access.Require(who, access.PoliciesWrite); err != nil {
		return CensusView{}, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return CensusView{}, err
	}
	var c port.Census
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) (err error) {
		c, err = a.beginAsked(ctx, tx, now, who, id, census.Running)
		return err
	})
	if err != nil {
		return CensusView{}, err
	}
	if err := a.runCensus(ctx, c, engine, progress); err != nil {
		return CensusView{}, err
	}
	return a.Census(ctx, who, c.ID)
}

// Census shows one with the first of its findings. Errors: access.forbidden, census.not_found.
func (a *App) Census(ctx context.Context, who access.Principal, id uuid.UUID) (CensusView, error) {
	return lookup(ctx, a, who, access.AuditRead, func(ctx context.Context, tx port.Tx) (CensusView, error) {
		c, err := tx.Census(ctx, id)
		if err != nil {
			return CensusView{}, err
		}
		page, err := tx.ListFindings(ctx, id, port.Page{Limit: port.MaxLimit})
		return CensusView{Census: c, Findings: page.Items, More: page.Next != ""}, err
	})
}

// ListCensuses lists, newest first, without findings. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListCensuses(ctx context.Context, who access.Principal, page port.Page) (port.Paged[port.Census], error) {
	return lookup(ctx, a, who, access.AuditRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.Census], error) {
		return tx.ListCensuses(ctx, page)
	})
}

// ListFindings lists what a census found, by check. Errors: access.forbidden, page.bad_cursor, census.not_found.
func (a *App) ListFindings(ctx context.Context, who access.Principal, id uuid.UUID, page port.Page) (port.Paged[census.Finding], error) {
	return lookup(ctx, a, who, access.AuditRead, func(ctx context.Context, tx port.Tx) (port.Paged[census.Finding], error) {
		if _, err := tx.Census(ctx, id); err != nil {
			return port.Paged[census.Finding]{}, err
		}
		return tx.ListFindings(ctx, id, page)
	})
}

// armMissing gives an invoice without a case its case, or makes the case that it has look again.
func (a *App) armMissing(ctx context.Context, invoiceID uuid.UUID) (repair string, err error) {
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if _, err := tx.LockCustomerOf(ctx, invoiceID); err != nil {
			return err
		}
		_, err := tx.Case(ctx, invoiceID)
		switch {
		case err == nil:
			repair = census.Nudged
			return tx.NudgeCases(ctx, []uuid.UUID{invoiceID})
		case fault.KindOf(err) != fault.NotFound:
			return err
		}
		repair = census.Armed
		return a.arm(ctx, tx, now, invoiceID, engineActor)
	})
	return repair, err
}

// businessDate is the installation's civil date.
func businessDate(ctx context.Context, tx port.Tx, now time.Time) (calendar.Date, error) {
	house, err := tx.Installation(ctx)
	return today(now, house.TimeZone), err
}
