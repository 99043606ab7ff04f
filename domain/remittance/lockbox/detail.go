package lockbox

import (
	"strings"

	"arrears/domain/remittance"
)

// detail reads record 6, a cheque.
func (r *reader) detail(rec record) error {
	if !r.open {
		return r.outside(rec, "6")
	}
	r.n++
	batch := rec.at(r.l.Batch)
	if r.batchName != "" && batch != r.batchName {
		if err := r.say(remittance.Alarm, rec.no, "7", remittance.CodeTruncated, "batch %s has no total", r.batchName); err != nil {
			return err
		}
		r.batch = tally{}
	}
	r.batchName = batch
	r.key, r.seq, r.full, r.more = batch+"/"+rec.at(r.l.Number), 0, false, false
	minor, ok := digits(rec.at(r.l.Amount))
	if !ok {
		return r.say(remittance.Refused, rec.no, "6", remittance.CodeBadAmount, "%.30q is no amount", rec.at(r.l.Amount))
	}
	r.batch.add(minor)
	if r.dateless {
		return nil
	}
	cheque := strings.TrimLeft(rec.at(r.l.Cheque), "0")
	r.cheque = &remittance.Transaction{
		Line: rec.no, Credit: true, Minor: minor, Currency: r.opt.Currency, Cheque: remittance.Clean(cheque, remittance.MaxField), Reference: r.key,
		Entry: remittance.Entry{
			Number: r.n, Reference: r.key, BookedOn: r.at.To, ValueOn: r.at.To, State: remittance.Booked, Code: "LOCKBOX", Credit: true,
			Minor: minor, Currency: r.opt.Currency,
		},
		Payer: remittance.Party{Name: remittance.Clean(rec.at(r.l.Remitter), remittance.MaxField), Account: remittance.Account{
			Bank: remittance.Clean(rec.at(r.l.Routing), remittance.MaxField), Other: remittance.Clean(rec.at(r.l.Account), remittance.MaxField)}},
	}
	if date := rec.at(r.l.ChequeDate); len(date) == 6 && date != "000000" {
		on, fits := day(date[4:] + date[:4])
		if !fits {
			if err := r.say(remittance.Warning, rec.no, "6", remittance.CodeBadDate, "%s is no date of a cheque", date); err != nil {
				return err
			}
		} else {
			r.cheque.Entry.Text = "cheque of " + on.String()
		}
	}
	return r.items(rec, r.l.Items, "6")
}

// overflow reads record 4, what the cheque before it is for.
func (r *reader) overflow(rec record) error {
	if !r.open {
		return r.outside(rec, "4")
	}
	key := rec.at(r.l.OverBatch) + "/" + rec.at(r.l.OverNumber)
	if key != r.key {
		return r.say(remittance.Refused, rec.no, "4", remittance.CodeMalformed, "the line is of item %.20s, the cheque before it is %.20s", key, r.key)
	}
	if r.cheque == nil {
		return nil // refused or left out already
	}
	if n, ok := digits(rec.at(r.l.OverSequence)); ok {
		if r.seq > 0 && n != r.seq%99+1 && n != (r.seq+1)%100 {
			if err := r.say(remittance.Alarm, rec.no, "4", remittance.CodeCountDiffers, "line %d of the cheque follows line %d", n, r.seq); err != nil {
				return err
			}
		}
		r.seq = n
	}
	r.more = rec.at(r.l.OverLast) == "0"
	if r.wordsAlone(rec) {
		text := rec.at(r.l.OverWords)
		if fits := len([]rune(text)) <= 16 && !strings.ContainsAny(text, " \t"); fits && len(r.l.OverItems) > 0 {
			return r.line(rec, remittance.Line{Line: rec.no, Kind: remittance.LineInvoice, Number: remittance.Clean(text, remittance.MaxField)})
		}
		if text = remittance.Clean(text, remittance.MaxText); text != "" && len(r.cheque.Text) < remittance.MaxTexts {
			r.cheque.Text = append(r.cheque.Text, text)
		}
		return nil
	}
	return r.items(rec, r.l.OverItems, "4")
}

// wordsAlone reports whether a record tells no amount, so that its words are one text.
func (r *reader) wordsAlone(rec record) bool {
	if r.l.OverWords.To == 0 {
		return false
	}
	for _, item := range r.l.OverItems {
		if _, ok := digits(rec.at(item.Paid)); ok {
			return false
		}
	}
	return true
}

func (r *reader) items(rec record, items []Item, field string) error {
	for _, item := range items {
		number := remittance.Clean(rec.at(item.Number), remittance.MaxField)
		if strings.Trim(number, "0") == "" && strings.Trim(rec.at(item.Paid), "0") == "" {
			continue
		}
		line := remittance.Line{Line: rec.no, Kind: remittance.LineInvoice, Number: number,
			Reason: remittance.Clean(rec.at(item.Reason), remittance.MaxField), Words: remittance.Clean(rec.at(item.Words), remittance.MaxField)}
		if strings.Trim(number, "0") == "" {
			line.Kind, line.Number = remittance.LineUnknown, ""
		}
		if !amounts(rec, item, &line) {
			if err := r.say(remittance.Refused, rec.no, field, remittance.CodeBadAmount, "the amounts of %.20q cannot be read", number); err != nil {
				return err
			}
			continue
		}
		if err := r.line(rec, line); err != nil {
			return err
		}
	}
	return nil
}

// amounts reads what is paid and deducted; the document was both together.
func amounts(rec record, item Item, line *remittance.Line) bool {
	if text := rec.at(item.Paid); text != "" {
		paid, ok := digits(text)
		if !ok {
			return false
		}
		line.PaidMinor = &paid
	}
	text := rec.at(item.Deducted)
	if strings.Trim(text, "0") == "" {
		return true
	}
	deducted, ok := digits(text)
	if !ok {
		return false
	}
	less := -deducted
	line.AdjustMinor = &less
	if line.PaidMinor != nil {
		gross := *line.PaidMinor + deducted
		line.GrossMinor = &gross
	}
	return true
}

func (r *reader) line(rec record, line remittance.Line) error {
	if len(r.cheque.Lines) < remittance.MaxLines {
		r.cheque.Lines = append(r.cheque.Lines, line)
		return nil
	}
	if r.full {
		return nil
	}
	r.full = true
	return r.say(remittance.Refused, rec.no, "4", remittance.CodeTooLarge, "the cheque has more than %d lines", remittance.MaxLines)
}

// emit gives a cheque with its lines; lines that tell amounts should add up to it.
func (r *reader) emit() error {
	t := r.cheque
	if t == nil {
		return nil
	}
	r.cheque = nil
	if r.more {
		if err := r.say(remittance.Warning, t.Line, "4", remittance.CodeTruncated, "the last line of the cheque says that another follows"); err != nil {
			return err
		}
	}
	if paid, told := remittance.PaidBy(t.Lines); told && paid != t.Minor {
		if err := r.say(remittance.Warning, t.Line, "4", remittance.CodeLinesDiffer, "the lines add up to %d, the cheque is %d (minor units of %s)",
			paid, t.Minor, t.Currency); err != nil {
			return err
		}
	}
	return r.to.Transaction(*t)
}
