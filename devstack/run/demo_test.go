package run

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/internal/sample"
	"arrears/internal/terminal"
)

// desk is an API that answers as it is told, by method and path, and keeps who asked what.
type desk struct {
	mu      sync.Mutex
	answers map[string]string
	asked   []string
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	who := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	d.asked = append(d.asked, who+" "+r.Method+" "+r.URL.Path)
	switch {
	case r.URL.Path == "/v1/me":
		_, _ = io.WriteString(w, `{"id":"key:`+who+`"}`)
	case d.answers[r.Method+" "+r.URL.Path] == "":
		w.WriteHeader(http.StatusConflict)
		_, _ = io.WriteString(w, `{"status":409,"code":"test.refused","detail":"not that way"}`)
	default:
		_, _ = io.WriteString(w, d.answers[r.Method+" "+r.URL.Path])
	}
}

// asks are what was asked with the path.
func (d *desk) asks(path string) (list []string) {
	for _, one := range d.asked {
		if strings.HasSuffix(one, path) {
			list = append(list, one)
		}
	}
	return list
}

// playing is a player of the script before a desk; what it tells is in the buffer.
func playing(t *testing.T, answers map[string]string) (*player, *desk, *bytes.Buffer) {
	t.Helper()
	d := &desk{answers: answers}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	var out bytes.Buffer
	p := &player{screen: terminal.New(&out), callers: map[access.Role]caller{}, ids: map[access.Role]string{}, bank: t.TempDir()}
	for _, role := range access.Roles() {
		p.callers[role] = caller{url: server.URL, key: string(role)}
	}
	return p, d, &out
}

// Whoever changed what an approval is about may not decide on it: somebody else does, at once, and it is said.
func TestSomebodyWhoMayDecideDecides(t *testing.T) {
	t.Parallel()
	p, d, out := playing(t, map[string]string{
		"GET /v1/approvals": `{"items":[
			{"id":"one","role":"supervisor","content_hash":"1","proposers":["key:clerk"]},
			{"id":"two","role":"supervisor","content_hash":"2","proposers":["key:clerk","key:supervisor"]}]}`,
		"POST /v1/approvals/one/decision": `{}`,
		"POST /v1/approvals/two/decision": `{}`,
	})
	p.play(t.Context(), "k", sample.Event{Kind: sample.DecideApprovals, Count: 2, Story: "the supervisor looks in"}, 0)
	require.Equal(t, []string{"supervisor POST /v1/approvals/one/decision"}, d.asks("/one/decision"))
	require.Equal(t, []string{"admin POST /v1/approvals/two/decision"}, d.asks("/two/decision"))
	require.Equal(t, "» the supervisor looks in » the supervisor changed what one of them is about and may not decide on it: the admin does", plain(out))
}

func TestNothingIsSaidWhereNothingWaits(t *testing.T) {
	t.Parallel()
	p, _, out := playing(t, map[string]string{"GET /v1/approvals": `{"items":[]}`})
	p.play(t.Context(), "k", sample.Event{Kind: sample.DecideApprovals, Story: "the supervisor looks in"}, 0)
	require.Empty(t, out.String())
}

func TestARefusalIsToldInWords(t *testing.T) {
	t.Parallel()
	p, _, out := playing(t, nil)
	p.play(t.Context(), "k", sample.Event{Kind: sample.DecideApprovals}, 0)
	require.Equal(t, "» that is refused, for: not that way (test.refused)", plain(out))
}

// The clerk sees the best proposal with its reasons, takes what waits, and applies the proposal in the version that it took.
func TestTheClerkSettlesWhatWaits(t *testing.T) {
	t.Parallel()
	const waits = `{"id":"x","currency":"EUR","amount_minor":123456,"value_on":"2026-11-30","version":%,"payment":{"payer":"A","texts":["R1"]},
		"proposals":[{"id":"p","score":700,"reasons":[{"words":"R1 is named"}],"stops":[{"words":"The payer is A"}]}]}`
	p, d, out := playing(t, map[string]string{
		"GET /v1/cash-exceptions":          `{"items":[{"id":"x"}]}`,
		"GET /v1/cash-exceptions/x":        strings.Replace(waits, "%", "1", 1),
		"POST /v1/cash-exceptions/x/take":  strings.Replace(waits, "%", "2", 1),
		"POST /v1/cash-exceptions/x/apply": `{}`,
	})
	p.play(t.Context(), "k", sample.Event{Kind: sample.SettleWaiting, Story: "the clerk looks"}, 0)
	require.Len(t, d.asks("/take"), 1)
	require.Equal(t, []string{"clerk POST /v1/cash-exceptions/x/apply"}, d.asks("/apply"))
	require.Contains(t, plain(out), "EUR 1,234.56 from A on 2026-11-30: “R1” proposed with 700 points of 1000: R1 is named but waits The payer is A")
}

// A file goes up as a form would send it.
func TestAFileIsUploaded(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, head, err := r.FormFile("file")
		if err != nil || r.Header.Get("Idempotency-Key") != "once" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		text, _ := io.ReadAll(file) // what is missing shows below
		_ = json.NewEncoder(w).Encode(map[string]string{"id": head.Filename + ":" + string(text)})
	}))
	t.Cleanup(server.Close)
	id, err := caller{url: server.URL}.upload(t.Context(), "/v1/bank-statements", "once", "day.xml", []byte("<x/>"))
	require.NoError(t, err)
	require.Equal(t, "day.xml:<x/>", id)
	_, err = caller{url: server.URL}.upload(t.Context(), "/v1/bank-statements", "twice", "day.xml", nil)
	var refused *refusal
	require.ErrorAs(t, err, &refused)
	require.Equal(t, http.StatusBadRequest, refused.Status)
}

// plain is what was told, without its lines.
func plain(out *bytes.Buffer) string { return strings.Join(strings.Fields(out.String()), " ") }
