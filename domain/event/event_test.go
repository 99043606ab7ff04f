package event_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/domain/event"
)

// actions are all audit actions that a type comes from.
func actions() []string {
	var names []string
	for _, info := range event.Types() {
		names = append(names, info.Name)
	}
	return event.Actions(names)
}

// link draws a sealed entry.
func link(rt *rapid.T) audit.Link {
	id := rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	maybe := func(name string) string {
		if rapid.Bool().Draw(rt, name+" there") {
			return id.Draw(rt, name)
		}
		return ""
	}
	data, err := audit.JSON(rapid.MapOf(rapid.StringMatching(`[a-z_]{1,8}`), rapid.String()).Draw(rt, "data"))
	if err != nil {
		data = nil // what the record refuses, such as U+0000
	}
	return audit.Link{
		Position: rapid.Int64Min(1).Draw(rt, "position"),
		Entry: audit.Entry{
			ID: id.Draw(rt, "id"), At: time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(rt, "at")).UTC(),
			BusinessDate: calendar.Date(rapid.Int32Range(0, int32(calendar.MaxDate)).Draw(rt, "date")),
			Actor:        rapid.StringN(1, 20, -1).Draw(rt, "actor"), Action: rapid.SampledFrom(append(actions(), "some.thing")).Draw(rt, "action"),
			SubjectKind: rapid.SampledFrom([]string{"case", "invoice", "notice", "item"}).Draw(rt, "kind"), SubjectID: id.Draw(rt, "subject"),
			CustomerID: maybe("customer"), InvoiceID: maybe("invoice"), Data: data,
			IdempotencyKey: "secret of the caller",
		},
	}
}

// What goes out comes back the same, is the same bytes each time, and tells nothing of the caller's key.
func TestAnEventReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l := link(rt)
		e, public := event.Of(l)
		require.True(rt, public)
		raw, err := json.Marshal(e)
		require.NoError(rt, err)
		again, err := json.Marshal(e)
		require.NoError(rt, err)
		require.Equal(rt, raw, again)
		require.NotContains(rt, string(raw), "secret of the caller")
		var back event.Event
		require.NoError(rt, json.Unmarshal(raw, &back))
		e.Data = canonical(rt, e.Data)
		back.Data = canonical(rt, back.Data)
		require.Equal(rt, e, back)
	})
}

func canonical(rt *rapid.T, data []byte) []byte {
	out, err := audit.CanonicalJSON(data)
	require.NoError(rt, err)
	return out
}

// An event is the entry in public words: everything else stays as it is.
func TestAnEventIsItsEntry(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l := link(rt)
		e, public := event.Of(l)
		require.True(rt, public)
		require.Equal(rt, []any{l.Position, l.Entry.ID, l.Entry.At, l.Entry.BusinessDate, l.Entry.Actor, l.Entry.SubjectID, l.Entry.CustomerID, l.Entry.InvoiceID, l.Entry.Data},
			[]any{e.Position, e.ID, e.At, e.BusinessDate, e.Actor, e.SubjectID, e.CustomerID, e.InvoiceID, e.Data})
		require.NotEqual(rt, "case", e.SubjectKind)
		require.Contains(rt, event.Actions([]string{e.Type}), l.Entry.Action, "whoever looks for the type finds the entry")
	})
}

func TestWhatIsInternalStaysInside(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"key.created", "key.revoked", "webhook.created", "webhook_endpoint.changed"} {
		require.True(t, event.Internal(action))
		_, public := event.Of(audit.Link{Entry: audit.Entry{Action: action}})
		require.False(t, public)
	}
	require.False(t, event.Internal("keystone.laid"))
}

// A newer release beside this one may write what this one does not know; it is passed on.
func TestWhatIsUnknownKeepsItsName(t *testing.T) {
	t.Parallel()
	e, public := event.Of(audit.Link{Entry: audit.Entry{Action: "meteor.landed", SubjectKind: "meteor"}})
	require.True(t, public)
	require.Equal(t, "meteor.landed", e.Type)
	require.False(t, event.Known("meteor.landed"))
	require.Equal(t, []string{"meteor.landed"}, event.Actions([]string{"meteor.landed"}))
}

func TestOneActionMayBeSeveralTypes(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"invoice": "invoice.parked", "notice": "notice.parked"} {
		name, public := event.TypeOf("case.parked", kind)
		require.True(t, public)
		require.Equal(t, want, name)
	}
	require.Equal(t, []string{"case.parked"}, event.Actions([]string{"invoice.parked", "notice.parked"}))
}

func TestTheCatalogueIsWhole(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z][a-z_]*\.[a-z][a-z_]*$`)
	types := event.Types()
	require.True(t, slices.IsSortedFunc(types, func(a, b event.TypeInfo) int { return strings.Compare(a.Name, b.Name) }))
	for i, info := range types {
		require.Regexp(t, form, info.Name)
		require.True(t, event.Known(info.Name))
		require.False(t, event.Internal(info.Name))
		require.Regexp(t, `^[A-Z].*\.$`, info.Doc, info.Name)
		require.Regexp(t, `^v[0-9]+\.[0-9]+\.[0-9]+$`, info.Since)
		require.True(t, i == 0 || types[i-1].Name != info.Name, "%s twice", info.Name)
		for _, f := range info.Fields() {
			require.NotEmpty(t, f.Form, "%s.%s is no word of the vocabulary", info.Name, f.Name)
			require.Regexp(t, `^[A-Z].*\.$`, f.Doc, "%s.%s", info.Name, f.Name)
			require.Equal(t, f.Form == event.FormEnum, len(f.Values) > 0)
		}
	}
}

// Amounts never stand without their currency.
func TestAmountsHaveACurrency(t *testing.T) {
	t.Parallel()
	for _, info := range event.Types() {
		amounts, currency := false, false
		for _, f := range info.Fields() {
			amounts = amounts || f.Form == event.FormAmount
			currency = currency || f.Name == "currency" && !f.Optional
			require.Equal(t, strings.HasSuffix(f.Name, "_minor"), f.Form == event.FormAmount)
		}
		require.Equal(t, amounts, currency, info.Name)
	}
}

func ExampleEvent_MarshalJSON() {
	e, _ := event.Of(audit.Link{Position: 7, Entry: audit.Entry{
		ID: "0199d7a0-0000-7000-8000-000000000001", At: time.Date(2026, time.March, 2, 8, 0, 3, 0, time.UTC), Actor: "engine",
		Action: "notice.sent", SubjectKind: "notice", SubjectID: "0199d7a0-0000-7000-8000-000000000002",
		CustomerID: "0199d7a0-0000-7000-8000-000000000003", Data: []byte(`{"amount_minor":12345,"channel":"email","currency":"EUR","lines":2,"outcome":"","resends":0}`),
	}})
	raw, _ := json.MarshalIndent(e, "", " ")
	fmt.Println(string(raw))
	// Output:
	// {
	//  "id": "0199d7a0-0000-7000-8000-000000000001",
	//  "type": "notice.sent",
	//  "position": 7,
	//  "at": "2026-03-02T08:00:03Z",
	//  "actor": "engine",
	//  "subject": {
	//   "kind": "notice",
	//   "id": "0199d7a0-0000-7000-8000-000000000002"
	//  },
	//  "customer_id": "0199d7a0-0000-7000-8000-000000000003",
	//  "data": {
	//   "amount_minor": 12345,
	//   "channel": "email",
	//   "currency": "EUR",
	//   "lines": 2,
	//   "outcome": "",
	//   "resends": 0
	//  }
	// }
}
