// Package outage takes the servers away while the product works: PostgreSQL and Temporal are killed and come back. It has a
// stack of its own, and is apart from e2e because it links the Temporal server. It holds tests alone and nobody imports it.
package outage
