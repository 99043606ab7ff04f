// Package mail reads remittance advices that people write: an e-mail (RFC 5322 with MIME) or plain text. It reads lines of
// "Key: value" (payer, account, amounts, invoices, orders, deductions) and tables whose header names an invoice and an amount,
// with columns that are divided by bars, tabs or two blanks. Of a message with several forms the plain text is read if it tells
// an amount or a document, else the words of its HTML. Attached mails are read as parts of the mail; attached X12 gives advices
// of its own; an attached CSV whose header names an invoice and an amount is the table of a mail whose text names no documents.
// Other attachments are named in warnings.
//
// A mail is no bank file: what it does not tell stays untold (an invoice that is only listed has no amount), and a number whose
// separators can be read two ways ("1,240") is refused, unless the mail's other numbers show which way it writes. Amounts
// without a currency are US dollars where the text speaks of checks or a lockbox, which is told; else they are refused. It is
// bounded: 16 MiB, five levels, 100 parts, 5,000 lines of text and remittance.MaxLines rows of a table.
//
// It imports the normal form, the leaves, x12 and libraries that take messages apart; it opens nothing.
package mail

import (
	"bytes"
	"io"
	"strings"

	_ "github.com/emersion/go-message/charset" // the character sets that mails are written in

	"arrears/domain/money"
	"arrears/domain/remittance"
)

// The codes of problems that only mails have.
const (
	CodeAttachment = "remittance.attachment" // an attachment that is not read
	CodeAssumed    = "remittance.assumed"    // the currency is not told and was taken for what the text's words let expect
	CodeNoAmount   = "remittance.no_amount"  // the payment's amount is not told
	CodeAmbiguous  = "remittance.ambiguous"  // a number or a table that can be read in two ways
)

const (
	maxMail  = 16 << 20
	maxLines = 5_000
	maxParts = 100
	maxDepth = 5
)

// Options are what a mail may not tell.
type Options struct {
	Currency money.Currency // of amounts without a sign or code; empty: such amounts are refused
}

// Read reads one mail or text. Errors are those of the sink and of in, and malformed input by remittance.Malformed.
func Read(in io.Reader, o Options, to remittance.Sink) error {
	text, err := io.ReadAll(io.LimitReader(in, maxMail+1))
	if err != nil {
		return err
	}
	if len(text) > maxMail {
		return remittance.Malformed(1, "mail", remittance.CodeTooLarge, "a mail has at most %d bytes", maxMail)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return remittance.Malformed(1, "mail", remittance.CodeUnknownFormat, "the mail is empty")
	}
	r := &reader{options: o, to: to, advice: remittance.Advice{Line: 1, Format: "text", Credit: true, Currency: o.Currency}}
	if !IsMessage(text) {
		return r.body(plainText(text), 1)
	}
	r.advice.Format = "mail"
	return r.message(text)
}

// IsMessage reports whether a text begins with the header of an e-mail rather than with an advice's own lines.
func IsMessage(text []byte) bool {
	found := 0
	for i, line := range strings.SplitN(strings.TrimPrefix(string(text), "\ufeff"), "\n", 60) {
		if strings.TrimSpace(line) == "" && i > 0 {
			break
		}
		key, _, _ := strings.Cut(line, ":")
		switch strings.ToLower(key) {
		case "from", "to", "subject", "message-id", "mime-version", "received", "return-path", "content-type", "delivered-to":
			found++
		}
	}
	return found >= 2
}
