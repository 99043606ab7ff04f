package mail

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"arrears/domain/intake"
	"arrears/domain/remittance"
)

// headerRows is how many rows of an attached table may stand before its header.
const headerRows = 20

// attached reads the first attached table when the text names no documents; what the text says of them goes before.
func (r *reader) attached() error {
	for _, a := range r.tables {
		rows, h, at := table(plainText(a.text))
		if len(r.found.table)+len(r.found.invoices) > 0 || h.columns == nil {
			if err := r.unread("text/csv", a.name); err != nil {
				return err
			}
			continue
		}
		if err := r.attachedRows(h, rows[at+1:]); err != nil {
			return err
		}
	}
	return nil
}

// table takes a CSV apart by the mark that makes a header of one of its first rows.
func table(text []byte) (rows []intake.TableRow, h header, at int) {
	for _, mark := range []byte{',', ';', '\t', '|'} {
		rows = split(text, mark)
		for at := range rows[:min(headerRows, len(rows))] {
			if h, ok := headerOf(rows[at].Fields); ok {
				return rows, h, at
			}
		}
	}
	return nil, header{}, 0
}

func split(text []byte, mark byte) []intake.TableRow {
	t, err := intake.NewTable(bytes.NewReader(text), intake.UTF8, mark)
	if err != nil {
		return nil
	}
	var rows []intake.TableRow
	for len(rows) <= remittance.MaxLines+headerRows {
		row, err := t.Next()
		if errors.Is(err, io.EOF) || err != nil {
			break
		}
		rows = append(rows, row)
	}
	return rows
}

// attachedRows reads rows under a header; their lines are those of the attachment.
func (r *reader) attachedRows(h header, rows []intake.TableRow) error {
	if len(rows) > remittance.MaxLines {
		return r.refuse(1, "attachment", remittance.CodeTooLarge, "the table has more rows than are read of one advice")
	}
	h.place = "attachment"
	for _, row := range rows {
		for _, cell := range row.Fields {
			r.found.style.learn(cell)
		}
	}
	for _, row := range rows {
		if row.Code != "" {
			if err := r.refuse(row.Line, h.place, remittance.CodeMalformed, "the row cannot be taken apart"); err != nil {
				return err
			}
			continue
		}
		cells := trimmed(row.Fields)
		if strings.Join(cells, "") == "" {
			continue
		}
		if err := r.cells(h, cells, row.Line); err != nil {
			return err
		}
	}
	return nil
}
