package mail

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"arrears/domain/money"
	"arrears/domain/remittance"
)

// header is the columns of a table, and what divides them.
type header struct {
	columns []string
	divide  func(string) []string
	exact   bool   // cells are divided by a mark, so that blank ones are there too
	place   string // in the names of problems
}

var wide = regexp.MustCompile(`\s{2,}`)

// dividers are tried in order: a bar, a tab, two blanks or more.
func dividers() []header {
	return []header{
		{place: "table", exact: true, divide: func(s string) []string {
			return trimmed(strings.Split(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(s), "|"), "|"), "|"))
		}},
		{place: "table", exact: true, divide: func(s string) []string { return trimmed(strings.Split(strings.Trim(s, " \r\n"), "\t")) }},
		{place: "table", divide: func(s string) []string { return trimmed(wide.Split(strings.TrimSpace(s), -1)) }},
	}
}

func trimmed(cells []string) []string {
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// tableHeader reports whether a line names the columns of a table.
func tableHeader(line string) (header, bool) {
	for _, by := range dividers() {
		if h, ok := headerOf(by.divide(line)); ok {
			by.columns = h.columns
			return by, true
		}
	}
	return header{}, false
}

// headerOf reports whether cells name columns, an invoice and an amount among them. What names a column twice is no header.
func headerOf(cells []string) (header, bool) {
	h := header{place: "table", exact: true}
	for _, cell := range cells {
		h.columns = append(h.columns, column(cell))
	}
	amount := slices.Contains(h.columns, "paid") || slices.Contains(h.columns, "gross")
	named := slices.Contains(h.columns, "number") || slices.Contains(h.columns, "order")
	return h, len(h.columns) > 1 && amount && named && !repeated(h.columns)
}

func repeated(columns []string) bool {
	seen := map[string]bool{}
	for _, c := range columns {
		if c != "" && seen[c] {
			return true
		}
		seen[c] = true
	}
	return false
}

// column says what a header's words mean; empty is not read.
func column(cell string) string {
	switch strings.Trim(strings.ReplaceAll(strings.ToLower(cell), "_", " "), "#:. ") {
	case "invoice", "invoice number", "invoice no", "document", "document number", "invoice id", "inv", "doc no":
		return "number"
	case "paid", "amount paid", "net", "net amount", "payment", "amount", "net paid", "paid amount":
		return "paid"
	case "gross", "gross amount", "invoice amount", "original", "original amount":
		return "gross"
	case "discount", "discount taken", "cash discount":
		return "discount"
	case "deduction", "deductions", "adjustment", "adjustments", "short":
		return "adjust"
	case "po", "purchase order", "po number", "order":
		return "order"
	case "date", "invoice date":
		return "date"
	case "reason", "reason code", "code":
		return "reason"
	case "comment", "description", "notes", "remarks", "memo", "words":
		return "words"
	case "claim", "claim number":
		return "claim"
	case "currency", "ccy":
		return "currency"
	}
	return ""
}

// rows reads rows until a line that is none, and returns how many lines it took.
func (r *reader) rows(h header, lines []string, first int64) (int, error) {
	for i, text := range lines {
		at := first + int64(i)
		if strings.Trim(text, "-=+| \t") == "" {
			if i > 0 && strings.TrimSpace(text) == "" {
				return i, nil
			}
			continue
		}
		cells := h.divide(text)
		if len(cells) == 1 {
			return i, nil
		}
		if err := r.cells(h, cells, at); err != nil {
			return i, err
		}
		if totals(cells) {
			return i + 1, nil
		}
	}
	return len(lines), nil
}

// astray refuses a line that looks like a row of a table that has ended: its sum would lack it.
func (r *reader) astray(h header, line string, at int64) error {
	if !h.exact {
		return nil
	}
	cells := h.divide(line)
	if len(cells) != len(h.columns) || totals(cells) {
		return nil
	}
	for i, name := range h.columns {
		if _, ok := scan(cells[i]); ok && (name == "paid" || name == "gross") {
			return r.refuse(at, h.place, CodeAmbiguous, "the row stands apart from its table")
		}
	}
	return nil
}

// totals reports whether a row is the table's last, which adds up the others.
func totals(cells []string) bool {
	first := strings.ToLower(cells[0])
	return strings.HasPrefix(first, "total") || strings.HasPrefix(first, "sum")
}

// cells reads one row: a total, or a line when it has a cell under each column.
func (r *reader) cells(h header, cells []string, at int64) error {
	if totals(cells) {
		return r.tableTotal(h, cells, at)
	}
	for h.exact && len(cells) > len(h.columns) && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	for h.exact && len(cells) < len(h.columns) {
		cells = append(cells, "")
	}
	if len(cells) != len(h.columns) {
		return r.refuse(at, h.place, CodeAmbiguous, fmt.Sprintf("the row has %d cells under %d columns", len(cells), len(h.columns)))
	}
	return r.row(h, cells, at)
}

// row reads one line of a table; one bad amount refuses the row.
func (r *reader) row(h header, cells []string, at int64) error {
	line := remittance.Line{Line: at, Kind: remittance.LineInvoice}
	if i := slices.Index(h.columns, "currency"); i >= 0 && cells[i] != "" {
		if ok, err := r.rowCurrency(cells[i], h.place, at); err != nil || !ok {
			return err
		}
	}
	for i, name := range h.columns {
		value := cells[i]
		var target **int64
		switch name {
		case "number":
			line.Number = field(value)
		case "order":
			line.Order = field(value)
		case "claim":
			line.Claim = field(value)
		case "reason":
			line.Reason = field(value)
		case "words":
			line.Words = remittance.Clean(value, remittance.MaxText)
		case "date":
			line.On = isoDate(value)
		case "paid":
			target = &line.PaidMinor
		case "gross":
			target = &line.GrossMinor
		case "discount":
			target = &line.DiscountMinor
		case "adjust":
			target = &line.AdjustMinor
		}
		if target == nil || strings.Trim(value, "-– ") == "" {
			continue
		}
		minor, _, err := r.amount(value, h.place+"/"+name, at)
		if err != nil || minor == nil {
			return err
		}
		*target = minor
	}
	r.found.table = append(r.found.table, signed(line))
	return nil
}

// signed gives discount and deduction the signs of the normal form, and names what the row is about.
func signed(l remittance.Line) remittance.Line {
	if d := l.DiscountMinor; d != nil && *d < 0 {
		off := -*d
		l.DiscountMinor = &off
	}
	if d := l.AdjustMinor; d != nil && *d > 0 {
		off := -*d
		l.AdjustMinor = &off
	}
	switch {
	case l.Number == "" && l.Claim != "":
		l.Kind = remittance.LineClaim
	case l.Number == "" && l.Order != "":
		l.Kind, l.Number, l.Order = remittance.LineOrder, l.Order, ""
	case l.Number == "":
		l.Kind = remittance.LineAdjustment
	}
	return l
}

// rowCurrency takes the currency of a row for that of the advice; ok is false when it is another, and then the row is refused.
func (r *reader) rowCurrency(text, place string, at int64) (ok bool, err error) {
	c := money.Currency(strings.ToUpper(text))
	switch {
	case !c.Valid():
		return false, r.refuse(at, place+"/currency", remittance.CodeUnknownCurrency, fmt.Sprintf("%.12q is not a known currency code", text))
	case r.advice.Currency == "":
		r.advice.Currency = c
	case r.advice.Currency != c:
		return false, r.refuse(at, place+"/currency", remittance.CodeCurrencyDiffers, "the mail tells amounts in several currencies")
	}
	return true, nil
}

// tableTotal holds a table's last row against its lines: its amount stands under what is paid, else it is the last that is there.
func (r *reader) tableTotal(h header, cells []string, at int64) error {
	text := ""
	for _, cell := range cells[1:] {
		if cell != "" {
			text = cell
		}
	}
	if i := slices.Index(h.columns, "paid"); h.exact && i > 0 && i < len(cells) && cells[i] != "" {
		text = cells[i]
	}
	if text == "" {
		return nil
	}
	minor, _, err := r.amount(text, h.place+"/total", at)
	if err != nil || minor == nil {
		return err
	}
	if sum, told := paid(r.found.table); told && !r.found.refused && sum != *minor {
		return r.say(remittance.Alarm, at, h.place+"/total", remittance.CodeTotalDiffers,
			fmt.Sprintf("%s are stated, %d counted (minor units)", remittance.Clean(text, 40), sum))
	}
	if r.found.amount == nil {
		r.found.amount = minor
	}
	return nil
}
