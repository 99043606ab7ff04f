package main

import (
	"context"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/fault"
	"arrears/internal/wire"
	"arrears/port"
)

type documentCommand struct {
	Add  documentAdd  `cmd:"" help:"Store a file and print its id."`
	Get  documentGet  `cmd:"" help:"Write a document's content to a file."`
	List documentList `cmd:"" help:"List documents, oldest first."`
}

// documentOwner names whom documents belong to, as people do.
type documentOwner struct {
	Customer string `help:"The customer's number or id."`
	Invoice  string `help:"The invoice's number or id."`
	Dispute  string `help:"The case's number or id."`
}

// find returns the ids of those that were named.
func (o documentOwner) find(ctx context.Context, p *wire.Product) (customer, invoice, claim uuid.NullUUID, err error) {
	if o.Customer != "" {
		found, err := customerArg{o.Customer}.find(ctx, p)
		if err != nil {
			return customer, invoice, claim, err
		}
		customer = uuid.NullUUID{UUID: found.ID, Valid: true}
	}
	if o.Invoice != "" {
		found, err := invoiceArg{Invoice: o.Invoice}.find(ctx, p)
		if err != nil {
			return customer, invoice, claim, err
		}
		invoice = uuid.NullUUID{UUID: found.ID, Valid: true}
	}
	if o.Dispute != "" {
		id, err := disputeArg{o.Dispute}.find(ctx, p)
		if err != nil {
			return customer, invoice, claim, err
		}
		claim = uuid.NullUUID{UUID: id, Valid: true}
	}
	return customer, invoice, claim, nil
}

type documentAdd struct {
	documentOwner
	File string `arg:"" help:"The file."`
	Kind string `required:"" help:"What it is: invoice, purchase_order, delivery_note, proof_of_delivery, price_agreement, claim …"`
}

// Run stores a file and prints its id.
func (a documentAdd) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		in := app.NewDocument{Kind: a.Kind}
		var err error
		if in.CustomerID, in.InvoiceID, in.DisputeID, err = a.find(ctx, p); err != nil {
			return err
		}
		return c.storeFile(ctx, p, a.File, in)
	})
}

// storeFile streams a file into a document and prints its id.
func (c *console) storeFile(ctx context.Context, p *wire.Product, name string, in app.NewDocument) error {
	file, err := openFile(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	in.Filename, in.MediaType, in.Content = filepath.Base(name), mime.TypeByExtension(filepath.Ext(name)), file
	made, err := p.App.StoreDocument(ctx, operator(), in)
	if err != nil {
		return err
	}
	c.out.Line(made.ID.String())
	return nil
}

type documentGet struct {
	Document uuid.UUID `arg:"" help:"The document's id."`
	Out      string    `required:"" help:"The file to write; - is standard output."`
}

// Run writes a document's content.
func (g documentGet) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		_, in, err := p.App.OpenDocument(ctx, operator(), g.Document)
		if err != nil {
			return err
		}
		defer func() { _ = in.Close() }() // it was only read
		return c.stream(g.Out, func(out io.Writer) error {
			_, err := io.Copy(out, in)
			return err
		})
	})
}

type documentList struct {
	documentOwner
	Kind  string `help:"Only of this kind."`
	After string `help:"Go on after this page."`
	Limit int    `default:"50" help:"How many to show."`
}

// Run lists documents.
func (l documentList) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		f := port.DocumentFilter{Kind: l.Kind}
		var err error
		if f.CustomerID, f.InvoiceID, f.DisputeID, err = l.find(ctx, p); err != nil {
			return err
		}
		found, err := p.App.ListDocuments(ctx, operator(), f, port.Page{After: l.After, Limit: min(max(l.Limit, 1), port.MaxLimit)})
		if err != nil {
			return err
		}
		var rows [][]string
		for _, d := range found.Items {
			rows = append(rows, []string{d.ID.String(), said(d.Kind), d.Filename, d.MediaType, fmt.Sprint(d.Size), d.CreatedAt.UTC().Format("2006-01-02")})
		}
		c.table([]string{"document", "kind", "file", "type", ">bytes", "stored"}, rows, found.Next)
		return nil
	})
}

// stream writes a file that appears whole or not at all: beside its place first, and there in the end.
func (c *console) stream(name string, write func(io.Writer) error) error {
	if name == "-" {
		return write(c.raw)
	}
	unwritable := func(err error) error {
		return fault.Wrap(err, fault.Invalid, "file.unwritable", name+" cannot be written")
	}
	out, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*") // for its owner alone
	if err != nil {
		return unwritable(err)
	}
	defer func() { _ = os.Remove(out.Name()) }() // there is nothing to remove when all went well
	if err := write(out); err != nil {
		_ = out.Close() // the first error says more
		return err
	}
	if err := out.Close(); err != nil {
		return unwritable(err)
	}
	if err := os.Rename(out.Name(), name); err != nil {
		return unwritable(err)
	}
	c.out.Line("wrote " + name)
	return nil
}
