package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// AppRole is the group role of the running application: it reads and writes rows, deletes only what is a queue, and cannot
// change the schema or what must never change. It cannot log in; an installation grants it to its own login role, or
// connects as the owner with role=arrears_app in the URL.
const AppRole = "arrears_app"

// createRole makes the role where the migrating user may; an operator makes it beforehand where not. Another process may
// make it in between.
const createRole = `CREATE ROLE ` + AppRole + ` NOLOGIN`

// grants gives the role its rights on the current schema. They are given again at every migration, so new tables are
// covered. Records are never deleted; queues and answers are.
const grants = `
DO $$
DECLARE
  place text := quote_ident(current_schema());
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '` + AppRole + `') THEN
    RETURN;
  END IF;
  EXECUTE format('GRANT USAGE ON SCHEMA %s TO ` + AppRole + `', place);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA %s TO ` + AppRole + `', place);
  EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %s TO ` + AppRole + `', place);
  EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA %s TO ` + AppRole + `', place);
  GRANT DELETE ON nudges, idempotency, webhook_deliveries, webhook_attempts, webhook_secrets, document_files TO ` + AppRole + `;
  REVOKE UPDATE ON audit_entries, decisions, policy_versions, notes, documents, write_offs, blocks FROM ` + AppRole + `;
  GRANT UPDATE (position, prev_hash, hash) ON audit_entries TO ` + AppRole + `;
  GRANT UPDATE (used_at) ON policy_versions TO ` + AppRole + `;
  GRANT UPDATE (reversed_at) ON write_offs TO ` + AppRole + `;
  GRANT UPDATE (released_at, released_by) ON blocks TO ` + AppRole + `;
  REVOKE UPDATE ON triage_rules, dispute_decisions, dispute_rounds, dispute_links, moves FROM ` + AppRole + `;
  GRANT UPDATE (state, approval_id, approved_by) ON dispute_decisions TO ` + AppRole + `;
  GRANT UPDATE (portal_reference, reply_by, answer, answer_note, answered_at, answered_by, buyer_involved) ON dispute_rounds TO ` + AppRole + `;
  GRANT UPDATE (state) ON dispute_links TO ` + AppRole + `;
  GRANT UPDATE (reversed_at) ON moves TO ` + AppRole + `;
  REVOKE UPDATE ON cash_rules, match_proposals, remittance_lines FROM ` + AppRole + `;
  GRANT UPDATE (state, decided_by, decided_at) ON match_proposals TO ` + AppRole + `;
  REVOKE UPDATE ON snapshots, snapshot_items, snapshot_sums, census_findings FROM ` + AppRole + `;
  IF to_regclass('goose_db_version') IS NOT NULL THEN
    REVOKE INSERT, UPDATE ON goose_db_version FROM ` + AppRole + `;
  END IF;
END $$`

func grantApplication(ctx context.Context, db *sql.DB) error {
	var exists bool
	if err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, AppRole).Scan(&exists); err != nil {
		return migrationFailed(err)
	}
	if !exists {
		if _, err := db.ExecContext(ctx, createRole); err != nil && !tolerableRoleError(err) {
			return migrationFailed(err)
		}
	}
	if _, err := db.ExecContext(ctx, grants); err != nil {
		return migrationFailed(err)
	}
	return nil
}

// tolerableRoleError: not permitted (an operator makes the role), or made by another process in between.
func tolerableRoleError(err error) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pgErr.Code == "42501" || pgErr.Code == "42710" || pgErr.Code == "23505")
}
