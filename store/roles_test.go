package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"arrears/internal/testkit"
	"arrears/store"
)

// The application's role works with rows and can neither rewrite the record nor change the schema.
func TestApplicationRole(t *testing.T) {
	t.Parallel()
	url := testkit.Schema(t)
	require.NoError(t, store.Migrate(t.Context(), url))
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	_, err = conn.Exec(t.Context(), `SET ROLE `+store.AppRole)
	require.NoError(t, err)
	for _, allowed := range []string{
		`SELECT count(*) FROM invoices`,
		`INSERT INTO counters (name, value) VALUES ('x', 1)`,
		`UPDATE counters SET value = 2`,
		`DELETE FROM nudges`,
		`DELETE FROM idempotency`,
		`DELETE FROM webhook_deliveries`,
		`DELETE FROM webhook_attempts`,
		`DELETE FROM webhook_secrets`,
		`UPDATE webhook_endpoints SET position = 1`,
		`UPDATE audit_entries SET position = 1, prev_hash = '', hash = ''`,
		`UPDATE policy_versions SET used_at = NULL`,
		`UPDATE write_offs SET reversed_at = NULL`,
		`UPDATE blocks SET released_by = ''`,
		`UPDATE disputes SET owner = ''`,
		`UPDATE dispute_parts SET denied_minor = 0`,
		`UPDATE dispute_decisions SET state = 'refused', approval_id = NULL, approved_by = ''`,
		`UPDATE dispute_rounds SET answer = 'accepted', answered_by = ''`,
		`UPDATE dispute_links SET state = 'dismissed'`,
		`UPDATE moves SET reversed_at = NULL`,
		`UPDATE aliases SET uses = 2`,
		`UPDATE reason_codes SET active = true`,
		`UPDATE approval_limits SET amount_minor = 0`,
		`UPDATE exchange_rates SET rate = '1'`,
		`SELECT nextval('dispute_numbers')`,
	} {
		_, err := conn.Exec(t.Context(), allowed)
		require.NoError(t, err, allowed)
	}
	for _, denied := range []string{
		`DELETE FROM invoices`,
		`DELETE FROM webhook_endpoints`,
		`DELETE FROM audit_entries`,
		`UPDATE audit_entries SET actor = ''`,
		`UPDATE decisions SET facts = '{}'`,
		`UPDATE policy_versions SET body = '{}'`,
		`UPDATE notes SET body = ''`,
		`UPDATE documents SET content = ''`,
		`UPDATE write_offs SET amount_minor = 1`,
		`UPDATE snapshot_items SET open_minor = 0`,
		`DELETE FROM snapshots`,
		`UPDATE census_findings SET detail = ''`,
		`DELETE FROM disputes`,
		`DELETE FROM dispute_parts`,
		`DELETE FROM dispute_messages`,
		`DELETE FROM dispute_deadlines`,
		`DELETE FROM dispute_evidence`,
		`DELETE FROM reason_codes`,
		`DELETE FROM approval_limits`,
		`DELETE FROM exchange_rates`,
		`DELETE FROM aliases`,
		`UPDATE dispute_decisions SET valid_minor = 0`,
		`UPDATE dispute_rounds SET submitted_by = ''`,
		`UPDATE dispute_links SET why = ''`,
		`UPDATE moves SET amount_minor = 1`,
		`UPDATE triage_rules SET body = '{}'`,
		`TRUNCATE items`,
		`ALTER TABLE items ADD COLUMN x int`,
		`CREATE TABLE y ()`,
		`UPDATE goose_db_version SET version_id = 0`,
	} {
		_, err := conn.Exec(t.Context(), denied)
		var pgErr *pgconn.PgError
		require.True(t, errors.As(err, &pgErr), denied)
		require.Equal(t, "42501", pgErr.Code, denied)
	}
}
