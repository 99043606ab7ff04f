package remittance

// Collector is a sink that keeps everything: for tests, and for small inputs that came whole anyway.
type Collector struct {
	Statements   []Statement   // as they ended
	Transactions []Transaction // of all statements, in order
	Of           []int         // the statement of each transaction, an index into Statements
	Advices      []Advice
	Problems     []Problem
}

// Begin takes a statement's start.
func (c *Collector) Begin(s Statement) error {
	c.Statements = append(c.Statements, s)
	return nil
}

// Transaction takes one of the last statement.
func (c *Collector) Transaction(t Transaction) error {
	c.Transactions = append(c.Transactions, t)
	c.Of = append(c.Of, len(c.Statements)-1)
	return nil
}

// End takes what is known of the last statement at its end.
func (c *Collector) End(s Statement) error {
	c.Statements[len(c.Statements)-1] = s
	return nil
}

// Advice takes an advice.
func (c *Collector) Advice(a Advice) error {
	c.Advices = append(c.Advices, a)
	return nil
}

// Problem takes a problem.
func (c *Collector) Problem(p Problem) error {
	c.Problems = append(c.Problems, p)
	return nil
}
