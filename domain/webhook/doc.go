// Package webhook is the pure part of telling other systems what happened: endpoints, their secrets and how these overlap,
// deliveries and what becomes of them, the signature of the Standard Webhooks specification, and which addresses are nobody's
// but ours. It posts nothing and stores nothing. Every room may import it; it imports receivable and the domain's leaves.
package webhook
