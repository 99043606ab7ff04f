package sample

import (
	"math/rand/v2"

	"arrears/domain/calendar"
)

// invoiceCount is how many invoices the portfolio has.
const invoiceCount = 400

// generator fills a portfolio. It draws from one seeded source in one order, so the same seed gives the same portfolio.
type generator struct {
	random *rand.Rand
	out    *Portfolio
}

// Generate makes the portfolio of a seed as it stands on a day.
func Generate(seed uint64, today calendar.Date) *Portfolio {
	g := &generator{random: rand.New(rand.NewPCG(seed, 0x41525245415253)), out: &Portfolio{Today: today}}
	g.customers()
	g.invoices()
	g.money()
	g.holds()
	g.notes()
	g.copies()
	g.script()
	return g.out
}

func pick[T any](g *generator, from []T) T { return from[g.random.IntN(len(from))] }

// between draws a number from low to high, both included.
func (g *generator) between(low, high int) int { return low + g.random.IntN(high-low+1) }
