package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/workflows/contract"
)

// The API's process dies after it has committed an invoice and before it could say so. The caller's retry with the same key
// finds the one record.
func TestTheAPIDiesAfterTheCommit(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{})
	c := h.Customer("9001")
	body := fmt.Appendf(nil, `{"source":"erp","number":"API-1","customer_id":"%s","invoice_date":"%s","due_date":"%s","currency":"EUR","amount_minor":12000}`,
		c.ID, h.Today(), h.Today().AddDays(30))
	// The answer is stored by an update of the key's row: it is held up there until the process is dead.
	for _, sql := range []string{
		`CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$`,
		`CREATE TRIGGER hold_up BEFORE UPDATE ON idempotency FOR EACH ROW EXECUTE FUNCTION hold_up()`,
	} {
		_, err := h.SQL.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	api := h.ServeAPI()
	go func() {
		if answer, err := api.Do(http.MethodPost, "/v1/invoices", "the-key", body); err == nil {
			_ = answer.Body.Close() // cut off by the death of the process
		}
	}()
	h.Until("the invoice is committed", func() bool { return h.Count("invoices", "number = 'API-1'") == 1 })
	h.Until("the answer is held up", func() bool { return len(holdUps(h)) == 1 })
	api.Kill()
	for _, pid := range holdUps(h) {
		_, err := h.SQL.Exec(t.Context(), `SELECT pg_terminate_backend($1)`, pid)
		require.NoError(t, err)
	}
	_, err := h.SQL.Exec(t.Context(), `DROP TRIGGER hold_up ON idempotency`)
	require.NoError(t, err)

	api = api.Again()
	_, err = h.SQL.Exec(t.Context(), `UPDATE idempotency SET attempt_at = now()`) // however long all that took
	require.NoError(t, err)
	status, answer := post(t, api, body)
	require.Equal(t, http.StatusConflict, status, "the first attempt may be running still: %v", answer)
	require.Equal(t, "idempotency.in_progress", answer["code"])
	_, err = h.SQL.Exec(t.Context(), `UPDATE idempotency SET attempt_at = attempt_at - interval '1 hour'`)
	require.NoError(t, err)
	status, answer = post(t, api, body)
	require.Equal(t, http.StatusCreated, status, "%v", answer)
	id := house.Value[string](h, `SELECT id::text FROM invoices WHERE number = 'API-1'`)
	require.Equal(t, id, answer["id"])
	status, again := post(t, api, body)
	require.Equal(t, http.StatusCreated, status)
	require.Equal(t, answer, again)

	require.Equal(t, 1, h.Count("audit_entries", "action = 'invoice.created'"))
	require.Equal(t, 1, h.Count("audit_entries", "action = 'case.armed'"))
	inv, err := h.App.InvoiceByNumber(t.Context(), house.Clerk, "erp", "API-1")
	require.NoError(t, err)
	h.Until("its workflow runs", func() bool { return h.Status(contract.KindInvoice, inv.ID) == "running" })
	h.Laws()
	api.Stop()
}

// holdUps are the sessions of this installation that hang in the trigger.
func holdUps(h *house.House) []int {
	return house.Column[int](h, `
SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%UPDATE idempotency SET%'`)
}

func post(t *testing.T, api *house.API, body []byte) (status int, answer map[string]any) {
	t.Helper()
	response, err := api.Do(http.MethodPost, "/v1/invoices", "the-key", body)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &answer), string(raw))
	return response.StatusCode, answer
}
