package sample

import (
	"bytes"
	"fmt"
	"strings"

	"arrears/domain/money"
)

// document writes an invoice as a small PDF of one page. It is written by hand because a page of text needs nothing more,
// and the same invoice must give the same bytes.
func document(inv *Invoice, c *Customer, goods string) []byte {
	amount := money.Of(inv.AmountMinor, inv.Currency)
	lines := []string{
		"INVOICE " + inv.Number,
		"",
		"To: " + c.Name,
		"Date: " + inv.InvoiceDate.String(),
		"Your order: " + inv.PurchaseOrder,
		"For: " + goods,
		"",
		"Total: " + string(inv.Currency) + " " + amount.Format("en"),
	}
	for _, part := range inv.Instalments {
		lines = append(lines, fmt.Sprintf("Due %s: %s %s", part.DueDate, inv.Currency, money.Of(part.AmountMinor, inv.Currency).Format("en")))
	}
	return page(lines)
}

// page is a PDF of one page with lines of text.
func page(lines []string) []byte {
	var text strings.Builder
	text.WriteString("BT /F1 12 Tf 72 770 Td 18 TL\n")
	for _, line := range lines {
		text.WriteString("(" + latin(line) + ") Tj T*\n")
	}
	text.WriteString("ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(objects))
	for i, object := range objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return out.Bytes()
}

// latin writes a text as a PDF string in the page's encoding; what that does not have becomes a question mark.
func latin(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '(' || r == ')' || r == '\\':
			b.WriteByte('\\')
			b.WriteByte(byte(r))
		case r >= ' ' && r < 127:
			b.WriteByte(byte(r))
		case r >= 0xa0 && r <= 0xff:
			fmt.Fprintf(&b, "\\%03o", r)
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}
