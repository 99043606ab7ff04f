package audit

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// inFull is what CanonicalJSON makes of a text when nothing is taken for granted: a blank in front is not canonical.
func inFull(raw []byte) ([]byte, error) { return CanonicalJSON(append([]byte(" "), raw...)) }

func TestWhatIsPlainlyCanonicalIsCanonical(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `[]`, `""`, `0`, `-1`, `10.50`, `true`, `null`, `{"a":1,"b":[{"c":"ü"},false]}`, `{"A":1,"a":2}`, `{"":0}`, `"\u007f"`,
	} {
		full, err := inFull([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, bytes.Equal(full, []byte(text)), plainlyCanonical([]byte(text)), text)
	}
	for _, text := range []string{
		``, ` {}`, `{} `, `{"a": 1}`, `{"b":1,"a":2}`, `{"a":1,"a":2}`, `{"a":1,}`, `{"a"}`, `[1,]`, `[1`, `01`, `-`, `-0`, `-0.0`, `1.`, `1e3`,
		`"\u0041"`, `"a`, "\"\n\"", "\"\xff\"", "\"\u2028\"", `tru`, `nul`, `{}{}`, "\x00",
	} {
		require.False(t, plainlyCanonical([]byte(text)), text)
	}
}

// Whatever is plainly canonical comes out of the full look unchanged, and what an entry's data is made of is plainly so.
func TestTheQuickLookAgreesWithTheFullOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.SampledFrom([]byte(`{}[]":,0123456789.-eE tfnabü\u`)), 0, 24).Draw(t, "raw")
		if plainlyCanonical(raw) {
			full, err := inFull(raw)
			require.NoError(t, err)
			require.Equal(t, string(raw), string(full))
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.MapOf(rapid.StringMatching(`[a-z_]{1,12}`), rapid.OneOf(
			rapid.Int64().AsAny(), rapid.Bool().AsAny(), rapid.StringMatching(`[a-zA-Z0-9:. äß-]{0,20}`).AsAny(),
		)).Draw(t, "data")
		raw, err := json.Marshal(data)
		require.NoError(t, err)
		require.True(t, plainlyCanonical(raw), "%s", raw)
	})
}

func FuzzTheQuickLook(f *testing.F) {
	f.Add([]byte(`{"a":[1,"x"],"b":-1.5}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !plainlyCanonical(raw) {
			return
		}
		full, err := inFull(raw)
		require.NoError(t, err)
		require.Equal(t, string(raw), string(full))
	})
}

func BenchmarkValidate(b *testing.B) {
	data, err := JSON(map[string]any{"amount_minor": 10000, "currency": "EUR", "invoice_date": "2026-03-02", "due_date": "2026-04-02", "instalments": 1})
	require.NoError(b, err)
	for b.Loop() {
		isCanonical(data)
	}
}
