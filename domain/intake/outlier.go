package intake

import "arrears/domain/money"

// Outliers finds amounts that are far above what a customer's other invoices of the same file are. It remembers a count
// and a sum per customer and currency, for a bounded number of customers.
type Outliers struct {
	seen map[ControlKey]*amountsSeen
}

type amountsSeen struct {
	count, sumMinor int64
}

const (
	// outlierCustomers bounds memory; further customers are not watched.
	outlierCustomers = 200_000
	// outlierAfter invoices say what is usual for a customer.
	outlierAfter = 10
	// outlierFactor times the mean is far above.
	outlierFactor = 20
)

// Add remembers an amount and reports whether it is more than 20 times the mean of the customer's earlier ones, of which
// there must be at least 10. An amount that stands out is not remembered: the next one like it stands out too.
func (o *Outliers) Add(customer string, c money.Currency, minor int64) bool {
	if o.seen == nil {
		o.seen = map[ControlKey]*amountsSeen{}
	}
	key := ControlKey{customer, c}
	s := o.seen[key]
	if s == nil {
		if len(o.seen) >= outlierCustomers {
			return false
		}
		s = &amountsSeen{}
		o.seen[key] = s
	}
	// The mean is below minor/20, without overflow: the sum of what is remembered stays below MaxMinor.
	if s.count >= outlierAfter && minor/outlierFactor > s.sumMinor/s.count {
		return true
	}
	if s.sumMinor <= money.MaxMinor-minor {
		s.count++
		s.sumMinor += minor
	}
	return false
}
