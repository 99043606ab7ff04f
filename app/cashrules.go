package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/matching"
	"arrears/port"
)

// NewCashRules are rules of matching for the installation, a segment or a customer, as JSON or YAML.
type NewCashRules struct {
	Scope      string // default, segment or customer
	Segment    string
	CustomerID uuid.NullUUID
	Body       []byte
}

// PublishCashRules makes the next version of a set, which never changes. The same content as the latest version answers with
// that one. What it leaves out the next wider set says, at last the shipped rules. Payments that come from now on, and those
// that are looked at again, follow it.
// Errors: access.forbidden, receivable.invalid, matching_rules.invalid, matching_rules.too_large, cash_rules.changed,
// customer.not_found.
func (a *App) PublishCashRules(ctx context.Context, who access.Principal, in NewCashRules) (port.CashRuleSet, error) {
	var made port.CashRuleSet
	if err := access.Require(who, access.CashManage); err != nil {
		return made, err
	}
	scope := NewTriageRules{Scope: in.Scope, Segment: in.Segment, CustomerID: in.CustomerID}
	if err := scope.check(); err != nil {
		return made, err
	}
	rules, err := matching.ReadRules(in.Body)
	if err != nil {
		return made, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return made, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		before, found, err := madeBefore(ctx, tx.CashRules)
		if err != nil || found {
			made = before
			return err
		}
		made, err = in.publish(ctx, tx, now, who.ID, id, rules)
		return err
	})
	return made, err
}

func (in NewCashRules) publish(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID, rules *matching.Rules) (port.CashRuleSet, error) {
	if in.CustomerID.Valid {
		if _, err := tx.Customer(ctx, in.CustomerID.UUID); err != nil {
			return port.CashRuleSet{}, err
		}
	}
	latest, err := tx.LatestCashRules(ctx, in.Scope, in.Segment, in.CustomerID)
	if err != nil || latest.Version > 0 && latest.Hash == rules.Hash() {
		return latest, err
	}
	made := port.CashRuleSet{
		ID: id, Scope: in.Scope, Segment: in.Segment, CustomerID: in.CustomerID, Version: latest.Version + 1, Body: rules.Canonical(),
		Hash: rules.Hash(), CreatedBy: actor, CreatedAt: now,
	}
	if err := tx.InsertCashRules(ctx, made); err != nil {
		return made, err
	}
	return made, record(ctx, tx, now, actor, event{
		action: "cash_rules.published", kind: "cash_rules", subject: made.ID, customer: made.CustomerID.UUID,
		data: map[string]any{"scope": made.Scope, "version": made.Version},
	})
}

// ListCashRules lists all versions of all sets, newest last. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListCashRules(ctx context.Context, who access.Principal, page port.Page) (port.Paged[port.CashRuleSet], error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.CashRuleSet], error) {
		return tx.ListCashRules(ctx, page)
	})
}

// CashRules shows one version. Errors: access.forbidden, cash_rules.not_found.
func (a *App) CashRules(ctx context.Context, who access.Principal, id uuid.UUID) (port.CashRuleSet, error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.CashRuleSet, error) { return tx.CashRules(ctx, id) })
}

// maxRematch bounds how many waiting receipts one transaction looks at again.
const maxRematch = 50

// RematchCash looks again at receipts that wait for a clerk, at most 50 beginning behind a cursor: after the rules changed, an
// alarm was overridden or customers were entered. What is certain by now is applied; it answers with how many were, and the
// next cursor. Errors: access.forbidden, page.bad_cursor.
func (a *App) RematchCash(ctx context.Context, who access.Principal, f port.CashExceptionFilter, after string) (applied int, next string, err error) {
	if err := access.Require(who, access.CashWrite); err != nil {
		return 0, "", err
	}
	f.Kind, f.State = port.ExceptionReceipt, ""
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		applied, next, err = a.rematchPage(ctx, tx, now, who, f, after)
		return err
	})
	return applied, next, err
}

// rematchPage looks at one page of waiting receipts.
func (a *App) rematchPage(ctx context.Context, tx port.Tx, now time.Time, who access.Principal, f port.CashExceptionFilter, after string) (int, string, error) {
	list, err := tx.ListExceptions(ctx, f, port.Page{Limit: maxRematch, After: after})
	if err != nil {
		return 0, "", err
	}
	var free []port.CashException
	for _, e := range list.Items {
		if e.Owner != "" && e.Owner != who.ID { // a clerk is at it
			continue
		}
		free = append(free, e)
	}
	look, err := a.newCash(tx, now, who).rematch(ctx, free)
	applied := 0
	for _, w := range look {
		if w.taken.outcome == takenApplied {
			applied++
		}
	}
	return applied, list.Next, err
}
