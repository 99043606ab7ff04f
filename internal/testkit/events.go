package testkit

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"arrears/domain/audit"
	"arrears/domain/event"
	"arrears/port"
	"arrears/store"
)

// schemas are the compiled schemas of all types of events, by name.
type schemas map[string]*jsonschema.Schema

// compiled compiles them once for all tests of a package.
var compiled = sync.OnceValues(func() (schemas, error) {
	c := jsonschema.NewCompiler()
	all := schemas{}
	for _, info := range event.Types() {
		raw, err := info.Schema()
		if err != nil {
			return nil, err
		}
		if err := addSchema(c, raw); err != nil {
			return nil, err
		}
		if all[info.Name], err = c.Compile("urn:arrears:event:" + info.Name); err != nil {
			return nil, err
		}
	}
	return all, nil
})

func addSchema(c *jsonschema.Compiler, raw []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	id, _ := doc.(map[string]any)["$id"].(string)
	return c.AddResource(id, doc)
}

// CheckEvents holds everything that is recorded in the database against the schemas of the events that it becomes, and
// returns which types there are. Each action must be mapped, and each field of the data described.
func CheckEvents(t testing.TB, db *store.DB) map[string]int {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), cleanupTimeout)
	defer cancel()
	seen := map[string]int{}
	page := port.Page{Limit: port.MaxLimit}
	for position := int64(1); ; {
		var entries port.Paged[audit.Entry]
		require.NoError(t, db.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
			entries, err = tx.ListAudit(ctx, port.AuditFilter{}, page)
			return err
		}))
		for _, e := range entries.Items {
			if happened, public := event.Of(audit.Link{Entry: e, Position: position}); public {
				CheckEvent(t, happened)
				seen[happened.Type]++
			}
			position++
		}
		if page.After = entries.Next; page.After == "" {
			return seen
		}
	}
}

// CheckEvent holds one event against the schema of its type.
func CheckEvent(t testing.TB, e event.Event) {
	t.Helper()
	all, err := compiled()
	require.NoError(t, err)
	schema, ok := all[e.Type]
	require.True(t, ok, "%s is no type of event: say in domain/event what it is", e.Type)
	raw, err := json.Marshal(e)
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	require.NoError(t, schema.Validate(value), "%s", raw)
	info, _ := event.Find(e.Type)
	described := map[string]bool{}
	for _, f := range info.Fields() {
		described[f.Name] = true
	}
	data, _ := value.(map[string]any)["data"].(map[string]any)
	for name := range data {
		require.True(t, described[name], "the field %s of %s is not described", name, e.Type)
	}
}
