package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/domain/fault"
)

// whoMay is every route with the roles that may use it: collector, clerk (k), analyst (n), supervisor, auditor (u), admin; "-" is open to everyone.
// It is written by hand and not made from the specification or the code, so that a change in either shows here.
const whoMay = `
GET   /healthz                                      -
GET   /readyz                                       -
GET   /openapi.yaml                                 c k n s u a
GET   /docs                                         c k n s u a
GET   /v1/me                                        c k n s u a
GET   /v1/customers                                 c k n s u a
POST  /v1/customers                                       s   a
GET   /v1/customers/{id}                            c k n s u a
PATCH /v1/customers/{id}                                  s   a
POST  /v1/customers/{id}/contacts                         s   a
POST  /v1/customers/{id}/credit-hold                      s   a
GET   /v1/contacts/{id}                             c k n s u a
PATCH /v1/contacts/{id}                                   s   a
GET   /v1/invoices                                  c k n s u a
POST  /v1/invoices                                        s   a
GET   /v1/invoices/{id}                             c k n s u a
PATCH /v1/invoices/{id}                                   s   a
POST  /v1/invoices/{id}/void                              s   a
POST  /v1/invoices/{id}/restart                           s   a
GET   /v1/invoices/{id}/timeline                    c k n s u a
GET   /v1/invoices/{id}/case                        c k n s u a
GET   /v1/invoices/{id}/documents                   c k n s u a
GET   /v1/cases                                     c k n s u a
POST  /v1/cases/{id}/wake                           c k n s   a
GET   /v1/credit-memos                              c k n s u a
POST  /v1/credit-memos                                    s   a
GET   /v1/credit-memos/{id}                         c k n s u a
POST  /v1/credit-memos/{id}/apply                         s   a
POST  /v1/credit-memos/{id}/void                          s   a
GET   /v1/receipts                                  c k n s u a
POST  /v1/receipts                                  c k n s   a
GET   /v1/receipts/{id}                             c k n s u a
POST  /v1/receipts/{id}/apply                       c k n s   a
POST  /v1/receipts/{id}/reverse                     c k n s   a
GET   /v1/bank-statements                           c k n s u a
POST  /v1/bank-statements                             k   s   a
GET   /v1/bank-statements/{id}                      c k n s u a
POST  /v1/bank-statements/{id}/override                   s   a
GET   /v1/bank-files                                c k n s u a
GET   /v1/bank-files/{id}                           c k n s u a
GET   /v1/bank-files/{id}/problems                  c k n s u a
GET   /v1/bank-entries                              c k n s u a
GET   /v1/bank-accounts                             c k n s u a
POST  /v1/bank-accounts                                   s   a
GET   /v1/bank-accounts/{id}                        c k n s u a
GET   /v1/bank-accounts/{id}/proof                  c k n s u a
GET   /v1/cash-exceptions                           c k n s u a
GET   /v1/cash-exceptions/waiting                   c k n s u a
POST  /v1/cash-exceptions/rematch                     k   s   a
GET   /v1/cash-exceptions/{id}                      c k n s u a
POST  /v1/cash-exceptions/{id}/take                   k   s   a
POST  /v1/cash-exceptions/{id}/release                k   s   a
POST  /v1/cash-exceptions/{id}/apply                  k   s   a
POST  /v1/cash-exceptions/{id}/allocate               k   s   a
POST  /v1/cash-exceptions/{id}/reject                 k   s   a
POST  /v1/cash-exceptions/{id}/identify               k   s   a
POST  /v1/cash-exceptions/{id}/hold                   k   s   a
POST  /v1/cash-exceptions/{id}/free                       s   a
POST  /v1/cash-exceptions/{id}/not-ours               k   s   a
POST  /v1/cash-exceptions/{id}/resolve                k   s   a
GET   /v1/receipts/{id}/proposals                   c k n s u a
GET   /v1/remittances                               c k n s u a
POST  /v1/remittances                                 k   s   a
GET   /v1/remittances/{id}                          c k n s u a
POST  /v1/remittances/{id}/void                       k   s   a
GET   /v1/payer-accounts                            c k n s u a
POST  /v1/payer-accounts                              k   s   a
GET   /v1/payer-accounts/{id}                       c k n s u a
POST  /v1/payer-accounts/{id}/confirm                 k   s   a
POST  /v1/payer-accounts/{id}/refuse                  k   s   a
POST  /v1/payer-accounts/{id}/remove                  k   s   a
GET   /v1/applications                              c k n s u a
GET   /v1/applications/{id}                         c k n s u a
POST  /v1/applications/undo                         c k n s   a
GET   /v1/refunds                                   c k n s u a
POST  /v1/refunds                                   c k n s   a
GET   /v1/refunds/{id}                              c k n s u a
POST  /v1/refunds/{id}/decision                     c   n s   a
POST  /v1/refunds/{id}/payment                      c k n s   a
GET   /v1/cash-rules                                c k n s u a
POST  /v1/cash-rules                                      s   a
GET   /v1/cash-rules/{id}                           c k n s u a
GET   /v1/write-offs                                c k n s u a
POST  /v1/write-offs                                      s   a
GET   /v1/promises                                  c k n s u a
POST  /v1/promises                                  c   n s   a
GET   /v1/promises/{id}                             c k n s u a
POST  /v1/promises/{id}/withdraw                    c   n s   a
GET   /v1/blocks                                    c k n s u a
POST  /v1/blocks                                    c   n s   a
GET   /v1/blocks/{id}                               c k n s u a
POST  /v1/blocks/{id}/release                       c   n s   a
GET   /v1/dispute-flags                             c k n s u a
POST  /v1/dispute-flags                             c k n s   a
GET   /v1/dispute-flags/{id}                        c k n s u a
POST  /v1/dispute-flags/{id}/release                c k n s   a
GET   /v1/disputes                                  c k n s u a
POST  /v1/disputes                                  c k n s   a
GET   /v1/disputes/export                           c k n s u a
GET   /v1/disputes/worklist                         c k n s u a
GET   /v1/disputes/figures                          c k n s u a
POST  /v1/disputes/decisions                            n s   a
POST  /v1/disputes/merge                            c k n s   a
GET   /v1/disputes/{id}                             c k n s u a
GET   /v1/disputes/{id}/package                     c k n s u a
GET   /v1/disputes/{id}/timeline                    c k n s u a
POST  /v1/disputes/{id}/triage                      c k n s   a
POST  /v1/disputes/{id}/evidence                    c k n s   a
POST  /v1/disputes/{id}/evidence/{evidence_id}      c k n s   a
POST  /v1/disputes/{id}/deadlines/{kind}/met            n s   a
POST  /v1/disputes/{id}/question                    c k n s   a
POST  /v1/disputes/{id}/reply                       c k n s   a
POST  /v1/disputes/{id}/decision                        n s   a
POST  /v1/disputes/{id}/submission                  c k n s   a
POST  /v1/disputes/{id}/answer                      c k n s   a
POST  /v1/disputes/{id}/appeal                      c k n s   a
POST  /v1/disputes/{id}/split                       c k n s   a
POST  /v1/disputes/{id}/settlement                      n s   a
POST  /v1/disputes/{id}/give-up                         n s   a
POST  /v1/disputes/{id}/withdrawal                  c k n s   a
POST  /v1/disputes/{id}/reopening                       n s   a
POST  /v1/disputes/{id}/links                       c k n s   a
POST  /v1/short-payments                            c k n s   a
POST  /v1/dispute-imports                                 s   a
GET   /v1/reason-codes                              c k n s u a
POST  /v1/reason-codes                                    s   a
PATCH /v1/reason-codes/{code}                             s   a
GET   /v1/triage-rules                              c k n s u a
POST  /v1/triage-rules                                    s   a
GET   /v1/triage-rules/{id}                         c k n s u a
GET   /v1/customers/{id}/triage-rules               c k n s u a
GET   /v1/approval-limits                           c k n s u a
PUT   /v1/approval-limits/{role}/{currency}/{kind}        s   a
GET   /v1/exchange-rates                            c k n s u a
POST  /v1/exchange-rates                                  s   a
GET   /v1/notes                                     c k n s u a
POST  /v1/notes                                     c k n s   a
GET   /v1/documents                                 c k n s u a
POST  /v1/documents                                 c k n s   a
GET   /v1/documents/{id}                            c k n s u a
GET   /v1/documents/{id}/content                    c k n s u a
GET   /v1/policies                                  c k n s u a
POST  /v1/policies                                        s   a
GET   /v1/policies/schema                           c k n s u a
POST  /v1/policies/validate                         c k n s u a
POST  /v1/policies/preview                          c k n s u a
POST  /v1/policies/assign                                 s   a
GET   /v1/policies/{key}                            c k n s u a
GET   /v1/policies/{key}/versions                   c k n s u a
GET   /v1/policies/{key}/versions/{version}         c k n s u a
GET   /v1/segments                                  c k n s u a
PUT   /v1/segments/{segment}                              s   a
GET   /v1/approvals                                 c k n s u a
GET   /v1/approvals/{id}                            c k n s u a
POST  /v1/approvals/{id}/decision                   c   n s   a
GET   /v1/notices                                   c k n s u a
GET   /v1/notices/{id}                              c k n s u a
GET   /v1/notices/{id}/raw                          c k n s u a
GET   /v1/tasks                                     c k n s u a
POST  /v1/tasks                                     c k n s   a
GET   /v1/tasks/{id}                                c k n s u a
POST  /v1/tasks/{id}/close                          c k n s   a
POST  /v1/tasks/{id}/assign                         c k n s   a
GET   /v1/imports                                   c k n s u a
POST  /v1/imports                                         s   a
GET   /v1/imports/{id}                              c k n s u a
GET   /v1/imports/{id}/quarantine                   c k n s u a
GET   /v1/quarantine/{id}                           c k n s u a
POST  /v1/quarantine/{id}/correct                         s   a
POST  /v1/quarantine/{id}/discard                         s   a
GET   /v1/settings                                  c k n s u a
PATCH /v1/settings                                            a
GET   /v1/keys                                                a
POST  /v1/keys                                                a
POST  /v1/keys/{id}/revoke                                    a
GET   /v1/audit-entries                             c k n s u a
GET   /v1/webhook-endpoints                         c k n s u a
POST  /v1/webhook-endpoints                                   a
GET   /v1/webhook-endpoints/{id}                    c k n s u a
PATCH /v1/webhook-endpoints/{id}                              a
POST  /v1/webhook-endpoints/{id}/rotate                       a
POST  /v1/webhook-endpoints/{id}/ping                         a
POST  /v1/webhook-endpoints/{id}/replay                       a
POST  /v1/webhook-endpoints/{id}/archive                      a
GET   /v1/webhook-deliveries                        c k n s u a
GET   /v1/webhook-deliveries/{id}                   c k n s u a
POST  /v1/webhook-deliveries/{id}/replay                      a
GET   /v1/census                                    c k n s u a
POST  /v1/census                                          s   a
GET   /v1/census/{id}                               c k n s u a
GET   /v1/census/{id}/findings                      c k n s u a
GET   /v1/snapshots                                 c k n s u a
GET   /v1/snapshots/{date}/items                    c k n s u a
GET   /v1/events                                    c k n s u a
GET   /v1/event-types                               c k n s u a
`

// routesOf reads the table: the roles of each route, nil for one that is open to everyone.
func routesOf(t *testing.T) map[string][]access.Role {
	t.Helper()
	letters := map[string]access.Role{
		"c": access.Collector, "k": access.Clerk, "n": access.Analyst, "s": access.Supervisor, "u": access.Auditor, "a": access.Admin,
	}
	routes := map[string][]access.Role{}
	for line := range strings.Lines(strings.TrimSpace(whoMay)) {
		words := strings.Fields(line)
		require.GreaterOrEqual(t, len(words), 3, line)
		name := words[0] + " " + words[1]
		require.NotContains(t, routes, name)
		routes[name] = nil
		for _, letter := range words[2:] {
			if letter != "-" {
				require.Contains(t, letters, letter, line)
				routes[name] = append(routes[name], letters[letter])
			}
		}
	}
	return routes
}

func TestTheTableNamesEveryRouteOfTheSpecificationAndTheServer(t *testing.T) {
	t.Parallel()
	table := routesOf(t)
	c, err := loadContract()
	require.NoError(t, err)
	for name, o := range c.operations {
		roles, named := table[name]
		require.True(t, named, "%s is in the specification and not in the table", name)
		require.Equal(t, o.Public, roles == nil, name)
		var stated []access.Role
		for _, role := range o.Roles {
			stated = append(stated, access.Role(role))
		}
		require.ElementsMatch(t, roles, stated, "%s: x-roles", name)
	}
	s := newSystem(t)
	served := map[string]bool{}
	for _, route := range s.echo.Routes() {
		o, known := c.of(route.Method, route.Path)
		require.True(t, known, "%s %s is served and not in the specification", route.Method, route.Path)
		served[o.Method+" "+o.Path] = true
	}
	for name := range table {
		require.True(t, served[name], "%s is in the table and not served", name)
		require.Contains(t, c.operations, name)
	}
}

// sampleID is an id that nothing has.
const sampleID = "018f6d2e-7c3a-7b1d-9a52-3f0c6d1e8b40"

// pathOf fills the parameters of a path with what nothing has.
func pathOf(o *operation) string {
	path := strings.NewReplacer("{id}", sampleID, "{key}", "nothing", "{version}", "1", "{segment}", "small", "{date}", "2026-01-31",
		"{evidence_id}", sampleID, "{code}", "shortage", "{role}", "analyst", "{currency}", "EUR",
		"deadlines/{kind}", "deadlines/carrier_claim", "{kind}", "valid").Replace(o.Path)
	query := url.Values{}
	for _, ref := range o.Op.Parameters {
		if p := ref.Value; p.In == "query" && p.Required {
			query.Set(p.Name, sampleAt(p.Schema.Value, p.Name, false, 0).(string))
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// aPolicy is a small valid policy.
const aPolicy = `
key: nothing
kind: collection
stages:
  - key: reminder
    name: Reminder
    moment: due + 10 days
    action: notice
    template: reminder
    channels: [email]
`

// ask sends the smallest request that fits the specification.
func (s *system) ask(role access.Role, o *operation) answered {
	s.t.Helper()
	var headers []string
	if o.Op.Parameters.GetByInAndName("header", headerIfMatch) != nil {
		headers = append(headers, headerIfMatch, `"1"`)
	}
	if o.Op.RequestBody == nil {
		return s.as(role, o.Method, pathOf(o), nil, headers...)
	}
	if _, isForm := o.body(typeForm); isForm {
		body, contentType := form(s.t, formParts(o)...)
		return s.as(role, o.Method, pathOf(o), body, append(headers, "Content-Type", contentType)...)
	}
	if _, isYAML := o.body(typeYAML); isYAML {
		return s.as(role, o.Method, pathOf(o), aPolicy, append(headers, "Content-Type", typeYAML)...)
	}
	schema, _ := o.body(typeJSON)
	return s.as(role, o.Method, pathOf(o), sample(schema, false), headers...)
}

func formParts(o *operation) []string {
	if o.Path == "/v1/imports" {
		return []string{"profile", "arrears", "@file", "number\n"}
	}
	if o.Path == "/v1/dispute-imports" {
		return []string{"profile", "arrears", "@file", "customer_number,amount,currency\n"}
	}
	if o.Path == "/v1/bank-statements" {
		return []string{"@file", ":20:A\n:25:B\n"}
	}
	return []string{"kind", "invoice", "invoice_id", sampleID, "@file", "text"}
}

func TestEachRoleMayDoWhatTheTableSaysAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	c, err := loadContract()
	require.NoError(t, err)
	for name, roles := range routesOf(t) {
		o := c.operations[name]
		require.NotNil(t, o, name)
		if o.Path == "/docs" || o.Path == "/openapi.yaml" || roles == nil {
			continue // asked below
		}
		for _, role := range access.Roles() {
			got := s.ask(role, o)
			if slices.Contains(roles, role) {
				require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, got.Code, "%s as %s: %s", name, role, got.Body)
				require.Less(t, got.Code, 500, "%s as %s: %s", name, role, got.Body)
				continue
			}
			require.Equal(t, http.StatusForbidden, got.Code, "%s as %s: %s", name, role, got.Body)
			require.Equal(t, access.CodeForbidden, got.code())
		}
	}
}

func TestNothingButHealthIsAnonymous(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	c, err := loadContract()
	require.NoError(t, err)
	for name, roles := range routesOf(t) {
		got := s.ask("", c.operations[name])
		if roles == nil {
			require.Equal(t, http.StatusOK, got.Code, name)
			continue
		}
		require.Equal(t, http.StatusUnauthorized, got.Code, name)
	}
}

func TestTheServerRefusesToStartWithoutAHandler(t *testing.T) {
	t.Parallel()
	c, err := parseContract(specYAML)
	require.NoError(t, err)
	s := &server{}
	handlers := s.handlers()
	delete(handlers, "getMe")
	handlers["getYou"] = ok
	_, err = build(c, handlers, nil, Deps{})
	require.ErrorContains(t, err, "no handler for GET /v1/me")
	require.ErrorContains(t, err, "no operation for handler getYou")
}

func TestEveryCodeOfTheSpecificationIsWellFormed(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	require.NoError(t, err)
	for name, o := range c.operations {
		for _, code := range o.Codes {
			require.Regexp(t, `^[a-z_]+\.[a-z_]+$`, code, name)
			require.NotEqual(t, fault.CodeInternal, code)
		}
		require.NotEmpty(t, o.Op.Summary, name)
		require.NotEmpty(t, o.Op.OperationID, name)
		require.Equal(t, o.Method == http.MethodPost, o.Keyed, "%s: every POST needs a key and nothing else does", name)
		require.Equal(t, o.Method == http.MethodPatch, o.Op.Parameters.GetByInAndName("header", headerIfMatch) != nil, "%s: every PATCH needs If-Match", name)
	}
}
