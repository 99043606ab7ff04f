// Package plant sets up what the benchmarks measure: PostgreSQL as in production (every commit is on disk before it is
// answered), Temporal as a process of its own, a mail sink, and on them any number of fresh installations of the product,
// whose workers, relays and API run as real processes.
//
// It measures nothing itself. devstack/bench alone imports it.
package plant
