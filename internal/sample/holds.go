package sample

import "arrears/domain/receivable"

// holds draws what holds invoices back: promises, blocks and a few disputed amounts.
func (g *generator) holds() {
	g.promises()
	g.blocks()
	g.disputes()
}

// promises to pay: most will be kept by the script or run out, and one was made for a part.
func (g *generator) promises() {
	for i, inv := range g.first(8, -40, -5) {
		amount := g.out.OpenMinor(inv.Number)
		if i == 2 {
			amount = max(1, amount/2)
		}
		g.out.Promises = append(g.out.Promises, Promise{
			Invoice: inv.Number, AmountMinor: amount, DueOn: g.out.Today.AddDays(3 + 2*i), GraceDays: i % 3,
			Note: pick(g, []string{"will pay with the next run", "waits for a customer's own payment", "said so on the telephone"}),
		})
	}
}

// blocks stop dunning for a reason: of invoices for some days, and of one customer for good.
func (g *generator) blocks() {
	reasons := []receivable.BlockReason{
		receivable.BlockCustomerRequest, receivable.BlockInternalReview, receivable.BlockBillingError, receivable.BlockGoodwill,
	}
	for i, inv := range g.first(len(reasons), -30, 0) {
		g.out.Blocks = append(g.out.Blocks, Block{
			Customer: inv.Customer, Invoice: inv.Number, Reason: reasons[i], Until: g.out.Today.AddDays(6 + 5*i), Note: "agreed with the collector",
		})
	}
	g.out.Blocks = append(g.out.Blocks, Block{Customer: "C-1031", Reason: receivable.BlockInsolvency, Note: "proceedings opened"})
}

func (g *generator) disputes() {
	reasons := []string{"short_delivery", "price", "damage"}
	for i, inv := range g.first(len(reasons), -30, -5) {
		open := min(g.out.OpenMinor(inv.Number), inv.Instalments[0].AmountMinor)
		g.out.Disputes = append(g.out.Disputes, Dispute{
			Invoice: inv.Number, AmountMinor: max(1, open/int64(i+2)), Reason: reasons[i], Note: "the customer sent a photograph",
		})
	}
}

// first returns up to n open invoices of an age, of which nothing was applied, each of another customer.
func (g *generator) first(n, low, high int) []*Invoice {
	var found []*Invoice
	seen := map[string]bool{}
	for _, inv := range g.openInvoices(low, high) {
		if len(found) < n && !seen[inv.Customer] && len(inv.Instalments) == 1 && g.out.OpenMinor(inv.Number) == inv.AmountMinor {
			seen[inv.Customer] = true
			found = append(found, inv)
		}
	}
	return found
}

// notes are what collectors wrote down; some ask to be followed up.
func (g *generator) notes() {
	calls := []Note{
		{Kind: "call", Outcome: "reached", Body: "Spoke with accounts payable; the invoice is approved for the next payment run."},
		{Kind: "call", Outcome: "no_answer", Body: "Nobody answered at the second attempt either."},
		{Kind: "call", Outcome: "will_pay", Body: "They will pay this week."},
		{Kind: "call", Outcome: "disputes", Body: "They say that two cartons were missing and will write."},
		{Kind: "note", Body: "Invoices go to a new address from next month; contact to be confirmed."},
		{Kind: "note", Body: "Purchase order number is needed on every invoice of this customer."},
	}
	for i, inv := range g.first(10, -60, -3) {
		n := calls[i%len(calls)]
		n.Customer, n.Invoice = inv.Customer, inv.Number
		if i%3 == 0 {
			n.FollowUpOn = g.out.Today.AddDays(2 + i)
		}
		g.out.Notes = append(g.out.Notes, n)
	}
}

// copies attaches the document to the invoices of the story and to every ninth of the others.
func (g *generator) copies() {
	for i := range g.out.Invoices {
		inv := &g.out.Invoices[i]
		if i < len(storyInvoices()) || i%9 == 0 {
			g.out.Copies = append(g.out.Copies, Copy{Invoice: inv.Number, Filename: inv.Number + ".pdf", PDF: document(inv, g.find(inv.Customer), goods()[i%len(goods())])})
		}
	}
}
