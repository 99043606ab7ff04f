package app

import (
	"context"
	"io"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/claimlist"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// CodePackageTooLarge means that a case has more evidence than one package for a portal holds.
const CodePackageTooLarge = "dispute.package_too_large"

// maxPackage bounds the documents of a package in bytes; portals take less.
const maxPackage = 100 << 20

// DisputePackage puts together what a customer's portal asks for when a denial is submitted: the claim, the decision in force
// and the evidence that it cites or that was received. WriteDisputePackage writes it.
// Errors: access.forbidden, dispute.not_found, dispute.package_too_large, document.file_missing.
func (a *App) DisputePackage(ctx context.Context, who access.Principal, id uuid.UUID) (claimlist.Submission, error) {
	if err := access.Require(who, access.DocumentsRead); err != nil {
		return claimlist.Submission{}, err
	}
	found, err := lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) (claimlist.Submission, error) {
		out, err := submission(ctx, tx, id)
		if err != nil {
			return out, err
		}
		var size int64
		for _, documentID := range citedBy(out) {
			d, err := tx.Document(ctx, documentID)
			if err != nil {
				return out, err
			}
			if size += d.Size; size > maxPackage {
				return out, fault.Newf(fault.TooLarge, CodePackageTooLarge, "the documents of a package have at most %d bytes", maxPackage)
			}
			out.Documents = append(out.Documents, d)
		}
		return out, nil
	})
	if err != nil {
		return found, err
	}
	for _, d := range found.Documents {
		if err := a.present(ctx, d); err != nil {
			return found, err
		}
	}
	return found, nil
}

// present finds out before a package is begun whether a document is there.
func (a *App) present(ctx context.Context, d receivable.Document) error {
	in, err := a.open(ctx, d)
	if err != nil {
		return err
	}
	return in.Close()
}

// WriteDisputePackage writes a package as a zip file, one document after the other. When it fails, what was written is not a whole
// zip file. Errors: access.forbidden, those of OpenDocument, those of out.
func (a *App) WriteDisputePackage(ctx context.Context, who access.Principal, out io.Writer, s claimlist.Submission) error {
	if err := access.Require(who, access.DocumentsRead); err != nil {
		return err
	}
	return claimlist.WriteSubmission(out, s, func(d receivable.Document) (io.ReadCloser, error) { return a.open(ctx, d) })
}

// submission reads a case without the contents of its documents.
func submission(ctx context.Context, tx port.Tx, id uuid.UUID) (out claimlist.Submission, err error) {
	if out.Dispute, err = tx.Dispute(ctx, id); err != nil {
		return out, err
	}
	customer, err := tx.Customer(ctx, out.Dispute.CustomerID)
	if err != nil {
		return out, err
	}
	house, err := tx.Installation(ctx)
	if err != nil {
		return out, err
	}
	out.CustomerNumber, out.CustomerName, out.Creditor = customer.Number, customer.Name, house.CreditorName
	if out.Evidence, err = tx.EvidenceOf(ctx, id); err != nil {
		return out, err
	}
	decisions, err := tx.ClaimDecisionsOf(ctx, id)
	for _, d := range decisions {
		if d.State == dispute.DecisionInForce {
			out.Decisions = append(out.Decisions, d)
		}
	}
	if err != nil {
		return out, err
	}
	out.Invoices = map[uuid.UUID]string{}
	for _, part := range out.Dispute.Parts {
		if part.InvoiceID.Valid {
			inv, err := tx.Invoice(ctx, part.InvoiceID.UUID)
			if err != nil {
				return out, err
			}
			out.Invoices[inv.ID] = inv.Number
		}
	}
	return out, nil
}

// citedBy lists the documents of a case once each, in the order in which they came.
func citedBy(s claimlist.Submission) []uuid.UUID {
	var list []uuid.UUID
	seen := map[uuid.UUID]bool{}
	add := func(id uuid.UUID) {
		if !seen[id] {
			seen[id] = true
			list = append(list, id)
		}
	}
	for _, d := range s.Decisions {
		for _, id := range d.Evidence {
			add(id)
		}
	}
	for _, e := range s.Evidence {
		if e.State == dispute.EvidenceReceived && e.DocumentID.Valid {
			add(e.DocumentID.UUID)
		}
	}
	return list
}

// claimListPages bounds how many pages of cases one exported list has.
const claimListPages = 500

// ExportDisputes calls write with page after page of the cases that the filter leaves, oldest first, at most 100,000, each with
// its customer and the numbers of its invoices. It stops at the first error of write.
// Errors: access.forbidden, those of write.
func (a *App) ExportDisputes(ctx context.Context, who access.Principal, f port.DisputeFilter, write func([]claimlist.Line) error) error {
	page := port.Page{Limit: port.MaxLimit}
	for range claimListPages {
		next, lines, err := a.exportPage(ctx, who, f, page)
		if err != nil {
			return err
		}
		if err := write(lines); err != nil {
			return err
		}
		if page.After = next; next == "" {
			return nil
		}
	}
	return nil
}

func (a *App) exportPage(ctx context.Context, who access.Principal, f port.DisputeFilter, page port.Page) (next string, lines []claimlist.Line, err error) {
	_, err = lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) (struct{}, error) {
		found, err := tx.ListDisputes(ctx, f, page)
		if err != nil {
			return struct{}{}, err
		}
		next = found.Next
		customers := map[uuid.UUID]receivable.Customer{}
		for _, d := range found.Items {
			line, err := exportLine(ctx, tx, d, customers)
			if err != nil {
				return struct{}{}, err
			}
			lines = append(lines, line)
		}
		return struct{}{}, nil
	})
	return next, lines, err
}

func exportLine(ctx context.Context, tx port.Tx, d dispute.Dispute, customers map[uuid.UUID]receivable.Customer) (claimlist.Line, error) {
	line := claimlist.Line{Dispute: d}
	customer, known := customers[d.CustomerID]
	if !known {
		var err error
		if customer, err = tx.Customer(ctx, d.CustomerID); err != nil {
			return line, err
		}
		customers[d.CustomerID] = customer
	}
	line.CustomerNumber, line.CustomerName = customer.Number, customer.Name
	for _, part := range d.Parts {
		if !part.InvoiceID.Valid {
			continue
		}
		inv, err := tx.Invoice(ctx, part.InvoiceID.UUID)
		if err != nil {
			return line, err
		}
		line.Invoices = append(line.Invoices, inv.Number)
	}
	return line, nil
}
