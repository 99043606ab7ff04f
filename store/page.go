package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/fault"
	"arrears/port"
)

// errBadCursor is a cursor that is not one of ours.
var errBadCursor = fault.New(fault.Invalid, "page.bad_cursor", "the cursor is not one that a list returned")

// cursor writes the sort key of a page's last row. It is opaque to callers and holds nothing secret.
func cursor(key ...string) string {
	raw, err := json.Marshal(key)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// parseCursor reads a cursor of n parts, of which the last one is an id; none at all is the first page.
func parseCursor(after string, n int) ([]string, error) {
	key, err := parseKeys(after, n)
	if err != nil || key == nil {
		return nil, err
	}
	if _, err := uuid.Parse(key[n-1]); err != nil {
		return nil, errBadCursor
	}
	return key, nil
}

// parseKeys reads a cursor of n parts whose last one need not be an id.
func parseKeys(after string, n int) ([]string, error) {
	if after == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(after)
	if err != nil {
		return nil, errBadCursor
	}
	var key []string
	if err := json.Unmarshal(raw, &key); err != nil || len(key) != n {
		return nil, errBadCursor
	}
	return key, nil
}

// filter builds a WHERE clause of conditions that are all parameters.
type filter struct {
	conditions []string
	args       []any
}

// add appends a condition; each $? in it stands for the next of args.
func (f *filter) add(condition string, args ...any) {
	for _, arg := range args {
		f.args = append(f.args, arg)
		condition = strings.Replace(condition, "$?", "$"+strconv.Itoa(len(f.args)), 1)
	}
	f.conditions = append(f.conditions, condition)
}

// text adds a condition when the value is not empty.
func (f *filter) text(condition, value string) {
	if value != "" {
		f.add(condition, value)
	}
}

// id adds a condition when the id is there.
func (f *filter) id(condition string, value uuid.NullUUID) {
	if value.Valid {
		f.add(condition, value.UUID)
	}
}

// number adds the condition of a number. The index on it begins with the source, of which there are few: where none is named,
// they are found one after another, without reading the rows between them.
func (f *filter) number(ctx context.Context, t *tx, table, prefix, source, number string) error {
	sources := []string{source}
	if source == "" {
		var err error
		sources, err = many(ctx, t, pgx.RowTo[string], `
WITH RECURSIVE found AS (
  (SELECT source FROM `+table+` ORDER BY source LIMIT 1)
  UNION ALL
  SELECT (SELECT source FROM `+table+` WHERE source > f.source ORDER BY source LIMIT 1) FROM found f WHERE f.source IS NOT NULL
)
SELECT source FROM found WHERE source IS NOT NULL`)
		if err != nil {
			return err
		}
	}
	f.add(prefix+"source = ANY($?)", sources)
	f.add(prefix+"number = $?", number)
	return nil
}

// flag adds a condition without a parameter.
func (f *filter) flag(condition string, on bool) {
	if on {
		f.conditions = append(f.conditions, condition)
	}
}

// after continues behind a cursor whose key is the id alone.
func (f *filter) after(column, cursorText string) error {
	key, err := parseCursor(cursorText, 1)
	if err != nil || key == nil {
		return err
	}
	f.add(column+" > $?", key[0])
	return nil
}

// where writes the clause, or nothing.
func (f *filter) where() string {
	if len(f.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(f.conditions, " AND ")
}

// limit writes the order and asks for one row more than the page holds, which tells whether there is a next page.
func (f *filter) limit(order string, p port.Page) string {
	return " ORDER BY " + order + " LIMIT " + strconv.Itoa(p.Size()+1)
}

// paged cuts the row that was read too many and writes the cursor of the last one kept.
func paged[T any](rows []T, p port.Page, key func(T) string) port.Paged[T] {
	size := p.Size()
	if len(rows) <= size {
		return port.Paged[T]{Items: rows}
	}
	rows = rows[:size]
	return port.Paged[T]{Items: rows, Next: key(rows[size-1])}
}
