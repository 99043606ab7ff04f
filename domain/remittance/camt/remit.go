package camt

import (
	"encoding/xml"
	"strings"

	"arrears/domain/money"
	"arrears/domain/remittance"
)

// documentLine is a line with the currency of its amounts, which the line itself has no room for.
type documentLine struct {
	remittance.Line
	currency money.Currency
	mixed    bool
}

var inRemittance = names("SplmtryData")

// remittance reads RmtInf, element by element: a payment may be for thousands of documents.
func (e *entry) remittance(d *detail) error {
	return e.each(func(x xml.StartElement) error {
		switch x.Name.Local {
		case "Ustrd":
			s, err := e.text(x)
			if err != nil {
				return err
			}
			return e.words(d, s)
		case "Strd":
			n, err := e.tree(x)
			if err != nil {
				return err
			}
			lines, err := e.structured(n)
			if err != nil {
				return err
			}
			for _, l := range lines {
				if len(d.lines) == remittance.MaxLines {
					return e.tooMuch(d, remittance.Refused, "Strd", remittance.MaxLines)
				}
				d.lines = append(d.lines, l)
			}
			return nil
		}
		return e.leave(x, inRemittance)
	})
}

// words keeps a text of the payer.
func (e *entry) words(d *detail, s string) error {
	s = remittance.Clean(s, remittance.MaxText)
	if s == "" {
		return nil
	}
	if len(d.tx.Text) == remittance.MaxTexts {
		return e.tooMuch(d, remittance.Warning, "Ustrd", remittance.MaxTexts)
	}
	d.tx.Text = append(d.tx.Text, s)
	return nil
}

// tooMuch tells once of a payment that it has more than is kept.
func (e *entry) tooMuch(d *detail, sev remittance.Severity, field string, most int) error {
	if d.told {
		return nil
	}
	d.told = true
	say := e.warn
	if sev == remittance.Refused {
		say = e.refuse
	}
	return say(d.line, "RmtInf/"+field, remittance.CodeTooLarge, "more than %d; the rest is left out", most)
}

// documents gives the lines their place. Amounts in another currency than the payment's are left out: nothing says what they
// are in it.
func (e *entry) documents(d *detail) error {
	told := false
	for _, l := range d.lines {
		code := ""
		switch {
		case l.mixed, l.currency != "" && l.currency != d.tx.Currency:
			code = remittance.CodeCurrencyDiffers
		case l.excessive():
			code = remittance.CodeTooLarge
		}
		if code != "" {
			l.PaidMinor, l.GrossMinor, l.DiscountMinor, l.AdjustMinor = nil, nil, nil, nil
		}
		if code != "" && !told {
			told = true
			if err := e.warn(l.Line.Line, "RfrdDocAmt", code, "amounts in another currency than the payment, or too large to be any, are left out"); err != nil {
				return err
			}
		}
		d.tx.Lines = append(d.tx.Lines, l.Line)
	}
	d.lines = nil
	return nil
}

// structured reads one Strd: documents, their amounts, and the creditor's reference, which is a line of its own where no
// document is named.
func (e *entry) structured(n *node) ([]documentLine, error) {
	base := documentLine{Line: remittance.Line{Line: n.line, Kind: remittance.LineUnknown,
		Customer: told(n.say("Invcee/Id/OrgId/Othr/Id", "Invcee/Id/PrvtId/Othr/Id", "Invcee/Nm"))}}
	reference := told(n.say("CdtrRefInf/Ref", "CdtrRefInf/CdtrRef"))
	var words []string
	for _, w := range n.all("AddtlRmtInf") {
		words = append(words, w.text)
	}
	docs := n.all("RfrdDocInf")
	if len(docs) == 0 {
		base.Number = reference
	} else if reference != "" {
		words = append([]string{reference}, words...)
	}
	base.Words = remittance.Clean(strings.Join(words, " "), remittance.MaxText)
	var lines []documentLine
	for _, doc := range docs {
		l := base
		if err := e.document(&l, doc); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	if len(docs) == 0 {
		lines = append(lines, base)
	}
	amt := n.at("RfrdDocAmt")
	if amt != nil && len(lines) > 1 {
		return lines, e.warn(amt.line, "RfrdDocAmt", CodeSharedAmount, "one amount for %d documents is left out", len(lines))
	}
	if amt != nil {
		more, err := e.priced(&lines[0], amt)
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
	}
	if len(lines) == 1 && lines[0].empty() {
		return nil, nil
	}
	return lines, nil
}

func (l *documentLine) empty() bool {
	return l.Number == "" && l.Words == "" && l.Order == "" && l.PaidMinor == nil && l.GrossMinor == nil && l.DiscountMinor == nil && l.AdjustMinor == nil
}

// kindOf tells apart the types of documents (DocumentType6Code) that matter to a matcher.
func kindOf(code string) remittance.LineKind {
	switch code {
	case "CINV", "HIRI", "MSIN", "SBIN", "INVS", "AROI":
		return remittance.LineInvoice
	case "CREN", "CNFA":
		return remittance.LineCreditNote
	case "DEBN", "DNFA":
		return remittance.LineClaim
	case "PUOR":
		return remittance.LineOrder
	}
	return remittance.LineUnknown
}

func (e *entry) document(l *documentLine, doc *node) error {
	l.Line.Line = doc.line
	l.Kind = kindOf(doc.say("Tp/CdOrPrtry/Cd", "RfrdDocTp/Cd", "Tp/Cd"))
	l.Number = told(doc.say("Nb", "RfrdDocNb"))
	switch l.Kind {
	case remittance.LineOrder:
		l.Order = l.Number
	case remittance.LineClaim:
		l.Claim = l.Number
	}
	on, ok := dateOf(doc.at("RltdDt"))
	if !ok {
		return e.warn(doc.line, "RfrdDocInf/RltdDt", remittance.CodeBadDate, "the document's date is none")
	}
	l.On = on
	return nil
}
