package mail

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"arrears/domain/remittance"
)

// header is the columns of a table, and what divides them.
type header struct {
	columns []string
	divide  func(string) []string
}

var wide = regexp.MustCompile(`\s{2,}`)

// dividers are tried in order: a bar, a tab, two blanks or more.
func dividers() []func(string) []string {
	by := func(mark string) func(string) []string {
		return func(s string) []string { return trimmed(strings.Split(strings.Trim(strings.TrimSpace(s), mark), mark)) }
	}
	return []func(string) []string{by("|"), by("\t"), func(s string) []string { return trimmed(wide.Split(strings.TrimSpace(s), -1)) }}
}

func trimmed(cells []string) []string {
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// tableHeader reports whether a line names the columns of a table: an invoice and an amount.
func tableHeader(line string) (header, bool) {
	for _, divide := range dividers() {
		var h header
		for _, cell := range divide(line) {
			h.columns = append(h.columns, column(cell))
		}
		amount := slices.Contains(h.columns, "paid") || slices.Contains(h.columns, "gross")
		if len(h.columns) > 1 && amount && (slices.Contains(h.columns, "number") || slices.Contains(h.columns, "order")) {
			h.divide = divide
			return h, !repeated(h.columns)
		}
	}
	return header{}, false
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
	switch strings.Trim(strings.ToLower(cell), "#:. ") {
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
	case "comment", "description", "notes", "remarks", "memo":
		return "words"
	case "claim", "claim number":
		return "claim"
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
		if strings.HasPrefix(strings.ToLower(cells[0]), "total") || strings.HasPrefix(strings.ToLower(cells[0]), "sum") {
			if n := len(cells); n > 1 {
				return i + 1, r.tableTotal(cells[n-1], at)
			}
			return i + 1, nil
		}
		if len(cells) != len(h.columns) {
			if err := r.refuse(at, "table", CodeAmbiguous, fmt.Sprintf("the row has %d cells under %d columns", len(cells), len(h.columns))); err != nil {
				return i, err
			}
			continue
		}
		if err := r.row(h, cells, at); err != nil {
			return i, err
		}
	}
	return len(lines), nil
}

// row reads one line of a table; one bad amount refuses the row.
func (r *reader) row(h header, cells []string, at int64) error {
	line := remittance.Line{Line: at, Kind: remittance.LineInvoice}
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
		minor, _, err := r.amount(value, "table/"+name, at)
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

// tableTotal holds a table's last row against its lines.
func (r *reader) tableTotal(text string, at int64) error {
	minor, _, err := r.amount(text, "table/total", at)
	if err != nil || minor == nil {
		return err
	}
	if sum, told := paid(r.found.table); told && !r.found.refused && sum != *minor {
		return r.say(remittance.Alarm, at, "table/total", remittance.CodeTotalDiffers,
			fmt.Sprintf("%s are stated, %d counted (minor units)", remittance.Clean(text, 40), sum))
	}
	if r.found.amount == nil {
		r.found.amount = minor
	}
	return nil
}
