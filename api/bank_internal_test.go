package api

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/filestore"
)

const (
	ourAccount   = "DE75512108001245126199"
	statementDay = "2026-03-30"
)

// aStatement is a file in our JSON: a day of the account, in EUR.
func aStatement(opening, closing int64, payments ...string) string {
	statement := mustJSON(map[string]any{
		"id": "S-" + statementDay, "sequence": statementDay, "account": map[string]any{"iban": ourAccount}, "currency": "EUR", "from": statementDay, "to": statementDay,
		"opening": map[string]any{"amount_minor": opening, "on": statementDay}, "closing": map[string]any{"amount_minor": closing, "on": statementDay},
	})
	return fmt.Sprintf(`{"statement":%s,"transactions":[%s]}`, statement, strings.Join(payments, ","))
}

// aCredit is a payment of a statement.
func aCredit(reference string, minor int64, payer, text string) string {
	return string(mustJSON(map[string]any{
		"reference": reference, "booked_on": statementDay, "direction": "credit", "amount_minor": minor,
		"payer": map[string]any{"name": payer, "account": map[string]any{"iban": "GB29NWBK60161331926819"}}, "text": []string{text},
	}))
}

// bankFile uploads a file as the clerk.
func (s *system) bankFile(filename, content string, pairs ...string) answered {
	s.t.Helper()
	body, contentType := typedForm(s.t, "application/octet-stream", filename, content, pairs...)
	return s.as(access.Clerk, http.MethodPost, "/v1/bank-statements", body, "Content-Type", contentType)
}

// loaded uploads a file and loads it as the engine does; it returns the report.
func (s *system) loaded(filename, content string) answered {
	s.t.Helper()
	id := s.bankFile(filename, content).ok(http.StatusCreated).text("id")
	require.NoError(s.t, s.app.LoadBankFile(s.t.Context(), uuid.MustParse(id), func() {}))
	return s.as(access.Auditor, http.MethodGet, "/v1/bank-files/"+id, nil).ok(http.StatusOK)
}

// ours confirms the account that statements are of.
func (s *system) ours() string {
	s.t.Helper()
	return s.as(access.Supervisor, http.MethodPost, "/v1/bank-accounts", map[string]any{"iban": ourAccount, "name": "Example Works"}).
		ok(http.StatusCreated).text("id")
}

func TestABankFileIsLoadedAndProven(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	account := s.ours()
	customer := s.customer("C-1")
	s.invoice(customer, "RE-1001", 100_00)
	content := aStatement(50_00, 160_00,
		aCredit("B1", 100_00, "Customer C-1", "RE-1001"), aCredit("B2", 10_00, "Somebody", "thanks"))
	first := s.bankFile("march.json", content).ok(http.StatusCreated)
	require.Equal(t, "received", first.text("state"))
	require.Equal(t, "api", first.text("source"))
	require.Equal(t, "/v1/bank-files/"+first.text("id"), first.Header().Get("Location"))

	done := s.loaded("again.json", content)
	require.Equal(t, first.text("id"), done.text("id"), "the same bytes are one file")
	require.Equal(t, "march.json", done.text("filename"))
	require.Equal(t, "done", done.text("state"), done.Body.String())
	require.Equal(t, int64(2), done.int("counts.payments"))
	require.Equal(t, int64(2), done.int("counts.credits"))
	require.Equal(t, done.int("counts.credits"), done.int("counts.applied")+done.int("counts.proposed")+done.int("counts.unidentified")+done.int("counts.held"))
	require.NotEmpty(t, done.text("receipt_match_rate"))

	get := func(path string) answered { return s.as(access.Auditor, http.MethodGet, path, nil).ok(http.StatusOK) }
	statements := get("/v1/bank-statements?file_id=" + done.text("id") + "&account_id=" + account + "&proof=proven&from=2026-03-30&to=2026-03-30")
	require.Len(t, statements.field("items"), 1)
	require.Equal(t, int64(50_00), statements.int("items.0.opening_minor"))
	require.Equal(t, int64(110_00), statements.int("items.0.credit_minor"))
	one := get("/v1/bank-statements/" + statements.text("items.0.id"))
	require.Equal(t, "end_of_day", one.text("kind"))
	require.Empty(t, get("/v1/bank-statements?to=2026-03-29").field("items"))

	entries := get("/v1/bank-entries?statement_id=" + one.text("id") + "&from=2026-03-30")
	require.Len(t, entries.field("items"), 2)
	require.Equal(t, "credit", entries.text("items.0.direction"))
	receipt := entries.text("items.0.receipt_id")
	require.Len(t, get("/v1/bank-entries?receipt_id="+receipt).field("items"), 1)
	require.Empty(t, get("/v1/bank-entries?outcome=debit&account_id="+account).field("items"))

	days := get("/v1/bank-accounts/" + account + "/proof?from=2026-03-01&to=2026-03-31")
	require.Len(t, days.field("items"), 1)
	require.Equal(t, int64(110_00), days.int("items.0.credit_minor"))
	require.Equal(t, int64(0), days.int("items.0.difference_minor"))
	require.Equal(t, true, days.field("items.0.proven"))
	shown := get("/v1/bank-accounts/" + account)
	require.Equal(t, int64(160_00), shown.int("proven_minor"))
	require.Equal(t, "2026-03-30", shown.text("proven_on"))
	require.Len(t, get("/v1/bank-files?state=done").field("items"), 1)
	require.Empty(t, get("/v1/bank-files?state=loading").field("items"))
}

func TestAStatementThatContradictsItselfWaitsForAnOverride(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.ours()
	customer := s.customer("C-1")
	s.invoice(customer, "RE-1001", 100_00)
	done := s.loaded("wrong.json", aStatement(50_00, 155_00, aCredit("B1", 100_00, "Customer C-1", "RE-1001")))
	require.Equal(t, "done", done.text("state"))
	require.Equal(t, int64(1), done.int("counts.alarms"), done.Body.String())
	require.Zero(t, done.int("counts.applied"))
	problems := s.as(access.Auditor, http.MethodGet, "/v1/bank-files/"+done.text("id")+"/problems", nil).ok(http.StatusOK)
	require.Equal(t, "remittance.balance_differs", problems.text("items.0.code"))
	require.Equal(t, "alarm", problems.text("items.0.severity"))
	statement := s.as(access.Auditor, http.MethodGet, "/v1/bank-statements?proof=alarm", nil).ok(http.StatusOK)
	path := "/v1/bank-statements/" + statement.text("items.0.id")
	require.Equal(t, path[len("/v1/bank-statements/"):], problems.text("items.0.statement_id"))

	s.as(access.Clerk, http.MethodPost, path+"/override", map[string]any{"reason": "I say so"}).refused(http.StatusForbidden, access.CodeForbidden)
	over := s.as(access.Supervisor, http.MethodPost, path+"/override", map[string]any{"reason": "the bank confirmed a typing error"}).ok(http.StatusOK)
	require.Equal(t, "overridden", over.text("proof"))
	require.NotEmpty(t, over.text("overridden_by"))
	s.as(access.Supervisor, http.MethodPost, path+"/override", map[string]any{"reason": "again"}).refused(http.StatusConflict, "bank_statement.no_alarm")
}

func TestBankFilesAreRefusedWithTheirCode(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.bankFile("empty.xml", "").refused(http.StatusBadRequest, "bank_file.empty")
	s.bankFile("poem.txt", "roses are red").refused(http.StatusBadRequest, "remittance.unknown_format")
	s.bankFile("a.csv", "x,y\n", "profile", "nobodys").refused(http.StatusBadRequest, "remittance.malformed_profile")
	s.bankFile("a.csv", "x,y\n", "profile", "name: x\nsurprise: 1\n").refused(http.StatusBadRequest, "remittance.malformed_profile")
	s.bankFile("a.xml", "<x/>", "format", "papyrus").refused(http.StatusBadRequest, "receivable.invalid")
	require.Equal(t, CodeInvalidRequest, s.bankFile("a.xml", "<x/>", "surprise", "1").code())
	body, contentType := typedForm(t, "text/xml", "a.xml", "<x/>")
	s.as(access.Collector, http.MethodPost, "/v1/bank-statements", body, "Content-Type", contentType).refused(http.StatusForbidden, access.CodeForbidden)
	require.Empty(t, s.as(access.Auditor, http.MethodGet, "/v1/bank-files", nil).field("items"))

	broken := s.loaded("broken.json", `{"statement":{"account":{"iban":"`+ourAccount+`"},"currency":"EUR"},"transactions":[`)
	require.Equal(t, "refused", broken.text("state"))
	require.NotEmpty(t, broken.text("refused_code"))
	require.NotEmpty(t, broken.text("finished_at"))
	require.Empty(t, s.as(access.Auditor, http.MethodGet, "/v1/bank-statements", nil).field("items"))
	require.Empty(t, s.as(access.Auditor, http.MethodGet, "/v1/bank-entries", nil).field("items"))
}

func TestAnAccountIsConfirmedOnce(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.loaded("first.json", aStatement(0, 10_00, aCredit("B1", 10_00, "Somebody", "thanks")))
	list := s.as(access.Auditor, http.MethodGet, "/v1/bank-accounts", nil).ok(http.StatusOK)
	require.Equal(t, false, list.field("items.0.confirmed"))
	id := s.ours()
	require.Equal(t, list.text("items.0.id"), id, "the account that a file told of")
	require.Equal(t, id, s.as(access.Supervisor, http.MethodPost, "/v1/bank-accounts", map[string]any{"iban": "DE75 5121 0800 1245 1261 99"}).ok(http.StatusCreated).text("id"))
	other := s.as(access.Admin, http.MethodPost, "/v1/bank-accounts", map[string]any{"number": "0123456", "bank": "021000021"}).ok(http.StatusCreated)
	require.Equal(t, "021000021/0123456", other.text("key"))
	s.as(access.Supervisor, http.MethodPost, "/v1/bank-accounts", map[string]any{"name": "nobody"}).refused(http.StatusBadRequest, "receivable.invalid")
	s.as(access.Auditor, http.MethodGet, "/v1/bank-accounts/"+sampleID+"/proof?from=2026-03-01&to=2026-03-02", nil).refused(http.StatusNotFound, "bank_account.not_found")
	s.as(access.Auditor, http.MethodGet, "/v1/bank-accounts/"+id+"/proof?from=2026-03-02&to=2026-03-01", nil).refused(http.StatusBadRequest, "receivable.invalid")
}

// Forty mebibytes go up without being held; not parallel, so that nobody else's memory counts.
func TestALargeBankFileStreams(t *testing.T) {
	place, err := filestore.At(t.TempDir())
	require.NoError(t, err)
	s := newSystem(t, place)
	server := httptest.NewServer(s.echo)
	defer server.Close()
	const size, bound = 40 << 20, 20 << 20
	block := bytes.Repeat([]byte("{ \n"), 64<<6)
	start, peak := heap(), uint64(0)
	out, in := io.Pipe()
	form := multipart.NewWriter(in)
	go func() {
		part, err := form.CreateFormFile("file", "large.json")
		for sent := 0; sent < size && err == nil; sent += len(block) {
			_, err = part.Write(block)
			peak = max(peak, heap())
		}
		in.CloseWithError(joined(err, form.Close()))
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v1/bank-statements", out)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+s.tokens[access.Clerk])
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set(headerIdempotencyKey, "large")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusCreated, answer.StatusCode, string(body))
	require.Less(t, int64(peak)-int64(start), int64(bound))
}
