package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/port"
)

// StoppedFiles reads the files whose receipts or returns wait; see port.Bank.
func (t *tx) StoppedFiles(ctx context.Context, accountID, statementID uuid.NullUUID) ([]uuid.UUID, error) {
	return many(ctx, t, pgx.RowTo[uuid.UUID], `
SELECT DISTINCT s.file_id
FROM cash_exceptions x
JOIN bank_entries e ON e.id = x.entry_id
JOIN bank_statements s ON s.id = coalesce(e.early_by, e.final_by)
WHERE x.state = 'open' AND x.stop <> '' AND (e.account_id = $1 OR s.id = $2)
ORDER BY s.file_id
LIMIT 1000`, accountID, statementID)
}

// StoppedExceptions reads a file's receipts and returns that wait; see port.Bank. The first statement that told of a payment is the one that
// stops it.
func (t *tx) StoppedExceptions(ctx context.Context, fileID, after uuid.UUID, limit int) ([]port.StoppedException, error) {
	return many(ctx, t, pgx.RowToStructByPos[port.StoppedException], `
SELECT x.id, s.id
FROM cash_exceptions x
JOIN bank_entries e ON e.id = x.entry_id
JOIN bank_statements s ON s.id = coalesce(e.early_by, e.final_by)
WHERE x.state = 'open' AND x.stop <> '' AND s.file_id = $1 AND x.id > $2
ORDER BY x.id
LIMIT $3`, fileID, after, limit)
}
