package remittance

import "fmt"

// Check wraps a sink: it counts what passes and tells, at the end of each statement, what does not add up. Opening plus booked
// entries must be closing, stated totals must be the counted ones, and the details of an entry must be the entry. Entries or
// details that exceed MaxTotal end the reading with CodeTooLarge.
func Check(to Sink) Sink { return &checker{Sink: to} }

type checker struct {
	Sink
	at      Statement
	counted Sums  // entries
	entry   int   // the entry whose parts come
	parts   int64 // total of the parts' amounts, signed as the entry
	of      Transaction
	foreign bool // an entry in another currency than the balances: the sum cannot be proven
}

// Begin forgets the statement before.
func (c *checker) Begin(s Statement) error {
	*c = checker{Sink: c.Sink, at: s}
	return c.Sink.Begin(s)
}

// Transaction counts an entry with its first part, and each part against its entry.
func (c *checker) Transaction(t Transaction) error {
	if t.Entry.Number != c.entry || t.Part == 0 {
		if err := c.closeEntry(); err != nil {
			return err
		}
		c.entry, c.of, c.parts = t.Entry.Number, t, 0
		c.count(t.Entry)
	}
	if t.Part > 0 && t.Currency == t.Entry.Currency {
		signed := t.Minor
		if t.Credit != t.Entry.Credit {
			signed = -signed
		}
		c.parts = Plus(c.parts, signed)
	}
	if c.counted.CreditMinor == Beyond || c.counted.DebitMinor == Beyond || c.parts == Beyond {
		return Malformed(t.Line, "entry", CodeTooLarge, "the amounts of a statement or an entry exceed what can be added up")
	}
	return c.Sink.Transaction(t)
}

func (c *checker) count(e Entry) {
	if e.State != Booked {
		return
	}
	c.counted.Add(e)
	for _, b := range []*Balance{c.at.Opening, c.at.Closing} {
		if b != nil && b.Currency != e.Currency {
			c.foreign = true
		}
	}
}

// closeEntry proves that the parts of the last entry are the entry. Details in another currency prove nothing.
func (c *checker) closeEntry() error {
	t := c.of
	c.of = Transaction{}
	if c.entry == 0 || t.Part == 0 || t.Currency != t.Entry.Currency || c.parts == t.Entry.Minor {
		return nil
	}
	return c.Problem(Problem{Alarm, t.Line, "entry", CodePartsDiffer,
		fmt.Sprintf("the details add up to %d, the entry is %d (minor units of %s)", c.parts, t.Entry.Minor, t.Entry.Currency)})
}

// End tells what contradicts itself, then ends the statement.
func (c *checker) End(s Statement) error {
	if err := c.closeEntry(); err != nil {
		return err
	}
	c.at = s
	for _, p := range c.contradictions(s) {
		if err := c.Problem(p); err != nil {
			return err
		}
	}
	return c.Sink.End(s)
}

func (c *checker) contradictions(s Statement) []Problem {
	var list []Problem
	say := func(sev Severity, field, code, format string, args ...any) {
		list = append(list, Problem{sev, s.Line, field, code, fmt.Sprintf(format, args...)})
	}
	switch {
	case s.Opening == nil || s.Closing == nil:
		if s.Kind == EndOfDay {
			say(Warning, "balance", CodeNoBalance, "opening or closing balance is not told, so the entries prove nothing")
		}
	case s.Opening.Currency != s.Closing.Currency || c.foreign:
		say(Alarm, "balance", CodeCurrencyDiffers, "balances and entries are in several currencies")
	case s.Opening.Minor+c.counted.CreditMinor-c.counted.DebitMinor != s.Closing.Minor:
		say(Alarm, "balance", CodeBalanceDiffers, "opening %d + credits %d - debits %d is not closing %d (minor units of %s)",
			s.Opening.Minor, c.counted.CreditMinor, c.counted.DebitMinor, s.Closing.Minor, s.Opening.Currency)
	}
	if s.Entries == nil {
		return list
	}
	for _, n := range []struct {
		what            string
		stated, counted int64
	}{
		{"entries", s.Entries.Count, c.counted.Count},
		{"credits", s.Entries.CreditCount, c.counted.CreditCount},
		{"debits", s.Entries.DebitCount, c.counted.DebitCount},
	} {
		if n.stated >= 0 && n.stated != n.counted {
			say(Alarm, n.what, CodeCountDiffers, "%d %s are stated, %d counted", n.stated, n.what, n.counted)
		}
	}
	if s.Entries.CreditStated && s.Entries.CreditMinor != c.counted.CreditMinor {
		say(Alarm, "credits", CodeTotalDiffers, "credits of %d are stated, %d counted", s.Entries.CreditMinor, c.counted.CreditMinor)
	}
	if s.Entries.DebitStated && s.Entries.DebitMinor != c.counted.DebitMinor {
		say(Alarm, "debits", CodeTotalDiffers, "debits of %d are stated, %d counted", s.Entries.DebitMinor, c.counted.DebitMinor)
	}
	return list
}
