// Package bai2 reads BAI2 files (Cash Management Balance Reporting Specifications, Version 2): files 01, groups 02, accounts 03,
// transactions 16, continuations 88 at every level, and the trailers 49, 98 and 99, whose control totals and counts are proven
// here. Each account record becomes a statement; amounts are whole minor units of the account's currency, which is the
// account's, else the group's, else that of the options, else USD. Records end with a line or a slash and may be blocked in
// physical records without line ends. A file that tells another version than 2 is an alarm. Availability (funds types 0, 1, 2,
// S, D) is read and left aside, as are balances other than ledger ones (010, 015) and summaries other than all credits (100) and
// all debits (400). Parsers' callers import it; it imports the domain's leaves and the normal form alone.
package bai2
