package notice

import (
	"fmt"
	"strconv"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
)

// maxCredits bounds what is listed; a customer with more open credits needs a clerk, not a longer notice.
const maxCredits = 500

// check refuses a content that contradicts itself, all problems at once.
func (c Content) check() error {
	err := fault.New(fault.Invalid, CodeInvalidContent, "the notice's content is not valid")
	add := func(path, message string) {
		err = err.With(fault.Field{Path: path, Code: CodeInvalidContent, Message: message})
	}
	if !c.Currency.Valid() {
		add("currency", "is not a currency")
	}
	if (len(c.Lines) == 0 && c.Claim == nil) || len(c.Lines) > MaxLines {
		add("lines", fmt.Sprintf("must be 1 to %d", MaxLines))
	}
	if len(c.Credits) > maxCredits {
		add("credits", fmt.Sprintf("must be at most %d", maxCredits))
	}
	open, ask := c.checkLines(add)
	for i, credit := range c.Credits {
		if credit.Minor < 0 || credit.Minor > money.MaxMinor {
			add(fmt.Sprintf("credits[%d]", i), "is out of range")
		}
	}
	if c.ReservedMinor < 0 || open > money.MaxMinor || ask+c.ReservedMinor > open {
		add("totals", "what is asked and what is reserved exceed what is open")
	}
	if c.Claim != nil && !c.Claim.inRange() {
		add("claim", "is out of range")
	}
	if len(err.Fields) > 0 {
		return err
	}
	return nil
}

// checkLines returns the sums; a line out of range does not count, so they cannot overflow.
func (c Content) checkLines(add func(path, message string)) (open, ask int64) {
	for i, l := range c.Lines {
		if l.OpenMinor < 0 || l.AskMinor < 0 || l.AskMinor > l.OpenMinor || l.OpenMinor > money.MaxMinor || l.OriginalMinor < 0 {
			add(fmt.Sprintf("lines[%d]", i), "asks for more than is open, or is out of range")
			continue
		}
		if open <= money.MaxMinor {
			open += l.OpenMinor
			ask += l.AskMinor
		}
	}
	return open, ask
}

// builder writes a content's facts in a language's words.
type builder struct {
	words  words
	format string // how numbers are written
	c      Content
}

func (b builder) amount(minor int64) string { return money.Of(minor, b.c.Currency).Format(b.format) }

// deduction is an amount that is taken off, with its minus sign; none is "".
func (b builder) deduction(minor int64) string {
	if minor == 0 {
		return ""
	}
	return b.amount(-minor)
}

func (b builder) page(language, template string) Page {
	c := b.c
	p := Page{
		Language: language, Kind: string(c.Kind), Template: template, Words: b.words,
		Creditor: Party{Name: oneLine(c.Creditor.Name, maxOneLine), Address: rows(c.Creditor.Address), RemitTo: rows(c.Creditor.RemitTo)},
		Customer: Party{Name: oneLine(c.CustomerName, maxOneLine), Address: rows(c.PostalAddress)},
		Number:   oneLine(c.CustomerNo, maxOneLine), Contact: oneLine(c.ContactName, maxOneLine),
		Date: b.words.date("date_long", c.DocumentDate), PayBy: b.words.date("date_long", c.PayBy),
		DueText: oneLine(c.DueText, 2*maxOneLine), ReplyTo: oneLine(c.ReplyAddress, maxOneLine),
		Currency: string(c.Currency), Count: len(c.Lines),
	}
	var open, ask int64
	for _, l := range c.Lines {
		open, ask = open+l.OpenMinor, ask+l.AskMinor
		p.Level, p.Oldest = max(p.Level, l.Level), max(p.Oldest, l.DaysPastDue)
		p.Lines = append(p.Lines, b.line(l))
	}
	p.TotalOpen, p.Total = b.amount(open), b.amount(ask)
	p.Reserved, p.NotAsked = b.deduction(c.ReservedMinor), b.deduction(open-c.ReservedMinor-ask)
	for _, credit := range c.Credits {
		p.Credits = append(p.Credits, b.credit(credit))
	}
	p.CreditsNote = b.creditsNote(p)
	if c.Claim != nil {
		p.Claim = b.claim(*c.Claim)
	}
	for _, file := range c.Attachments {
		p.Files = append(p.Files, oneLine(file.Filename, maxOneLine))
	}
	return p
}

// creditsNote says how much of the credits lowers what is asked: all, a part, or nothing.
func (b builder) creditsNote(p Page) string {
	left := b.c.ReservedMinor
	for _, credit := range b.c.Credits {
		left -= credit.Minor
	}
	switch {
	case len(p.Credits) == 0:
		return ""
	case b.c.ReservedMinor == 0:
		return b.words["credits_shown"]
	case left >= 0:
		return b.words["credits_counted"]
	}
	return b.words.fill("credits_partly", "amount", p.Money(b.amount(b.c.ReservedMinor)))
}

func (b builder) line(l Line) PageLine {
	out := PageLine{
		Invoice: oneLine(l.InvoiceNumber, maxOneLine), PurchaseOrder: oneLine(l.PurchaseOrder, maxOneLine),
		InvoiceDate: b.short(l.InvoiceDate), DueDate: b.short(l.DueDate),
		Level: l.Level, DaysPastDue: l.DaysPastDue, Days: b.words.days(l.DaysPastDue),
		Original: b.amount(l.OriginalMinor), Open: b.amount(l.OpenMinor), Asked: b.amount(l.AskMinor),
		Partial: l.OriginalMinor > l.OpenMinor,
	}
	if l.Instalments > 1 {
		out.Instalment = b.words.fill("instalment", "i", strconv.Itoa(l.Instalment), "n", strconv.Itoa(l.Instalments))
	}
	if l.ClaimNumber != 0 {
		b.deducted(&out, l)
	}
	return out
}

// deducted says of which claim a line is, and since when the money is missing.
func (b builder) deducted(out *PageLine, l Line) {
	out.Deduction = b.words.fill("deduction", "number", ClaimNumber(l.ClaimNumber))
	if l.ClaimReference != "" {
		out.Claim = b.words.fill("claim_of", "ref", oneLine(l.ClaimReference, maxOneLine))
	}
	if l.AgingDays > 0 && !l.AgingDate.IsZero() {
		out.AgingDays = l.AgingDays
		out.Aged = b.words.fill("aged", "date", b.short(l.AgingDate), "n", strconv.Itoa(l.AgingDays))
	}
}

// ClaimNumber is how people name a claim.
func ClaimNumber(n int64) string { return "D-" + strconv.FormatInt(n, 10) }

func (b builder) short(d calendar.Date) string { return b.words.date("date_short", d) }

func (b builder) credit(c Credit) PageCredit {
	kind := string(CreditMemo)
	if c.Kind == OnAccount || c.Kind == Unapplied {
		kind = string(c.Kind)
	}
	return PageCredit{Kind: b.words[kind], Reference: oneLine(c.Reference, maxOneLine), Amount: b.amount(c.Minor)}
}

// Money writes an amount of the page with its currency, in the language's order: {{.Money .Total}}. The two stay on one line.
func (p Page) Money(amount string) string {
	return unbroken(words(p.Words).fill("money", "currency", p.Currency, "amount", amount))
}

// Word fills a pattern of the words: {{.Word "level" "n" .Level}}.
func (p Page) Word(key string, pairs ...any) (string, error) {
	if _, known := p.Words[key]; !known {
		return "", fmt.Errorf("%q is not a known key of the words", key)
	}
	texts := make([]string, len(pairs))
	for i, pair := range pairs {
		texts[i] = fmt.Sprint(pair)
	}
	return words(p.Words).fill(key, texts...), nil
}
