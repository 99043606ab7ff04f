package letter

import (
	"strings"

	"arrears/domain/notice"
)

// The columns of the table: left edges of the first two, right edges of the amounts.
const (
	colInvoice      = marginLeft
	colInvoiceWidth = 60.0
	colDue          = marginLeft + 64
	colDueWidth     = 40.0
	colOpenRight    = marginLeft + 135
	colAskedRight   = marginLeft + contentWidth
)

// table lists the lines; its head is repeated on every page, and no line is torn apart.
func (s *sheet) table(p notice.Page) {
	head := func() { s.tableHead(p) }
	s.need(4 * leadBody)
	head()
	s.head = head
	for _, line := range p.Lines {
		s.row(p, line)
	}
	s.head = nil
}

func (s *sheet) tableHead(p notice.Page) {
	s.y += leadBody
	s.style("B", sizeSmall, grey)
	s.at(colInvoice, s.y, p.Words["invoice"])
	s.at(colDue, s.y, p.Words["due"])
	s.right(colOpenRight, s.y, p.Words["open"]+" "+p.Currency)
	s.right(colAskedRight, s.y, p.Words["asked"]+" "+p.Currency)
	s.y += 1.6
	s.rule(s.y, 0.5, accent)
}

func (s *sheet) row(p notice.Page, l notice.PageLine) {
	s.style("B", sizeBody, ink)
	number := s.split(l.Invoice, colInvoiceWidth)
	s.style("", sizeSmall, grey)
	details := s.split(s.details(p, l), colInvoiceWidth)
	due := s.dueDetails(p, l)
	height := max(float64(len(number))*leadBody+float64(len(details))*leadSmall, leadBody+float64(len(due))*leadSmall) + cellMargin*2
	s.need(height)

	first := s.y + cellMargin + leadBody - 0.8
	s.style("B", sizeBody, ink)
	s.column(colInvoice, first, leadBody, number)
	s.style("", sizeBody, ink)
	s.at(colDue, first, l.DueDate)
	s.right(colOpenRight, first, l.Open)
	s.right(colAskedRight, first, l.Asked)
	s.style("", sizeSmall, grey)
	s.column(colInvoice, first+float64(len(number)-1)*leadBody+leadSmall, leadSmall, details)
	s.column(colDue, first+leadSmall, leadSmall, due)
	if l.Partial {
		if text, err := p.Word("originally", "amount", l.Original); err == nil {
			s.right(colOpenRight, first+leadSmall, text)
		}
	}
	s.y += height
	s.rule(s.y, 0.1, light)
}

func (s *sheet) column(x, y, lead float64, lines []string) {
	for i, line := range lines {
		s.at(x, y+float64(i)*lead, line)
	}
}

func (s *sheet) details(p notice.Page, l notice.PageLine) string {
	var parts []string
	if l.InvoiceDate != "" {
		parts = appendWord(parts, p, "invoice_of", "date", l.InvoiceDate)
	}
	if l.Instalment != "" {
		parts = append(parts, l.Instalment)
	}
	if l.PurchaseOrder != "" {
		parts = appendWord(parts, p, "purchase_order", "ref", l.PurchaseOrder)
	}
	return strings.Join(parts, ", ")
}

func (s *sheet) dueDetails(p notice.Page, l notice.PageLine) []string {
	lines := s.split(l.Days, colDueWidth)
	if l.Level > 0 {
		lines = appendWord(lines, p, "level", "n", l.Level)
	}
	return lines
}

func appendWord(parts []string, p notice.Page, key string, pairs ...any) []string {
	if text, err := p.Word(key, pairs...); err == nil {
		return append(parts, text)
	}
	return parts
}

// totals read as a sum and stay together.
func (s *sheet) totals(p notice.Page) {
	rows := [][2]string{}
	if p.Reserved != "" || p.NotAsked != "" {
		rows = append(rows, [2]string{p.Words["total_open"], p.Money(p.TotalOpen)})
	}
	if p.Reserved != "" {
		rows = append(rows, [2]string{p.Words["reserved"], p.Money(p.Reserved)})
	}
	if p.NotAsked != "" {
		rows = append(rows, [2]string{p.Words["not_asked"], p.Money(p.NotAsked)})
	}
	s.need(float64(len(rows)+2)*leadBody + gap)
	s.y += gap / 2
	s.style("", sizeBody, ink)
	for _, row := range rows {
		s.total(row)
	}
	s.style("B", sizeBody+1, ink)
	s.y += 0.8
	s.total([2]string{p.Words["total"], p.Money(p.Total)})
	s.y += gap
	if p.DueText != "" {
		s.style("", sizeSmall, grey)
		s.paragraph(p.DueText, leadSmall)
	}
}

func (s *sheet) total(row [2]string) {
	s.y += leadBody
	s.right(colOpenRight, s.y, row[0])
	s.right(colAskedRight, s.y, row[1])
}

func (s *sheet) credits(p notice.Page) {
	if len(p.Credits) == 0 {
		return
	}
	s.need(4 * leadBody)
	s.y += leadBody
	s.style("B", sizeSmall, ink)
	s.at(marginLeft, s.y, p.Words["credits"])
	s.style("", sizeSmall, ink)
	for _, c := range p.Credits {
		s.need(leadSmall)
		s.y += leadSmall
		s.at(marginLeft, s.y, s.fit(strings.TrimSpace(c.Kind+" "+c.Reference), colOpenRight-marginLeft))
		s.right(colAskedRight, s.y, p.Money(c.Amount))
	}
	s.style("", sizeSmall, grey)
	s.paragraph(p.CreditsNote, leadSmall)
}

// remitTo is the box with the bank details; it stays together.
func (s *sheet) remitTo(p notice.Page) {
	if len(p.Creditor.RemitTo) == 0 {
		return
	}
	quote := ""
	if p.Number != "" {
		quote, _ = p.Word("quote", "number", p.Number)
	}
	s.style("", sizeSmall, grey)
	quoted := s.split(quote, contentWidth-10)
	height := float64(len(p.Creditor.RemitTo)+1)*leadBody + float64(len(quoted))*leadSmall + 2*cellMargin + 1
	s.need(height + gap)
	s.y += 1
	s.pdf.SetFillColor(240, 245, 250)
	s.pdf.Rect(marginLeft, s.y, contentWidth, height, "F")
	s.pdf.SetFillColor(accent.r, accent.g, accent.b)
	s.pdf.Rect(marginLeft, s.y, 1.2, height, "F")
	y := s.y + cellMargin + leadBody - 0.8
	s.style("B", sizeBody, ink)
	s.at(marginLeft+5, y, p.Words["remit_to"])
	s.style("", sizeBody, ink)
	for _, line := range p.Creditor.RemitTo {
		y += leadBody
		s.at(marginLeft+5, y, s.fit(line, contentWidth-10))
	}
	s.style("", sizeSmall, grey)
	s.column(marginLeft+5, y+leadSmall+0.5, leadSmall, quoted)
	s.y += height + gap
}
