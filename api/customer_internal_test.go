package api

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
)

func TestACustomerIsMadeShownAndChanged(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	made := s.as(access.Supervisor, http.MethodPost, "/v1/customers", map[string]any{
		"number": "C-1", "name": "Muster GmbH", "currency": "EUR", "time_zone": "Europe/Vienna", "calendar": "AT", "country": "AT", "language": "de",
		"segment": "large", "preferred_channel": "letter", "terms": map[string]any{"net_days": 14, "discount_basis_points": 200, "discount_days": 7},
		"contacts": []any{map[string]any{"role": "billing", "email": "rechnung@example.com", "rank": 1}},
	}).ok(http.StatusCreated)
	id := made.text("id")
	require.Equal(t, "/v1/customers/"+id, made.Header().Get("Location"))
	require.Equal(t, `"1"`, made.Header().Get("ETag"))
	require.Equal(t, "api", made.text("source"))

	shown := s.as(access.Auditor, http.MethodGet, "/v1/customers/"+id, nil).ok(http.StatusOK)
	require.JSONEq(t, made.Body.String(), shown.Body.String())
	require.Equal(t, int64(200), shown.int("terms.discount_basis_points"))
	require.Equal(t, "rechnung@example.com", shown.text("contacts.0.email"))
	require.Nil(t, shown.field("policy_key"))

	changed := s.as(access.Supervisor, http.MethodPatch, "/v1/customers/"+id, map[string]any{"name": "Muster AG", "preferred_channel": ""},
		headerIfMatch, shown.Header().Get("ETag")).ok(http.StatusOK)
	require.Equal(t, "Muster AG", changed.text("name"))
	require.Equal(t, "large", changed.text("segment"))
	require.Nil(t, changed.field("preferred_channel"))
	require.NotEqual(t, `"1"`, changed.Header().Get("ETag"))
	s.as(access.Supervisor, http.MethodPatch, "/v1/customers/"+id, map[string]any{"name": "Other"}, headerIfMatch, `"1"`).
		refused(http.StatusPreconditionFailed, "customer.changed")
	s.as(access.Supervisor, http.MethodPatch, "/v1/customers/"+sampleID, map[string]any{"name": "Other"}, headerIfMatch, `"1"`).
		refused(http.StatusNotFound, "customer.not_found")
}

func TestTheSameCustomerTwiceIsOneAndAnotherIsAConflict(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	body := map[string]any{"number": "C-1", "name": "A", "currency": "EUR"}
	first := s.as(access.Admin, http.MethodPost, "/v1/customers", body).ok(http.StatusCreated)
	again := s.as(access.Admin, http.MethodPost, "/v1/customers", body).ok(http.StatusCreated)
	require.Equal(t, first.text("id"), again.text("id"))
	body["name"] = "B"
	s.as(access.Admin, http.MethodPost, "/v1/customers", body).refused(http.StatusConflict, "customer.number_taken")
}

func TestCustomersAreLinkedAndUnlinked(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	parent, child := s.customer("C-1"), s.customer("C-2")
	read := func() string {
		return s.as(access.Admin, http.MethodGet, "/v1/customers/"+child, nil).ok(http.StatusOK).Header().Get("ETag")
	}
	linked := s.as(access.Admin, http.MethodPatch, "/v1/customers/"+child, map[string]any{"parent_id": parent, "dunning_recipient_id": parent}, headerIfMatch, read()).ok(http.StatusOK)
	require.Equal(t, parent, linked.text("parent_id"))
	freed := s.as(access.Admin, http.MethodPatch, "/v1/customers/"+child, map[string]any{"parent_id": ""}, headerIfMatch, read()).ok(http.StatusOK)
	require.Nil(t, freed.field("parent_id"))
	require.Equal(t, parent, freed.text("dunning_recipient_id"))
	got := s.as(access.Admin, http.MethodPatch, "/v1/customers/"+child, map[string]any{"payer_id": sampleID}, headerIfMatch, read())
	require.Equal(t, "customer.not_found", got.code())
}

func TestContactsAreAddedAndChanged(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	made := s.as(access.Supervisor, http.MethodPost, "/v1/customers/"+customer+"/contacts", map[string]any{"role": "legal", "address": "1 Example Street\nExampletown"}).
		ok(http.StatusCreated)
	path := "/v1/contacts/" + made.text("id")
	require.Equal(t, path, made.Header().Get("Location"))
	require.Equal(t, true, made.field("active"))
	changed := s.as(access.Supervisor, http.MethodPatch, path, map[string]any{"email": "legal@example.com", "active": false}, headerIfMatch, made.Header().Get("ETag")).
		ok(http.StatusOK)
	require.Equal(t, "legal@example.com", changed.text("email"))
	s.as(access.Supervisor, http.MethodPatch, path, map[string]any{"rank": 2}, headerIfMatch, made.Header().Get("ETag")).
		refused(http.StatusPreconditionFailed, "contact.changed")
	require.JSONEq(t, changed.Body.String(), s.as(access.Collector, http.MethodGet, path, nil).ok(http.StatusOK).Body.String())
	s.as(access.Admin, http.MethodGet, "/v1/contacts/"+sampleID, nil).refused(http.StatusNotFound, "contact.not_found")
	s.as(access.Admin, http.MethodPost, "/v1/customers/"+sampleID+"/contacts", map[string]any{"role": "legal"}).refused(http.StatusNotFound, "customer.not_found")
}

func TestACreditHoldIsConfirmedAndReleased(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	path := "/v1/customers/" + s.customer("C-1")
	held := s.as(access.Supervisor, http.MethodPost, path+"/credit-hold", map[string]any{"state": "in_force"}).ok(http.StatusOK)
	require.Equal(t, "in_force", held.text("credit_hold"))
	freed := s.as(access.Supervisor, http.MethodPost, path+"/credit-hold", map[string]any{"state": "released"}).ok(http.StatusOK)
	require.Nil(t, freed.field("credit_hold"))
}

func TestAListIsReadPageByPage(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	for n := range 7 {
		s.customer(fmt.Sprintf("C-%d", n))
	}
	var numbers []string
	cursor, pages := "", 0
	for {
		path := "/v1/customers?limit=3"
		if cursor != "" {
			path += "&cursor=" + cursor
		}
		page := s.as(access.Collector, http.MethodGet, path, nil).ok(http.StatusOK)
		for _, item := range page.field("items").([]any) {
			numbers = append(numbers, item.(map[string]any)["number"].(string))
		}
		pages++
		if cursor = page.text("next_cursor"); cursor == "" {
			break
		}
	}
	require.Equal(t, 3, pages)
	require.Equal(t, []string{"C-0", "C-1", "C-2", "C-3", "C-4", "C-5", "C-6"}, numbers)
	require.Len(t, s.as(access.Collector, http.MethodGet, "/v1/customers", nil).field("items"), 7)
	s.as(access.Collector, http.MethodGet, "/v1/customers?cursor=abc", nil).refused(http.StatusBadRequest, "page.bad_cursor")
}

func TestAListIsFiltered(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.customer("C-1")
	s.as(access.Admin, http.MethodPost, "/v1/customers", map[string]any{"number": "D-9", "name": "Zebra % Ltd", "currency": "USD", "segment": "large", "source": "erp"}).
		ok(http.StatusCreated)
	for query, want := range map[string]int{
		"q=zeb": 1, "q=d-9": 1, "q=%25": 1, "q=nobody": 0, "segment=large": 1, "source=erp": 1, "number=C-1": 1, "source=api&number=D-9": 0, "collector=dana": 1,
	} {
		require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/customers?"+query, nil).ok(http.StatusOK).field("items"), want, query)
	}
}
