package letter

import (
	"bytes"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/notify"
)

// compose lays the page out. The result depends on the envelope and the fonts alone: the file's dates are the document's.
func compose(face *typeface, e notify.Envelope) ([]byte, error) {
	p := e.Rendered.Page
	if len(p.Lines) == 0 || p.Subject == "" {
		return nil, invalid("rendered", "has no page to print")
	}
	recipient := e.To
	if recipient == "" {
		recipient = strings.Join(p.Customer.Address, "\n")
	}
	if strings.TrimSpace(recipient) == "" {
		return nil, invalid("to", "is not a postal address")
	}
	s := newSheet(face, e)
	s.top(p, addressLines(p, recipient))
	s.text(p.Opening)
	s.table(p)
	s.totals(p)
	s.credits(p)
	s.remitTo(p)
	s.text(p.Closing)
	s.small(p)
	s.footers(p)
	var out bytes.Buffer
	if err := s.pdf.Output(&out); err != nil {
		return nil, fault.Wrap(err, fault.Internal, notify.CodeInvalidEnvelope, "the letter cannot be set")
	}
	return out.Bytes(), nil
}

func invalid(path, message string) error {
	return fault.Fields(notify.CodeInvalidEnvelope, "the letter cannot be composed",
		fault.Field{Path: path, Code: notify.CodeInvalidEnvelope, Message: message})
}

func newSheet(face *typeface, e notify.Envelope) *sheet {
	pdf := fpdf.New("P", "mm", "A4", "")
	date := e.Content.DocumentDate.Time(time.UTC)
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(date)
	pdf.SetModificationDate(date)
	pdf.SetProducer("Arrears", true)
	pdf.SetTitle(e.Rendered.Subject, true)
	pdf.SetAuthor(e.Rendered.Page.Creditor.Name, true)
	pdf.SetLang(e.Rendered.Language)
	pdf.SetMargins(marginLeft, marginTop, marginLeft)
	pdf.SetAutoPageBreak(false, 0)
	face.register(pdf)
	pdf.SetAttachments(enclosures(e.Content.Attachments))
	pdf.AddPage()
	return &sheet{pdf: pdf, face: face}
}

// enclosures travel inside the file, so that whoever prints the letter has them at hand.
func enclosures(attachments []notice.Attachment) []fpdf.Attachment {
	var out []fpdf.Attachment
	for _, a := range attachments {
		if len(a.Content) > 0 {
			out = append(out, fpdf.Attachment{Content: a.Content, Filename: a.Filename})
		}
	}
	return out
}

// addressLines are the lines in the window: who, for whose attention, where. Six fit.
func addressLines(p notice.Page, recipient string) []string {
	lines := []string{p.Customer.Name}
	if p.Contact != "" {
		lines = append(lines, p.Contact)
	}
	for line := range strings.Lines(recipient) {
		if line = strings.Join(strings.Fields(line), " "); line != "" && line != p.Customer.Name && line != p.Contact {
			lines = append(lines, line)
		}
	}
	const window = 7
	if len(lines) > window {
		lines = append(lines[:window-1:window-1], strings.Join(lines[window-1:], ", "))
	}
	return lines
}

// top is everything above the salutation.
func (s *sheet) top(p notice.Page, address []string) {
	s.style("B", sizeTitle, accent)
	s.at(marginLeft, marginTop+6, s.fit(p.Creditor.Name, contentWidth))
	s.rule(marginTop+10, 0.6, accent)
	s.style("", sizeTiny, grey)
	sender := strings.Join(append([]string{p.Creditor.Name}, p.Creditor.Address...), " · ")
	s.at(marginLeft, senderLineY, s.fit(sender, 80))
	s.style("", sizeBody, ink)
	for i, line := range address {
		s.at(marginLeft, addressY+leadBody*float64(i+1), s.fit(line, 85))
	}
	s.info(p)
	s.marks()
	s.y = bodyTop
	s.style("B", sizeBody+1, ink)
	for _, line := range s.split(p.Subject, contentWidth) {
		s.at(marginLeft, s.y, line)
		s.y += leadBody
	}
	s.y += gap - 1
}

// info is the block beside the address.
func (s *sheet) info(p notice.Page) {
	y := addressY
	for _, row := range [][2]string{{p.Words["date"], p.Date}, {p.Words["customer_number"], p.Number}, {p.Words["pay_by"], p.PayBy}} {
		if row[1] == "" {
			continue
		}
		y += leadSmall
		s.style("", sizeSmall, grey)
		s.at(infoX, y, row[0])
		y += leadSmall + 0.4
		s.style("", sizeBody, ink)
		s.at(infoX, y, s.fit(row[1], marginLeft+contentWidth-infoX))
		y += 1.6
	}
}

// marks show where to fold and punch.
func (s *sheet) marks() {
	s.pdf.SetDrawColor(grey.r, grey.g, grey.b)
	s.pdf.SetLineWidth(0.1)
	for _, y := range []float64{foldUpper, foldLower} {
		s.pdf.Line(4, y, 8, y)
	}
	s.pdf.Line(4, punchMark, 10, punchMark)
}

func (s *sheet) text(paragraphs []string) {
	s.style("", sizeBody, ink)
	for _, p := range paragraphs {
		s.paragraph(p, leadBody)
	}
}

// small is what stands under the closing: enclosures and where to ask.
func (s *sheet) small(p notice.Page) {
	s.style("", sizeSmall, grey)
	if len(p.Files) > 0 {
		s.paragraph(p.Words["attached"]+": "+strings.Join(p.Files, ", "), leadSmall)
	}
	if p.ReplyTo != "" {
		s.paragraph(p.Words["letter_hint"]+" "+p.ReplyTo, leadSmall)
	}
}

// fit cuts a text that must stay on one line.
func (s *sheet) fit(text string, width float64) string {
	text = s.face.writable(text)
	if s.pdf.GetStringWidth(text) <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 1 && s.pdf.GetStringWidth(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimSpace(string(runes)) + "…"
}

// footers are drawn at the end, when the number of pages is known.
func (s *sheet) footers(p notice.Page) {
	total := s.pdf.PageCount()
	for page := 1; page <= total; page++ {
		s.pdf.SetPage(page)
		s.rule(footerTop-4, 0.2, grey)
		s.style("", sizeTiny, grey)
		sender := strings.Join(append([]string{p.Creditor.Name}, p.Creditor.Address...), " · ")
		s.at(marginLeft, footerTop, s.fit(sender, contentWidth-30))
		if label, err := p.Word("page", "n", page, "m", total); err == nil {
			s.right(marginLeft+contentWidth, footerTop, label)
		}
		if page > 1 {
			s.at(marginLeft, footerTop+leadTiny, s.fit(p.Subject, contentWidth-30))
		}
	}
}
