package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/domain/fault"
)

// badBody is a body that an operation must refuse.
type badBody struct {
	name, body, path, code string
}

// badBodies spoils a valid body in every way that its schema forbids at the first level.
func badBodies(schema *openapi3.Schema) []badBody {
	bad := []badBody{
		{"not JSON", `{"`, "", CodeMalformedBody},
		{"a list", `[]`, "", "request.type"},
		{"a text", `"x"`, "", "request.type"},
		{"null", `null`, "", "request.type"},
		{"two values", `{}{}`, "", CodeMalformedBody},
	}
	if schema.AdditionalProperties.Has == nil {
		return bad // free in the specification: whoever parses it refuses
	}
	valid := func() map[string]any { return sample(schema, false).(map[string]any) }
	put := func(name, path, code string, change func(map[string]any)) {
		body := valid()
		change(body)
		bad = append(bad, badBody{name, string(mustJSON(body)), path, code})
	}
	put("unknown field", "surprise", CodeUnknownField, func(b map[string]any) { b["surprise"] = 1 })
	for _, name := range schema.Required {
		put("without "+name, name, "request.required", func(b map[string]any) { delete(b, name) })
	}
	for name, ref := range schema.Properties {
		s := ref.Value
		put("null for "+name, name, "", func(b map[string]any) { b[name] = nil })
		put("wrong type of "+name, name, "", func(b map[string]any) { b[name] = wrongType(s) })
		if s.MaxLength != nil {
			put("too long "+name, name, "", func(b map[string]any) { b[name] = strings.Repeat("x", int(*s.MaxLength)+1) })
		}
		if len(s.Enum) > 0 {
			put("unknown word for "+name, name, "request.enum", func(b map[string]any) { b[name] = "surprise" })
		}
		if s.Max != nil {
			put("too large "+name, name, "request.range", func(b map[string]any) { b[name] = *s.Max * 10 })
		}
		if s.Min != nil {
			put("too small "+name, name, "request.range", func(b map[string]any) { b[name] = *s.Min - 1 })
		}
		if s.Type.Is("string") && len(s.Enum) == 0 {
			put("the character zero in "+name, name, "", func(b map[string]any) { b[name] = "a\x00b" })
		}
		if s.Format != "" || s.Pattern != "" {
			put("malformed "+name, name, "", func(b map[string]any) { b[name] = " ! " })
		}
	}
	return bad
}

func wrongType(s *openapi3.Schema) any {
	if s.Type.Is("string") {
		return 7
	}
	return "text"
}

func TestEveryRouteRefusesBadBodiesAndChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	c, err := loadContract()
	require.NoError(t, err)
	before := s.rows()
	tried := 0
	for _, name := range slices.Sorted(maps.Keys(c.operations)) {
		o := c.operations[name]
		schema, reads := o.body(typeJSON)
		if !reads {
			continue
		}
		for _, bad := range badBodies(schema) {
			tried++
			got := s.as(access.Admin, o.Method, pathOf(o), bad.body, headerIfMatch, `"1"`)
			require.Equal(t, http.StatusBadRequest, got.Code, "%s with %s: %s\n%s", name, bad.name, bad.body, got.Body)
			p := problemIn(t, got.ResponseRecorder)
			if bad.path == "" {
				continue
			}
			codes := fieldCodesIn(p)
			require.Contains(t, codes, bad.path, "%s with %s: %s\n%s", name, bad.name, bad.body, got.Body)
			if bad.code != "" {
				require.Equal(t, bad.code, codes[bad.path], "%s with %s: %s\n%s", name, bad.name, bad.body, got.Body)
			}
		}
		s.refusesOtherwise(o)
	}
	require.Greater(t, tried, 500)
	require.Equal(t, before, s.rows())
}

// refusesOtherwise tries what has nothing to do with the body's fields.
func (s *system) refusesOtherwise(o *operation) {
	s.t.Helper()
	match := []string{headerIfMatch, `"1"`}
	large := `{"x":"` + strings.Repeat("x", int(o.MaxBody)) + `"}`
	s.as(access.Admin, o.Method, pathOf(o), large, match...).refused(http.StatusRequestEntityTooLarge, CodeTooLarge)
	s.as(access.Admin, o.Method, pathOf(o), "a=b", append(match, "Content-Type", "application/x-www-form-urlencoded")...).
		refused(http.StatusUnsupportedMediaType, CodeMediaType)
	if o.Op.RequestBody.Value.Required {
		s.as(access.Admin, o.Method, pathOf(o), nil, match...).refused(http.StatusBadRequest, CodeBodyRequired)
	}
	if strings.Contains(o.Path, "{id}") {
		path := strings.Replace(o.Path, "{id}", "7", 1)
		got := s.as(access.Admin, o.Method, path, "{}", match...).refused(http.StatusBadRequest, CodeInvalidRequest)
		require.Contains(s.t, fieldCodesIn(problemIn(s.t, got.ResponseRecorder)), "path.id")
	}
	if o.Keyed {
		got := s.as(access.Admin, o.Method, pathOf(o), "{}", headerIdempotencyKey, "")
		require.Equal(s.t, http.StatusBadRequest, got.Code)
	} else {
		got := s.as(access.Admin, o.Method, pathOf(o), "{}")
		require.Equal(s.t, http.StatusBadRequest, got.Code)
	}
}

func TestRoutesWithoutABodyTakeNone(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	c, err := loadContract()
	require.NoError(t, err)
	before := s.rows()
	for name, o := range c.operations {
		if o.Op.RequestBody != nil || o.Public {
			continue
		}
		require.Equal(t, CodeBodyUnexpected, s.as(access.Admin, o.Method, pathOf(o), "{}").code(), name)
		path := pathOf(o) + "&surprise=1"
		if !strings.Contains(path, "?") {
			path = pathOf(o) + "?surprise=1"
		}
		got := s.as(access.Admin, o.Method, path, nil)
		require.Equal(t, CodeInvalidRequest, got.code(), name)
		require.Equal(t, CodeUnknownField, fieldCodesIn(problemIn(t, got.ResponseRecorder))["query.surprise"], name)
	}
	require.Equal(t, before, s.rows())
}

func TestEveryListBoundsItsPages(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	c, err := loadContract()
	require.NoError(t, err)
	lists := 0
	for name, o := range c.operations {
		if o.Op.Parameters.GetByInAndName("query", "limit") == nil {
			continue
		}
		lists++
		for _, limit := range []string{"0", "-1", "201", "x", ""} {
			got := s.as(access.Admin, o.Method, pathOf(o)+"?limit="+limit, nil)
			require.Equal(t, CodeInvalidRequest, got.code(), "%s limit=%s", name, limit)
		}
		got := s.as(access.Admin, o.Method, pathOf(o)+"?cursor=surprise", nil)
		require.Contains(t, []int{http.StatusBadRequest, http.StatusNotFound}, got.Code, "%s: %s", name, got.Body)
		require.NotEqual(t, fault.CodeInternal, got.code())
	}
	require.GreaterOrEqual(t, lists, 15)
}

// The rules that no schema states are refused by the use cases, field by field, and change nothing either.
func TestContradictionsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	invoice := s.invoice(customer, "I-1", 100_00)
	id, item := invoice.text("id"), invoice.text("items.0.id")
	before := s.rows()
	cases := []struct {
		name, path string
		body       map[string]any
		fields     []string
	}{
		{"instalments that do not sum", "/v1/invoices", map[string]any{"number": "I-2", "customer_id": customer, "invoice_date": "2026-03-01", "currency": "EUR",
			"amount_minor": 100, "instalments": []any{map[string]any{"due_date": "2026-04-01", "amount_minor": 99}}}, []string{"instalments"}},
		{"due before the invoice", "/v1/invoices", map[string]any{"number": "I-2", "customer_id": customer, "invoice_date": "2026-03-01", "currency": "EUR",
			"amount_minor": 100, "due_date": "2026-02-01"}, nil},
		{"unknown currency", "/v1/invoices", map[string]any{"number": "I-2", "customer_id": customer, "invoice_date": "2026-03-01", "currency": "XXX", "amount_minor": 100}, []string{"currency"}},
		{"unknown zone and calendar", "/v1/customers", map[string]any{"number": "C-2", "name": "A", "currency": "EUR", "time_zone": "Mars/Base", "calendar": "MARS"}, []string{"time_zone", "calendar"}},
		{"a promise of the past", "/v1/promises", map[string]any{"invoice_id": id, "amount_minor": 1, "currency": "EUR", "due_on": "2026-01-01"}, []string{"due_on"}},
		{"a block of nothing", "/v1/blocks", map[string]any{"reason": "legal"}, nil},
		{"a block of two things", "/v1/blocks", map[string]any{"reason": "legal", "customer_id": customer, "invoice_id": id}, nil},
		{"a block without end", "/v1/blocks", map[string]any{"reason": "goodwill", "customer_id": customer}, []string{"until"}},
		{"a note with a call's outcome", "/v1/notes", map[string]any{"customer_id": customer, "kind": "note", "outcome": "reached", "body": "x"}, []string{"outcome"}},
		{"a receipt that exceeds itself", "/v1/receipts", map[string]any{"number": "R-1", "customer_id": customer, "currency": "EUR", "amount_minor": 10, "value_date": "2026-03-31",
			"applications": []any{map[string]any{"item_id": item, "amount_minor": 11}}}, nil},
		{"a dispute over too much", "/v1/dispute-flags", map[string]any{"item_id": item, "amount_minor": 100_01, "currency": "EUR", "reason": "pricing"}, nil},
		{"another currency", "/v1/dispute-flags", map[string]any{"item_id": item, "amount_minor": 1, "currency": "USD", "reason": "pricing"}, []string{"currency"}},
		{"a task of nobody known", "/v1/tasks", map[string]any{"customer_id": sampleID, "role": "collector", "summary": "x", "due_on": "2026-04-01"}, nil},
		{"an assignment to nothing", "/v1/policies/assign", map[string]any{"scope": "customer", "policy_key": "standard"}, []string{"target"}},
		{"an unknown policy", "/v1/policies/assign", map[string]any{"scope": "default", "policy_key": "nowhere"}, nil},
		{"a policy of no stage's form", "/v1/policies", map[string]any{"key": "x", "kind": "collection", "stages": []any{map[string]any{"surprise": 1}}}, nil},
	}
	for _, c := range cases {
		got := s.as(access.Admin, http.MethodPost, c.path, c.body)
		require.GreaterOrEqual(t, got.Code, 400, "%s: %s", c.name, got.Body)
		require.Less(t, got.Code, 500, "%s: %s", c.name, got.Body)
		codes := fieldCodesIn(problemIn(t, got.ResponseRecorder))
		for _, field := range c.fields {
			require.Contains(t, codes, field, "%s: %s", c.name, got.Body)
		}
	}
	require.Equal(t, before, s.rows())
}

func TestAYAMLBombIsRefused(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for i := range 9 {
		name, from := string(rune('b'+i)), string(rune('a'+i))
		bomb += name + ": &" + name + " [" + strings.TrimSuffix(strings.Repeat("*"+from+",", 9), ",") + "]\n"
	}
	got := s.as(access.Admin, http.MethodPost, "/v1/policies/validate", bomb, "Content-Type", typeYAML)
	require.Equal(t, http.StatusBadRequest, got.Code, got.Body)
}
