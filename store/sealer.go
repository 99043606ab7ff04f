package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"arrears/domain/audit"
	"arrears/domain/fault"
	"arrears/internal/failpoint"
	"arrears/port"
)

// sealLock lets one sealer at a time work on a schema.
const sealLock = `SELECT pg_advisory_xact_lock(hashtextextended('arrears seal ' || current_schema(), 0))`

// unsealed reads entries that no running transaction can still come before: every transaction below the snapshot's xmin
// has ended, so what has committed of it is visible and nothing will follow. A long transaction therefore delays sealing;
// it never makes a gap.
const unsealed = `
SELECT` + auditColumns + `
FROM audit_entries
WHERE position IS NULL AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, recorded_at, id
LIMIT $1`

// verifyPage is how many links verification holds in memory.
const verifyPage = 1000

// SealAudit gives at most limit entries their position and hash, and returns how many. Call it again at once while it
// returns limit. Several may run; they take turns.
func (db *DB) SealAudit(ctx context.Context, limit int) (int, error) {
	sealed := 0
	err := pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{}, func(q pgx.Tx) error {
		t := &tx{q: q}
		if err := t.exec(ctx, sealLock); err != nil {
			return err
		}
		head, err := t.chainHead(ctx)
		if err != nil {
			return err
		}
		entries, err := many(ctx, t, scanEntry, unsealed, limit)
		if err != nil {
			return err
		}
		if sealed = len(entries); sealed == 0 {
			return nil
		}
		if err := t.chain(ctx, head, entries); err != nil {
			return err
		}
		return failpoint.Hit(failpoint.SealBeforeCommit)
	})
	return sealed, translate(err)
}

// chainHead reads the last link; the zero link where there is none.
func (t *tx) chainHead(ctx context.Context) (audit.Link, error) {
	links, err := many(ctx, t, scanLink, `
SELECT`+auditColumns+`,
  position,
  prev_hash,
  hash
FROM audit_entries
WHERE position IS NOT NULL
ORDER BY position DESC
LIMIT 1`)
	if err != nil || len(links) == 0 {
		return audit.Link{}, err
	}
	return links[0], nil
}

func (t *tx) chain(ctx context.Context, head audit.Link, entries []audit.Entry) error {
	var ids []string
	var positions []int64
	var before, hashes [][]byte
	for _, e := range entries {
		next := audit.Link{Entry: e, Position: head.Position + 1, Prev: head.Hash, Hash: audit.Hash(head.Hash, e)}
		ids = append(ids, e.ID)
		positions = append(positions, next.Position)
		before = append(before, next.Prev[:])
		hashes = append(hashes, next.Hash[:])
		head = next
	}
	return t.exec(ctx, `
UPDATE audit_entries e SET
  position = link.position,
  prev_hash = link.prev_hash,
  hash = link.hash
FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bytea[]) AS link (id, position, prev_hash, hash)
WHERE e.id = link.id::uuid`, ids, positions, before, hashes)
}

// Verification is what verifying the record found.
type Verification struct {
	Sealed   int64    // links that verified
	Head     [32]byte // hash of the last one; noting it elsewhere is what shows a later cut
	Unsealed int64    // entries that wait for the sealer
}

// VerifyAudit checks the whole chain link by link. Error: audit.broken_chain, naming the position.
func (db *DB) VerifyAudit(ctx context.Context) (Verification, error) {
	var v audit.Verifier
	var result Verification
	err := db.Read(ctx, func(ctx context.Context, t port.Tx) error {
		for {
			position, _ := v.Head()
			links, err := t.ListLinks(ctx, position, verifyPage)
			if err != nil {
				return err
			}
			for _, l := range links {
				if err := v.Next(l); err != nil {
					return err
				}
			}
			if len(links) < verifyPage {
				break
			}
		}
		var err error
		result.Unsealed, err = t.CountUnsealed(ctx)
		return err
	})
	result.Sealed, result.Head = v.Head()
	return result, err
}

// CountUnsealed counts entries that wait for the sealer; see port.AuditLog.
func (t *tx) CountUnsealed(ctx context.Context) (int64, error) {
	return one(ctx, t, fault.New(fault.Internal, "audit.uncounted", "the entries could not be counted"), pgx.RowTo[int64],
		`SELECT count(*) FROM audit_entries WHERE position IS NULL`)
}
