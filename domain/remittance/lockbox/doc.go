// Package lockbox reads BAI lockbox files: the cheques that a bank opened at a lockbox, with what their senders wrote that they
// pay. Records are fixed columns, one per line (or one per RecordLength characters): 1 immediate address, 2 service, 5 detail
// header, 6 detail, 4 overflow, 7 batch total, 8 service total, 9 destination trailer. Columns differ from bank to bank, so they
// are an option; Standard is the layout that is shipped, and its documentation says every column. Each lockbox and deposit day
// is one statement of notifications; counts and totals of batches, of the lockbox and of the file are proven. Amounts are minor
// units of the option's currency. Images and return mail are not read. Parsers' callers import it; it imports the domain's
// leaves and the normal form alone.
package lockbox
