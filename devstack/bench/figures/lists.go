package figures

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/million"
	"arrears/devstack/bench/plant"
	"arrears/domain/access"
)

// How a list is asked.
const (
	listPages   = 6  // pages that are followed from the beginning, and from the middle
	listSamples = 6  // customers, collectors or invoices that a filter is tried with
	listAtMost  = 50 // milliseconds, the 95th percentile of a page
)

// list is a list as people ask for it. A placeholder in braces stands for values from the data.
type list struct {
	path  string
	table string // whose middle a page is asked from; empty: the list is short
}

// lists are all lists of the API with the filters that people use.
func lists() []list {
	return []list{
		{"/v1/invoices", "invoices"},
		{"/v1/invoices?state=overdue", "invoices"},
		{"/v1/invoices?state=open", "invoices"},
		{"/v1/invoices?state=closed", "invoices"},
		{"/v1/invoices?state=void", "invoices"},
		{"/v1/invoices?customer_id={customer}", ""},
		{"/v1/invoices?customer_id={customer}&state=overdue", ""},
		{"/v1/invoices?number={number}", ""},
		{"/v1/invoices?source=erp&state=open", "invoices"},
		{"/v1/invoices?due_before={soon}", "invoices"},
		{"/v1/invoices?level=2", "invoices"},
		{"/v1/invoices?level=9", "invoices"},
		{"/v1/invoices?policy=standard", "invoices"},
		{"/v1/invoices?policy=standard&state=overdue&level=3", "invoices"},
		{"/v1/customers", ""},
		{"/v1/customers?q={name}", ""},
		{"/v1/customers?number={customer_number}", ""},
		{"/v1/customers?segment=retail", ""},
		{"/v1/customers?collector={collector}", ""},
		{"/v1/cases", ""},
		{"/v1/approvals", ""},
		{"/v1/approvals?status=open", ""},
		{"/v1/approvals?status=open&role=admin", ""},
		{"/v1/approvals?customer_id={customer}", ""},
		{"/v1/notices", "notices"},
		{"/v1/notices?state=sent", "notices"},
		{"/v1/notices?state=draft", ""},
		{"/v1/notices?state=refused", "notices"},
		{"/v1/notices?channel=letter", "notices"},
		{"/v1/notices?customer_id={customer}", ""},
		{"/v1/notices?invoice_id={invoice}", ""},
		{"/v1/tasks", ""},
		{"/v1/tasks?state=open", ""},
		{"/v1/tasks?state=done", ""},
		{"/v1/tasks?state=open&due_by={today}", ""},
		{"/v1/tasks?state=open&assignee={collector}", ""},
		{"/v1/tasks?state=open&role=supervisor", ""},
		{"/v1/tasks?kind=no_address", ""},
		{"/v1/tasks?customer_id={customer}", ""},
		{"/v1/tasks?invoice_id={invoice}", ""},
		{"/v1/promises", ""},
		{"/v1/promises?state=open", ""},
		{"/v1/promises?customer_id={customer}", ""},
		{"/v1/blocks?state=open", ""},
		{"/v1/blocks?customer_id={customer}", ""},
		{"/v1/dispute-flags?state=open", ""},
		{"/v1/dispute-flags?customer_id={customer}", ""},
		{"/v1/notes", ""},
		{"/v1/notes?customer_id={customer}", ""},
		{"/v1/documents", ""},
		{"/v1/documents?invoice_id={invoice}", ""},
		{"/v1/documents?kind=claim", ""},
		{"/v1/receipts", "receipts"},
		{"/v1/receipts?state=recorded", "receipts"},
		{"/v1/receipts?state=reversed", "receipts"},
		{"/v1/receipts?rest=true", "receipts"},
		{"/v1/receipts?customer_id={customer}", ""},
		{"/v1/receipts?invoice_id={invoice}", ""},
		{"/v1/receipts?number={receipt}", ""},
		{"/v1/credit-memos", ""},
		{"/v1/credit-memos?open=true", ""},
		{"/v1/credit-memos?customer_id={customer}", ""},
		{"/v1/write-offs?invoice_id={invoice}", ""},
		{"/v1/imports", ""},
		{"/v1/imports/{import}/quarantine", ""},
		{"/v1/imports/{import}/quarantine?state=open", ""},
		{"/v1/audit-entries", ""},
		{"/v1/audit-entries?customer_id={customer}", ""},
		{"/v1/audit-entries?invoice_id={invoice}", ""},
		{"/v1/audit-entries?subject_id={invoice}", ""},
		{"/v1/events", ""},
		{"/v1/events?customer_id={customer}", ""},
		{"/v1/events?invoice_id={invoice}", ""},
		{"/v1/events?types=receipt.recorded", ""},
		{"/v1/invoices/{invoice}", ""},
		{"/v1/invoices/{invoice}/timeline", ""},
		{"/v1/customers/{customer}", ""},
	}
}

// samples are the queries that find values for the placeholders: some small, some large.
var samples = map[string]string{
	"{customer}":        `SELECT id::text FROM customers ORDER BY id OFFSET 3 LIMIT $1`,
	"{customer_number}": `SELECT number FROM customers ORDER BY id OFFSET 3 LIMIT $1`,
	"{name}":            `SELECT split_part(name, ' ', 1) FROM customers ORDER BY id OFFSET 3 LIMIT $1`,
	"{collector}":       `SELECT DISTINCT collector FROM customers ORDER BY 1 LIMIT $1`,
	"{invoice}":         `SELECT invoice_id::text FROM items WHERE open_minor > 0 AND level > 0 ORDER BY due_date LIMIT $1`,
	"{number}":          `SELECT number FROM invoices ORDER BY id DESC OFFSET 100 LIMIT $1`,
	"{receipt}":         `SELECT number FROM receipts ORDER BY id DESC LIMIT $1`,
	"{import}":          `SELECT id::text FROM imports ORDER BY id LIMIT $1`,
	"{today}":           `SELECT current_date::text LIMIT $1`,
	"{soon}":            `SELECT (current_date + 7)::text LIMIT $1`,
}

// lists measures every list where the portfolio is large.
func (b *Bench) lists(ctx context.Context) ([]measure.Row, error) {
	h, err := b.Servers.NewHouse(ctx, plant.HouseOptions{})
	if err != nil {
		return nil, err
	}
	defer h.Close(ctx)
	if err := million.Fill(ctx, h.Config.DatabaseURL, b.Size.Lists, b.Progress); err != nil {
		return nil, err
	}
	api, err := h.Serve(ctx)
	if err != nil {
		return nil, err
	}
	values, err := sampled(ctx, h)
	if err != nil {
		return nil, err
	}
	var rows []measure.Row
	for _, l := range lists() {
		took, err := askList(ctx, h, api, l, values)
		if err != nil {
			return nil, err
		}
		rows = append(rows, measure.Row{
			What: "GET " + l.path, Unit: "ms", Ours: measure.Series{took.Percentile(0.95)}, Ceiling: listAtMost, Detail: true,
			Note: fmt.Sprintf("%d pages, p50 %s", len(took), measure.Number(took.Median())),
		})
	}
	return append([]measure.Row{slowest(b.Size.Lists, rows)}, rows...), nil
}

// slowest is the list with the highest 95th percentile.
func slowest(invoices int, rows []measure.Row) measure.Row {
	worst := slices.MaxFunc(rows, func(a, b measure.Row) int {
		return int(a.Ours.Median()*1000) - int(b.Ours.Median()*1000)
	})
	over := 0
	for _, r := range rows {
		if met, _ := r.Met(); !met {
			over++
		}
	}
	return measure.Row{
		What: fmt.Sprintf("lists at %s invoices, p95 of a page of the slowest of %d", measure.Number(float64(invoices)), len(rows)), Unit: "ms",
		Ours: worst.Ours, Ceiling: listAtMost, Note: fmt.Sprintf("%s; %d over", strings.TrimPrefix(worst.What, "GET "), over),
	}
}

// sampled reads values for the placeholders.
func sampled(ctx context.Context, h *plant.House) (map[string][]string, error) {
	values := map[string][]string{}
	for name, query := range samples {
		rows, err := h.SQL.Query(ctx, query, listSamples)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for rows.Next() {
			var value string
			if err := rows.Scan(&value); err != nil {
				return nil, err
			}
			values[name] = append(values[name], value)
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return values, nil
}

// askList asks a list for its pages from the beginning and from the middle, for each sample of its placeholder, once to
// warm up and then measured.
func askList(ctx context.Context, h *plant.House, api *plant.API, l list, values map[string][]string) (measure.Series, error) {
	var took measure.Series
	for _, path := range filled(l.path, values) {
		pages, err := follow(ctx, api, path, "")
		if err != nil {
			return nil, err
		}
		took = append(took, pages...)
		if l.table == "" {
			continue
		}
		middle, err := middleOf(ctx, h, l.table)
		if err != nil {
			return nil, err
		}
		if pages, err = follow(ctx, api, path, middle); err != nil {
			return nil, err
		}
		took = append(took, pages...)
	}
	return took, nil
}

// filled replaces the placeholder of a path by each of its samples.
func filled(path string, values map[string][]string) []string {
	for name, found := range values {
		if !strings.Contains(path, name) {
			continue
		}
		var paths []string
		for _, value := range found {
			paths = append(paths, filled(strings.ReplaceAll(path, name, url.QueryEscape(value)), values)...)
		}
		return paths
	}
	return []string{path}
}

// middleOf is the cursor that a list ordered by id would give in its middle.
func middleOf(ctx context.Context, h *plant.House, table string) (string, error) {
	var id string
	err := h.SQL.QueryRow(ctx, `SELECT id::text FROM `+table+` ORDER BY id OFFSET (SELECT count(*) / 2 FROM `+table+`) LIMIT 1`).Scan(&id)
	if err != nil {
		return "", err
	}
	key, err := json.Marshal([]string{id})
	return base64.RawURLEncoding.EncodeToString(key), err
}

// follow asks for pages, one after another. The first is asked twice and the second answer counts: what is measured is the
// query and not the first look at cold pages of the disk.
func follow(ctx context.Context, api *plant.API, path, cursor string) (measure.Series, error) {
	if _, _, err := page(ctx, api, path, cursor); err != nil {
		return nil, err
	}
	var took measure.Series
	for range listPages {
		ms, next, err := page(ctx, api, path, cursor)
		if err != nil {
			return nil, err
		}
		took = append(took, ms)
		if next == "" || next == cursor {
			break
		}
		cursor = next
	}
	return took, nil
}

// page asks for one page and returns how many milliseconds that took, and the next one's cursor.
func page(ctx context.Context, api *plant.API, path, cursor string) (ms float64, next string, err error) {
	parameter := "cursor"
	if strings.HasPrefix(path, "/v1/events") {
		parameter = "after"
	}
	if cursor != "" {
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		path += separator + parameter + "=" + url.QueryEscape(cursor)
	}
	began := time.Now()
	answer, err := api.Do(ctx, access.Admin, http.MethodGet, path, "", nil)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = answer.Body.Close() }() // it has been read
	text, err := io.ReadAll(answer.Body)
	ms = float64(time.Since(began).Microseconds()) / 1000
	if err != nil {
		return 0, "", err
	}
	if answer.StatusCode != http.StatusOK {
		return 0, "", fmt.Errorf("GET %s: %s: %.200s", path, answer.Status, text)
	}
	var found struct {
		NextCursor string          `json:"next_cursor"`
		Next       json.RawMessage `json:"next"`
	}
	if err := json.Unmarshal(text, &found); err != nil {
		return 0, "", fmt.Errorf("GET %s: %w", path, err)
	}
	if parameter == "after" {
		return ms, strings.Trim(string(found.Next), `"`), nil
	}
	return ms, found.NextCursor, nil
}
