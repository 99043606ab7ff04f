package bai2

import (
	"strconv"

	"arrears/domain/money"
	"arrears/domain/remittance"
)

// maxAccounts bounds the accounts of a group whose repetitions are told apart.
const maxAccounts = 50_000

func (r *reader) openAccount(l *logical) error {
	if err := r.leave(l, &r.account, "49"); err != nil {
		return err
	}
	f := &fields{chunks: l.chunks}
	number, _ := f.next()
	currency, _ := f.next()
	r.account = level{open: true, first: l.first}
	r.entries, r.unknown = 0, false
	r.at = remittance.Statement{
		Line: l.line, Format: "bai2", ID: r.id, LastPage: true, Kind: r.kind, Status: r.status, From: r.asOf, To: r.asOf,
		Account: remittance.Account{Other: remittance.Clean(number, remittance.MaxField), Bank: remittance.Clean(r.originator, remittance.MaxField)},
	}
	if len(r.seen) < maxAccounts {
		r.seen[number]++
		if n := r.seen[number]; n > 1 { // one account may stand in a group several times, a day each
			r.at.Sequence = strconv.Itoa(n)
		}
	}
	if err := r.setCurrency(l, currency); err != nil {
		return err
	}
	if err := r.summaries(l, f); err != nil {
		return err
	}
	return r.to.Begin(r.at)
}

func (r *reader) setCurrency(l *logical, own string) error {
	name := own
	if name == "" {
		name = string(r.currency)
	}
	if name == "" {
		name, r.at.Assumed = string(r.opt.Currency), true
	}
	currency, err := money.ParseCurrency(upper(name))
	if err != nil {
		r.unknown = true
		return r.say(remittance.Refused, l.line, "03", remittance.CodeUnknownCurrency, "%.10q is no known currency: the account's entries cannot be read", name)
	}
	r.at.Currency = currency
	return nil
}

// summaries reads what an account record tells of balances and totals: type, amount, item count, funds.
func (r *reader) summaries(l *logical, f *fields) error {
	for {
		code, ok := f.next()
		if !ok {
			return nil
		}
		if code == "" {
			continue // a defaulted summary, or the end of a record that is continued
		}
		amount, _ := f.next()
		count, _ := f.next()
		funds, _ := f.next()
		if len(code) != 3 || !digits(code) {
			return r.say(remittance.Refused, l.line, "03", remittance.CodeMalformed, "%.20q stands where a type code should", code)
		}
		if _, code2, why := skipFunds(f, funds, r.asOf); code2 != "" {
			return r.say(remittance.Refused, l.line, "03", code2, "type %s: %s", code, why)
		}
		value, read := minor(amount)
		if amount == "" {
			value, read = 0, true
		}
		if !read {
			if err := r.say(remittance.Refused, l.line, "03", remittance.CodeBadAmount, "type %s: %.30q is no amount", code, amount); err != nil {
				return err
			}
			continue
		}
		r.account.total = remittance.Plus(r.account.total, value)
		if err := r.summary(l, code, amount != "", value, count); err != nil {
			return err
		}
	}
}

func (r *reader) summary(l *logical, code string, stated bool, value int64, count string) error {
	if r.unknown || (code != "010" && code != "015" && code != "100" && code != "400") {
		return nil
	}
	n, counted := minor(count)
	if count != "" && (!counted || n < 0) {
		return r.say(remittance.Refused, l.line, "03", remittance.CodeMalformed, "type %s: %.20q is no count", code, count)
	}
	if count == "" {
		n = -1
	}
	balance := &remittance.Balance{Minor: value, Currency: r.at.Currency, On: r.asOf}
	switch {
	case code == "010" && stated:
		r.at.Opening = balance
	case code == "015" && stated:
		r.at.Closing = balance
	case code == "100" || code == "400":
		if r.at.Entries == nil {
			r.at.Entries = &remittance.Sums{Count: -1, CreditCount: -1, DebitCount: -1}
		}
		if e := r.at.Entries; code == "100" {
			e.CreditCount, e.CreditMinor, e.CreditStated = n, value, stated
		} else {
			e.DebitCount, e.DebitMinor, e.DebitStated = n, value, stated
		}
	}
	return nil
}

func (r *reader) closeAccount(l *logical) error {
	f := &fields{chunks: l.chunks}
	total, _ := f.next()
	count, _ := f.next()
	if err := r.prove(l, total, r.account.total, count, l.last-r.account.first+1, "records"); err != nil {
		return err
	}
	return r.endAccount()
}

func (r *reader) endAccount() error {
	r.group.total = remittance.Plus(r.group.total, r.account.total)
	r.group.children++
	r.account.open = false
	return r.to.End(r.at)
}

func (r *reader) closeGroup(l *logical) error {
	if err := r.leave(l, &r.account, "49"); err != nil {
		return err
	}
	if err := r.proveLevel(l, r.group, "accounts"); err != nil {
		return err
	}
	r.endGroup()
	return nil
}

func (r *reader) endGroup() {
	r.file.total = remittance.Plus(r.file.total, r.group.total)
	r.file.children++
	r.group.open = false
}

func (r *reader) closeFile(l *logical) error {
	if err := r.leave(l, &r.group, "98"); err != nil {
		return err
	}
	r.file.open = false
	return r.proveLevel(l, r.file, "groups")
}

// proveLevel proves a trailer of total, children and records.
func (r *reader) proveLevel(l *logical, v level, children string) error {
	f := &fields{chunks: l.chunks}
	total, _ := f.next()
	count, _ := f.next()
	records, _ := f.next()
	if err := r.prove(l, total, v.total, count, v.children, children); err != nil {
		return err
	}
	return r.proveCount(l, records, l.last-v.first+1, "records")
}

func (r *reader) prove(l *logical, stated string, counted int64, count string, n int64, what string) error {
	if value, ok := minor(stated); !ok || value != counted {
		if err := r.say(remittance.Alarm, l.line, l.code, remittance.CodeTotalDiffers, "a control total of %.30q is stated, %d counted", stated, counted); err != nil {
			return err
		}
	}
	return r.proveCount(l, count, n, what)
}

func (r *reader) proveCount(l *logical, stated string, counted int64, what string) error {
	if n, ok := minor(stated); ok && n == counted {
		return nil
	}
	return r.say(remittance.Alarm, l.line, l.code, remittance.CodeCountDiffers, "%.20q %s are stated, %d counted", stated, what, counted)
}
