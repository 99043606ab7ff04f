// Package bare is the yardstick: what a program does that uses the same Temporal server with the SDK's defaults and
// nothing else. It has no rules, no database, no approvals, no record: start, timer, activity, mail, next timer; a
// validated update; a signal.
//
// It is no part of the product. devstack/bench alone imports it.
package bare
