// Package matching says who paid and what for: it turns a receipt, with whatever the bank and the payer tell of it, and the
// candidates that were looked up for it into proposals, best first, each with a score, where every unit of the money goes, and
// reasons in words. It decides whether a proposal may be applied by itself; it applies nothing, looks nothing up and knows no
// clock. The same receipt, candidates and rules give the same result, in whatever order the rows come. app, store and api
// import it; it imports remittance, receivable and the domain's leaves.
//
// The way through it: Keys tells what to search by, the caller finds Candidates (store by SQL, Index in memory), Match answers.
package matching
