// Package mt940 reads SWIFT customer statements MT940 and interim reports MT942, in FIN blocks or as bare tags, several messages
// per file. Balances :60F:/:60M: and :62F:/:62M: make statements and pages; each :61: with its :86: is one entry; :64: and :65:
// (available balances) and :34F: (floor limits) are read over. Amounts have a comma and as many decimals as their currency, or
// fewer. What a bank writes into :86: is read by plug-ins (Details): German structured fields ?00 to ?63, slash-tagged SEPA
// words, and the fixed text of Dutch banks are shipped; anything else is plain words. A value date of 29 or 30 February that the
// year has not, as 360-day interest makes it, is the last day of February, with a warning. Parsers' callers import it; it
// imports the domain's leaves and the normal form alone.
package mt940
