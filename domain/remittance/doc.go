// Package remittance is the one normal form of what banks and payers tell about money: statements with their entries, and
// advices that say what a payment is for. A parser per format (camt, mt940, bai2, lockbox, x12, csvfile, jsonfile, mail) reads
// a stream into a Sink, bounded, with the line of each problem; control totals are proven here, once for all formats. It
// decides nothing about who paid or what for (matching does). It is pure: it gets readers, opens nothing and knows no clock.
// Its parsers, matching, app and the command line import it; it imports the domain's leaves alone.
package remittance
