// Package dispute is the core of claims: what a customer contests or has withheld, where every cent of it is, in which
// state its case stands and what may happen next. It is pure: no input or output, no clock, no engine. It moves no money on
// items (receivable does) and asks for none (policy does). app, activities, store, port and api import it; it imports the
// domain's leaves, receivable, and access for the order of roles.
package dispute
