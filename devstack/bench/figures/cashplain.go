package figures

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"arrears/devstack/bench/plant"
)

// plainBatch is how many payments a plain commit writes: as many as one of the product's.
const plainBatch = 50

// changedColumns are what applying a receipt changes of an item.
func changedColumns() []string {
	return []string{"paid_minor", "discounted_minor", "open_minor", "version"}
}

// written are the rows that a load writes, to be written again plainly.
type written struct {
	conn   *pgxpool.Conn
	server *pgconn.PgConn
	audit  string // the time from which audit entries are the load's
	tables []*writtenTable
}

// writtenTable are the rows of one table and the statement that writes one.
type writtenTable struct {
	name, statement, columns, condition, order string
	rows                                       [][][]byte
}

// beginWritten notes from when on rows are those of the load.
func beginWritten(ctx context.Context, h *plant.House) (*written, error) {
	conn, err := h.SQL.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	w := &written{conn: conn, server: conn.Conn().PgConn()}
	if err := conn.QueryRow(ctx, `SELECT clock_timestamp()::text`).Scan(&w.audit); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *written) close() { w.conn.Release() }

// take reads the rows as the server keeps them, and takes them away: constraints that refuse that are asleep meanwhile.
func (w *written) take(ctx context.Context) error {
	w.tables = []*writtenTable{
		{name: "receipts", condition: "true", order: "id"},
		{name: "bank_entries", condition: "true", order: "receipt_id"},
		{name: "applications", condition: "true", order: "receipt_id, id"},
		{name: "items", condition: "paid_minor > 0", order: "id"},
		{name: "audit_entries", condition: "recorded_at >= '" + w.audit + "'", order: "id"},
	}
	for _, t := range w.tables {
		if err := t.describe(ctx, w.conn); err != nil {
			return err
		}
		got := w.server.ExecParams(ctx, "SELECT "+t.columns+" FROM "+t.name+" WHERE "+t.condition+" ORDER BY "+t.order, nil, nil, nil, []int16{1}).Read()
		if got.Err != nil {
			return got.Err
		}
		t.rows = got.Rows
		if _, err := w.server.Prepare(ctx, "plain_"+t.name, t.statement, nil); err != nil {
			return err
		}
	}
	return w.clear(ctx)
}

// describe finds the columns and the statement.
func (t *writtenTable) describe(ctx context.Context, conn *pgxpool.Conn) error {
	if t.name == "items" {
		t.columns = "id, " + strings.Join(changedColumns(), ", ")
		var set []string
		for i, column := range changedColumns() {
			set = append(set, fmt.Sprintf("%s = $%d", column, i+2))
		}
		t.statement = "UPDATE items SET " + strings.Join(set, ", ") + " WHERE id = $1"
		return nil
	}
	var count int
	err := conn.QueryRow(ctx, `
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum), count(*)
FROM pg_attribute
WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`, t.name).Scan(&t.columns, &count)
	if err != nil {
		return err
	}
	values := make([]string, count)
	for i := range values {
		values[i] = fmt.Sprintf("$%d", i+1)
	}
	t.statement = "INSERT INTO " + t.name + " (" + t.columns + ") VALUES (" + strings.Join(values, ", ") + ")"
	return nil
}

func (w *written) clear(ctx context.Context) error {
	statements := []string{
		"SET session_replication_role = replica",
		"UPDATE items SET paid_minor = 0, discounted_minor = 0, open_minor = open_minor + paid_minor + discounted_minor, version = 1 WHERE paid_minor > 0",
	}
	for _, t := range w.tables {
		if t.name != "items" {
			statements = append(statements, "DELETE FROM "+t.name+" WHERE "+t.condition)
		}
	}
	statements = append(statements, "SET session_replication_role = origin")
	for _, t := range w.tables {
		statements = append(statements, "VACUUM ANALYZE "+t.name)
	}
	for _, sql := range statements {
		if _, err := w.conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// repeat writes every row with a statement of its own, prepared and in the server's own form, and commits as often as a load.
func (w *written) repeat(ctx context.Context) (time.Duration, error) {
	payments := len(w.tables[0].rows)
	began := time.Now()
	for from := 0; from < payments; from += plainBatch {
		if err := w.plain(ctx, "BEGIN"); err != nil {
			return 0, err
		}
		for _, t := range w.tables {
			for _, row := range t.rows[len(t.rows)*from/payments : len(t.rows)*min(from+plainBatch, payments)/payments] {
				if got := w.server.ExecPrepared(ctx, "plain_"+t.name, row, []int16{1}, nil).Read(); got.Err != nil {
					return 0, fmt.Errorf("%s: %w", t.statement, got.Err)
				}
			}
		}
		if err := w.plain(ctx, "COMMIT"); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}

func (w *written) plain(ctx context.Context, sql string) error {
	_, err := w.server.Exec(ctx, sql).ReadAll()
	return err
}
