package report

// customers lists who would have received something, and counts who would not.
func customers(f *Facts, order ladder) (received []Customer, quiet int) {
	found := map[string]*Customer{}
	known := map[string]string{}
	for _, c := range f.Customers {
		known[c.Number] = c.Name
	}
	for _, n := range f.Notices {
		c := found[n.Customer]
		if c == nil {
			c = &Customer{Number: n.Customer, Name: known[n.Customer]}
			found[n.Customer] = c
		}
		c.Notices = append(c.Notices, messageOf(n, order))
	}
	for number := range known {
		if found[number] == nil {
			quiet++
		}
	}
	count(f, found)
	received = make([]Customer, 0, len(found))
	for _, number := range sortedKeys(found) {
		received = append(received, *found[number])
	}
	return received, quiet
}

func messageOf(n NoticeFacts, order ladder) CustomerNotice {
	out := CustomerNotice{On: n.On, Channel: n.Channel, Kind: n.Kind, Subject: n.Subject, Stage: order.top(n.Lines),
		Currency: n.Currency, AskedMinor: n.AskedMinor, Lines: make([]NoticeLine, len(n.Lines))}
	for i, l := range n.Lines {
		out.Lines[i] = NoticeLine{l.Invoice, l.Stage, l.AskMinor}
	}
	return out
}

// count adds what else concerns the customers found.
func count(f *Facts, found map[string]*Customer) {
	for _, i := range f.Invoices {
		if c := found[i.Customer]; c != nil {
			c.Invoices++
		}
	}
	for _, a := range f.Approvals {
		if c := found[a.Customer]; c != nil {
			c.Approvals++
		}
	}
	for _, t := range f.Tasks {
		if c := found[t.Customer]; c != nil {
			c.Tasks++
		}
	}
}
