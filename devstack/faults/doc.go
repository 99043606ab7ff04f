// Package faults breaks a whole installation on purpose, on real processes: workers, relays and interfaces are killed at
// every named failpoint and at random, PostgreSQL and Temporal are killed and come back, connections run out, the mail server
// misbehaves, clocks jump, an invoice is poisoned. After each the same laws must hold (house.Laws). It has a stack of its own
// for what takes servers away, and is apart from e2e because it links the Temporal server. It holds tests alone and nobody
// imports it. docs/faults.md is what a run of it found.
package faults
