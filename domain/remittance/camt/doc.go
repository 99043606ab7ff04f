// Package camt reads what ISO 20022 banks send about an account: camt.053 (end of day), camt.052 (intraday) and camt.054
// (notifications), versions 02 to 13. The elements follow the public message definitions of ISO 20022; the meaning of returns
// and charges follows the usage that the European, Swiss and Nordic banking associations publish. Another version, or another
// namespace with the elements of these messages, is read with a warning.
//
// Amounts are minor units of their own currency; an amount without a currency is refused. An entry's CdtDbtInd is the
// direction on the account also when RvslInd says that the booking takes back an earlier one, so nothing is turned around.
// A detail's amount is the first of TxDtls/Amt, AmtDtls/TxAmt and AmtDtls/CntrValAmt in the entry's currency; the only detail
// of an entry without one is the entry. Entry.Reference is AcctSvcrRef; NtryRef is not read, since many banks count with it.
//
// Memory does not grow with the file: a token has at most 1 MiB, nesting at most 64 levels, one structured element at most
// 4,000 elements, a payment at most remittance.MaxLines documents. Details are handed on while the entry is read, so what an
// entry tells after its details (AddtlNtryInf) reaches the last of them alone, which is all of them where there is one.
//
// It does not read interest, card data, corporate actions, line items of a document (LineDtls), available and interim balances,
// and it does not validate against a schema. Document types and entities (DTD) are refused. It opens nothing and reaches no
// network. Whoever reads bank files imports it; it imports the normal form and the domain's leaves.
package camt
