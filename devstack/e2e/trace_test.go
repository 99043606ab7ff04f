package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"arrears/devstack/e2e/house"
	"arrears/domain/casework"
	"arrears/replay"
)

// One trace leads from the request that entered an invoice to the mail that reminds of it, over two processes, the outbox
// twice, two workflows and every wait between them.
func TestOneTraceFromRequestToMail(t *testing.T) {
	t.Parallel()
	spans, address := collect(t)
	h := house.New(t, house.Options{Policy: remindNow, Env: map[string]string{
		"ARREARS_TRACES_ENDPOINT": address, "ARREARS_TRACES_INSECURE": "true",
	}})
	c := h.Customer("7301")
	const amount = 7_204_518_693_46 // so long that no identifier or nanosecond of a span holds it by chance
	api := h.ServeAPI()
	status, answer := post(t, api, fmt.Appendf(nil,
		`{"source":"erp","number":"TR-1","customer_id":"%s","invoice_date":"%s","due_date":"%s","currency":"EUR","amount_minor":%d}`,
		c.ID, h.Today().AddDays(-30), h.Today().AddDays(-3), amount))
	require.Equal(t, http.StatusCreated, status, "%v", answer)
	mail := h.AwaitMails("7301", 1)[0]
	inv, err := h.App.InvoiceByNumber(t.Context(), house.Clerk, "erp", "TR-1")
	require.NoError(t, err)
	h.Pay(inv, amount)
	h.CaseState(inv, casework.CaseClosed) // a workflow's own span is sent when it ends

	var way []span
	h.Until("the way to the mail has been sent", func() bool {
		sent := spans.named("send email")
		if len(sent) == 0 {
			return false
		}
		found, whole := spans.way(sent[0])
		way = found
		return whole
	})
	names := make([]string, len(way))
	for i, s := range way {
		names[i] = s.Name
		require.Equal(t, way[0].trace(), s.trace())
	}
	requireInOrder(t, names, "POST /v1/invoices", "use case createInvoice", "relay deliver", "StartWorkflow:InvoiceCollection",
		"RunWorkflow:InvoiceCollection", "relay deliver", "StartWorkflow:CustomerNotice", "RunWorkflow:CustomerNotice",
		"RunActivity:DeliverNotice", "send email")
	send := way[len(way)-1]
	require.NotEqual(t, way[0].process, send.process, "from the API's process to the worker's")
	require.Equal(t, mail.MessageID, send.attribute("messaging.message.id"))
	require.Equal(t, "accepted", send.attribute("arrears.outcome"))
	for _, s := range way {
		if s.Name == "relay deliver" {
			require.Len(t, s.Links, 1, "the wait in the outbox")
			require.Equal(t, s.ParentSpanId, s.Links[0].SpanId)
		}
	}
	require.NotEmpty(t, statementsUnder(spans, way), "statements are part of it")
	requireNobodyNamed(t, spans, c.Name, house.Address("7301"), mail.Subject, "TR-1", strconv.Itoa(amount))
	require.Equal(t, replay.Identical, replayed(t, h, inv.ID).Verdict, "headers change no history")
	h.Laws()
	api.Stop()
}

// statementsUnder are the database's spans below a step of the way.
func statementsUnder(c *collector, way []span) []span {
	on := map[string]bool{}
	for _, s := range way {
		on[string(s.SpanId)] = true
	}
	var found []span
	for _, s := range c.all() {
		if on[string(s.ParentSpanId)] && s.attribute("db.query.text") != "" {
			found = append(found, s)
		}
	}
	return found
}

// requireNobodyNamed looks through everything that was sent for what must not leave. Nothing is sent of what nobody asked.
func requireNobodyNamed(t *testing.T, c *collector, secrets ...string) {
	t.Helper()
	for _, s := range c.all() {
		text := s.String()
		for _, secret := range secrets {
			require.NotContains(t, text, secret)
		}
		root := len(s.ParentSpanId) == 0
		require.False(t, root && s.Kind == tracepb.Span_SPAN_KIND_CLIENT, "the clockwork is not traced: %s", s.Name)
		require.False(t, strings.Contains(s.Name, "healthz"))
	}
}
