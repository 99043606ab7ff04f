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
	column := "id"
	if table == "snapshot_items" {
		column = "item_id"
	}
	err := h.SQL.QueryRow(ctx, `SELECT `+column+`::text FROM `+table+` ORDER BY `+column+` OFFSET (SELECT count(*) / 2 FROM `+table+`) LIMIT 1`).Scan(&id)
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
	if answer.StatusCode == http.StatusServiceUnavailable && strings.Contains(string(text), `"request.timeout"`) {
		return ms, "", nil // cut short: a reading, and a bad one
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
