package event_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/event"
)

var update = flag.Bool("update", false, "write docs/events anew")

const folder = "../../docs/events"

// table is where docs/events/README.md lists the types.
const (
	tableBegins = "<!-- types: written by go test ./domain/event -update -->\n"
	tableEnds   = "<!-- end of types -->\n"
)

// The published schemas are those of the code.
func TestThePublishedSchemas(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	envelope, err := event.EnvelopeSchema()
	require.NoError(t, err)
	want["envelope.json"] = string(envelope)
	for _, info := range event.Types() {
		raw, err := info.Schema()
		require.NoError(t, err)
		want[info.Name+".json"] = string(raw)
	}
	if *update {
		for name, text := range want {
			require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
		}
	}
	found, err := filepath.Glob(filepath.Join(folder, "*.json"))
	require.NoError(t, err)
	require.Len(t, found, len(want), "a schema too few, or one of a type that is gone")
	for name, text := range want {
		there, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		require.Equal(t, text, string(there), "%s: run go test ./domain/event -update", name)
	}
}

// The README lists every type.
func TestTheREADMEListsTheTypes(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(tableBegins + "| type | when | data |\n| --- | --- | --- |\n")
	for _, info := range event.Types() {
		b.WriteString("| [`" + info.Name + "`](" + info.Name + ".json) | " + info.Doc + " | ")
		for i, f := range info.Fields() {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(f.Name)
			if f.Optional {
				b.WriteString("?")
			}
		}
		b.WriteString(" |\n")
	}
	b.WriteString(tableEnds)
	path := filepath.Join(folder, "README.md")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(raw), tableBegins)
	require.True(t, found)
	_, after, found := strings.Cut(rest, tableEnds)
	require.True(t, found)
	want := before + b.String() + after
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(raw), "run go test ./domain/event -update")
}
