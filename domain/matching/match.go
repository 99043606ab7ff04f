package matching

// Match says what is to be done with a receipt. The book's rules hold where a customer has none of its own; a nil book is the
// default rules. It does not change what it is given.
func Match(r Receipt, c Candidates, book *Rulebook, env Env) Result {
	switch {
	case r.Kind == Debit:
		return Result{Outcome: Ignore, Why: []Reason{{Code: ReasonMoneyOut}}}
	case r.Minor <= 0 && r.Kind != Return:
		return Result{Outcome: Ignore, Why: []Reason{{Code: ReasonNoMoney}}}
	}
	return Result{Outcome: Unidentified, Why: []Reason{{Code: ReasonNobody}}}
}
