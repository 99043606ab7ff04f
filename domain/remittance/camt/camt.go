package camt

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"

	"arrears/domain/remittance"
)

// The messages by their element.
const (
	statementMessage    = "BkToCstmrStmt"
	reportMessage       = "BkToCstmrAcctRpt"
	notificationMessage = "BkToCstmrDbtCdtNtfctn"
)

const oldest, newest = "02", "13"

var namespace = regexp.MustCompile(`^(urn:iso:std:iso:20022:tech:xsd:)?.*(camt\.05[234])\.001\.(\d\d)$`)

// message is what the head of a message says of its statements.
type message struct {
	line   int64
	format string
	kind   remittance.Kind
	item   string // the name of a statement's element
	page   page
	count  int
}

// page is where something stands in what was cut in pages.
type page struct {
	number string
	last   bool
	told   bool
}

// Read hands every statement of a file to the sink: its begin, transactions and end, with what is wrong about it. A file may
// hold several messages, each in whatever envelope. An error says why the rest was not read (remittance.malformed, .truncated,
// .too_large, .unknown_format, .doctype, .no_statement); errors of the reader and of the sink are returned as they are.
func Read(in io.Reader, to remittance.Sink) error {
	r, err := newReader(in, to)
	if err != nil {
		return err
	}
	found, statements := 0, 0
	var empty *message // the first that has no statement
	for {
		t, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if m, ok := known(e); ok {
			found++
			if err := r.message(e, &m); err != nil {
				return err
			}
			if statements += m.count; m.count == 0 && empty == nil {
				empty = &m
			}
		}
	}
	switch {
	case found == 0:
		return remittance.Malformed(r.line, "xml", remittance.CodeUnknownFormat, "there is no camt.052, camt.053 or camt.054 message")
	case statements == 0:
		return remittance.Malformed(empty.line, empty.item, CodeNoStatement, "no message of the file has a statement, report or notification")
	case empty != nil:
		return r.refuse(empty.line, empty.item, CodeNoStatement, "a message has none")
	}
	return nil
}

func known(e xml.StartElement) (message, bool) {
	switch e.Name.Local {
	case statementMessage:
		return message{format: "camt.053", kind: remittance.EndOfDay, item: "Stmt"}, true
	case reportMessage:
		return message{format: "camt.052", kind: remittance.Intraday, item: "Rpt"}, true
	case notificationMessage:
		return message{format: "camt.054", kind: remittance.Notification, item: "Ntfctn"}, true
	}
	return message{}, false
}

var inMessage = names("SplmtryData")

// message reads one message and counts its statements.
func (r *reader) message(e xml.StartElement, m *message) error {
	m.line = r.line
	if err := r.version(e, m); err != nil {
		return err
	}
	return r.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "GrpHdr":
			head, err := r.tree(e)
			m.page = pageOf(head.at("MsgPgntn"))
			return err
		case m.item:
			m.count++
			return r.statement(*m)
		}
		return r.leave(e, inMessage)
	})
}

// version completes the format by what the namespace says.
func (r *reader) version(e xml.StartElement, m *message) error {
	name, version, ofISO := "", "", false
	if found := namespace.FindStringSubmatch(e.Name.Space); found != nil {
		name, version = found[2], found[3]
		ofISO = found[1] != ""
	}
	if name == m.format {
		m.format += ".001." + version
		if ofISO && version >= oldest && version <= newest {
			return nil
		}
	}
	return r.warn(r.line, "xmlns", CodeNamespace, "the namespace %.100q is not one that is known for %s", e.Name.Space, m.format)
}

func pageOf(n *node) page {
	if n == nil {
		return page{}
	}
	return page{number: n.say("PgNb"), last: yes(n.say("LastPgInd")), told: true}
}

// names makes a set.
func names(list ...string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, n := range list {
		set[n] = true
	}
	return set
}
