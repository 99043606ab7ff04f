package app

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/policy"
	"arrears/port"
)

// armMany is arm for the invoices of a load: the same decision for each, read and written together. The caller holds the
// locks of all customers. Errors: policy.not_found, record.exists when one has a case already.
func (a *App) armMany(ctx context.Context, tx port.Tx, now time.Time, invoiceIDs []uuid.UUID, actor string) error {
	if len(invoiceIDs) == 0 {
		return nil
	}
	now = now.Truncate(time.Microsecond)
	pinned, err := tx.ResolvePolicies(ctx, invoiceIDs)
	if err != nil {
		return err
	}
	byVersion, used := map[uuid.UUID][]uuid.UUID{}, map[uuid.UUID]bool{}
	for _, p := range pinned {
		byVersion[p.VersionID] = append(byVersion[p.VersionID], p.InvoiceID)
		used[p.VersionID] = p.Used
	}
	versions := slices.SortedFunc(maps.Keys(byVersion), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	var all port.Work
	for _, version := range versions {
		if err := armUnder(ctx, tx, now, version, byVersion[version], actor, &all); err != nil {
			return err
		}
	}
	if err := tx.WriteNew(ctx, all); err != nil {
		return err
	}
	for _, version := range versions { // late: another part of the load waits for this row until the commit
		if used[version] {
			continue
		}
		if err := tx.MarkPolicyUsed(ctx, version, now); err != nil {
			return err
		}
	}
	return nil
}

// armUnder makes the first decisions of invoices that fall under one policy version.
func armUnder(ctx context.Context, tx port.Tx, now time.Time, version uuid.UUID, ids []uuid.UUID, actor string, all *port.Work) error {
	p, err := tx.PinnedPolicy(ctx, version)
	if err != nil {
		return err
	}
	files, err := tx.NewCaseFiles(ctx, ids, customerWide(p), now)
	if err != nil {
		return err
	}
	for _, file := range files {
		work, err := firstWork(file, version, policy.Next(p, file.Facts, now), now, actor)
		if err != nil {
			return err
		}
		all.Cases = append(all.Cases, work.Cases...)
		all.Decisions = append(all.Decisions, work.Decisions...)
		all.Nudges = append(all.Nudges, work.Nudges...)
		all.Audit = append(all.Audit, work.Audit...)
	}
	return nil
}
