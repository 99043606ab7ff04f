package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/matching"
	"arrears/port"
)

// PublishCashRules makes the next version of a set, which never changes. The same content as the latest version answers with
// that one. What it leaves out the next wider set says, at last the shipped rules. Payments that come from now on, and those
// that are looked at again, follow it.
// Errors: access.forbidden, receivable.invalid, matching_rules.invalid, matching_rules.too_large, cash_rules.changed,
// customer.not_found.
func (a *App) PublishCashRules(ctx context.Context, who access.Principal, in NewRules) (port.RuleSet, error) {
	if err := in.may(who, access.CashManage); err != nil {
		return port.RuleSet{}, err
	}
	rules, err := matching.ReadRules(in.Body)
	if err != nil {
		return port.RuleSet{}, err
	}
	return a.publishRules(ctx, who, in, edition{kind: port.CashRules, rules: rules}, "cash_rules.published")
}

// ListCashRules lists all versions of all sets, newest last. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListCashRules(ctx context.Context, who access.Principal, page port.Page) (port.Paged[port.RuleSet], error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.RuleSet], error) {
		return tx.ListRuleSets(ctx, port.CashRules, page)
	})
}

// CashRules shows one version. Errors: access.forbidden, cash_rules.not_found.
func (a *App) CashRules(ctx context.Context, who access.Principal, id uuid.UUID) (port.RuleSet, error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.RuleSet, error) {
		return tx.RuleSet(ctx, port.CashRules, id)
	})
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
