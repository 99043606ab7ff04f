package claimlist

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"arrears/domain/dispute"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// Submission is what goes to a customer's portal with a denial: the claim, the decisions in force and the evidence.
type Submission struct {
	Creditor       string
	CustomerNumber string
	CustomerName   string
	Dispute        dispute.Dispute
	Invoices       map[uuid.UUID]string // numbers
	Decisions      []dispute.Decision
	Evidence       []dispute.Evidence
	Documents      []receivable.Document
}

// summary is the claim as the package's JSON says it. What is ours alone, as owners and comments, stays with us.
type summary struct {
	Creditor        string            `json:"creditor"`
	Customer        string            `json:"customer"`
	CustomerNumber  string            `json:"customer_number"`
	Case            string            `json:"case"`
	Kind            string            `json:"kind"`
	ClaimReference  string            `json:"claim_reference,omitempty"`
	CustomerReason  string            `json:"customer_reason,omitempty"`
	CustomerWords   string            `json:"customer_words,omitempty"`
	PortalReference string            `json:"portal_reference,omitempty"`
	TakenOn         string            `json:"taken_on"`
	Currency        string            `json:"currency"`
	Claimed         string            `json:"claimed"`
	Invoices        []summaryPart     `json:"parts"`
	Decisions       []summaryDecision `json:"decisions"`
	Documents       []summaryDocument `json:"documents"`
	PayableBy       string            `json:"payable_by,omitempty"`
}

type summaryPart struct {
	Invoice string `json:"invoice,omitempty"`
	Claimed string `json:"claimed"`
}

type summaryDecision struct {
	On     string `json:"on"`
	Kind   string `json:"kind"`
	Valid  string `json:"valid"`
	Denied string `json:"denied"`
	Reason string `json:"reason"`
}

type summaryDocument struct {
	File   string `json:"file"`
	Kind   string `json:"kind"`
	SHA256 string `json:"sha256"`
}

// WriteSubmission writes the package as a zip file: claim.json, claim.txt and the documents under evidence/, each of which is opened
// when its turn comes. An error leaves a file that is not whole.
func WriteSubmission(out io.Writer, s Submission, open func(receivable.Document) (io.ReadCloser, error)) error {
	archive := zip.NewWriter(out)
	names := documentNames(s.Documents)
	said := s.summary(names)
	text, err := json.MarshalIndent(said, "", "  ")
	if err != nil {
		return err
	}
	files := map[string][]byte{"claim.json": append(text, '\n'), "claim.txt": said.text()}
	for _, name := range []string{"claim.json", "claim.txt"} {
		if err := add(archive, name, bytes.NewReader(files[name])); err != nil {
			return err
		}
	}
	for i, d := range s.Documents {
		in, err := open(d)
		if err != nil {
			return err
		}
		if err := errors.Join(add(archive, names[i], in), in.Close()); err != nil {
			return err
		}
	}
	return archive.Close()
}

func add(archive *zip.Writer, name string, content io.Reader) error {
	file, err := archive.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return err
}

// documentNames gives each document a path of its own that no system takes for another place.
func documentNames(documents []receivable.Document) []string {
	names := make([]string, len(documents))
	for i, d := range documents {
		names[i] = fmt.Sprintf("evidence/%02d-%s-%s", i+1, d.Kind, safe(d.Filename))
	}
	return names
}

// safe is the base of a file's name with letters, digits, points, dashes and underscores alone.
func safe(name string) string {
	base := path.Base(strings.ReplaceAll(name, "\\", "/"))
	mapped := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, base)
	return clip(strings.TrimLeft(mapped, "."), 100)
}

func (s Submission) summary(names []string) summary {
	d := s.Dispute
	figure := func(minor int64) string { return money.Of(minor, d.Currency).Decimal() }
	out := summary{
		Creditor: s.Creditor, Customer: s.CustomerName, CustomerNumber: s.CustomerNumber, Case: fmt.Sprintf("D-%d", d.Number), Kind: string(d.Kind),
		ClaimReference: d.ClaimReference, CustomerReason: d.CustomerReason, CustomerWords: d.CustomerWords, PortalReference: d.PortalReference,
		TakenOn: d.TakenOn.String(), Currency: string(d.Currency), Claimed: figure(d.Amounts().ClaimedMinor),
		Invoices: []summaryPart{}, Decisions: []summaryDecision{}, Documents: []summaryDocument{},
	}
	if !d.PayableBy.IsZero() {
		out.PayableBy = d.PayableBy.String()
	}
	for _, p := range d.Parts {
		out.Invoices = append(out.Invoices, summaryPart{Invoice: s.Invoices[p.InvoiceID.UUID], Claimed: figure(p.ClaimedMinor)})
	}
	for _, dec := range s.Decisions {
		out.Decisions = append(out.Decisions, summaryDecision{
			On: dec.DecidedAt.UTC().Format("2006-01-02"), Kind: string(dec.Kind), Valid: figure(dec.ValidMinor), Denied: figure(dec.DeniedMinor),
			Reason: dec.Reason,
		})
	}
	for i, doc := range s.Documents {
		out.Documents = append(out.Documents, summaryDocument{File: names[i], Kind: doc.Kind, SHA256: fmt.Sprintf("%x", doc.SHA256)})
	}
	return out
}

// text is the same for people.
func (s summary) text() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nCase %s, %s of %s (%s)\n", s.Creditor, s.Case, s.Kind, s.Customer, s.CustomerNumber)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	line("Claim reference", s.ClaimReference)
	line("Portal reference", s.PortalReference)
	line("Reason given", strings.TrimSpace(s.CustomerReason+" "+s.CustomerWords))
	line("Taken on", s.TakenOn)
	line("Claimed", s.Currency+" "+s.Claimed)
	for _, p := range s.Invoices {
		if p.Invoice != "" {
			line("Invoice "+p.Invoice, s.Currency+" "+p.Claimed)
		}
	}
	for _, d := range s.Decisions {
		fmt.Fprintf(&b, "\nDecision of %s: %s (%s). Valid %s %s, denied %s %s.\n", d.On, words(d.Kind), words(d.Reason), s.Currency, d.Valid, s.Currency, d.Denied)
	}
	line("Payable by", s.PayableBy)
	if len(s.Documents) > 0 {
		b.WriteString("\nEvidence:\n")
	}
	for _, d := range s.Documents {
		fmt.Fprintf(&b, "- %s (%s)\n", d.File, words(d.Kind))
	}
	return []byte(b.String())
}

// words is a code as people read it.
func words(code string) string { return strings.ReplaceAll(code, "_", " ") }
