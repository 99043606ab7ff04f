// Package receivable is the money core: customers, invoices and their items, credit memos, receipts and what holds an
// item back from being asked for (promises, blocks, dispute flags). Amounts are minor units of the record's currency.
// It is pure: no input or output, no clock, no engine. Every room may import it; it imports the domain's leaves alone.
package receivable
