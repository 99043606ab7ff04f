package wire

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/port"
)

// CodeBankFolder means that ARREARS_BANK_FOLDER is not a folder that can be worked in.
const CodeBankFolder = "config.bank_folder"

const (
	folderPause   = 5 * time.Second // between two looks
	folderEntries = 1000            // of one look
	folderProfile = "profile.yaml"  // of the CSV files beside it
	maxProfile    = 256 << 10
	maxRecorded   = 255
	doneFolder    = "done"
	refusedFolder = "refused"
	folderMode    = 0o700 // payments are nobody else's on the machine
	reasonMode    = 0o600
)

// bankDesk is what the folder needs of the use cases.
type bankDesk interface {
	ReceiveBankBytes(ctx context.Context, who access.Principal, in io.Reader) (app.DocumentFile, error)
	ReceiveBankFile(ctx context.Context, who access.Principal, in app.NewBankFile) (port.BankFile, error)
	BankFile(ctx context.Context, who access.Principal, id uuid.UUID) (port.BankFile, error)
}

// bankFolder takes files of banks from a folder. A file that two looks found alike is received; once its load has ended it is moved
// aside. What is under way is remembered by this process alone: after a start, or in another process, the same bytes are the same
// bank file, so looking again does no harm. Nothing is ever deleted or overwritten.
type bankFolder struct {
	desk  bankDesk
	root  *os.Root
	open  func(name string) (*os.File, error) // of root
	log   *slog.Logger
	pause time.Duration
	seen  map[string]sighting
}

// sighting is what a look found of a file, and what was done with it.
type sighting struct {
	size     int64
	modified time.Time
	file     uuid.NullUUID // the bank file, once received
	told     string        // the code of the failure that was logged last
}

func (s sighting) of(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && info.Size() == s.size && info.ModTime().Equal(s.modified)
}

// keeper is who receives what lies in the folder.
func keeper() access.Principal {
	return access.Principal{ID: "bank_folder", Name: "drop folder", Role: access.Clerk}
}

// BankFolder makes the watch over the drop folder; nil where none is set. Error: config.bank_folder.
func (p *Product) BankFolder() (watch func(context.Context) error, err error) {
	if p.Config.Bank.Folder == "" {
		return nil, nil //nolint:nilnil // no watch is no error
	}
	if err := p.Files.Ready(); err != nil {
		return nil, err
	}
	f, err := openBankFolder(p.Config.Bank.Folder, p.App, p.Log)
	if err != nil {
		return nil, err
	}
	return f.run, nil
}

func openBankFolder(name string, desk bankDesk, log *slog.Logger) (*bankFolder, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, CodeBankFolder, "ARREARS_BANK_FOLDER cannot be opened as a folder")
	}
	for _, inside := range []string{doneFolder, refusedFolder} {
		if err := root.MkdirAll(inside, folderMode); err != nil {
			return nil, errors.Join(fault.Wrap(err, fault.Invalid, CodeBankFolder, "ARREARS_BANK_FOLDER cannot be written to"), root.Close())
		}
	}
	return &bankFolder{desk: desk, root: root, open: root.Open, log: log, pause: folderPause, seen: map[string]sighting{}}, nil
}

// run looks again and again until ctx ends.
func (f *bankFolder) run(ctx context.Context) error {
	defer func() { _ = f.root.Close() }() // nothing was written through it
	f.log.InfoContext(ctx, "files of banks are taken from a folder", "folder", f.root.Name())
	tick := time.NewTicker(f.pause)
	defer tick.Stop()
	for {
		f.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look goes through the folder once.
func (f *bankFolder) look(ctx context.Context) {
	entries, err := f.entries()
	if err != nil {
		f.log.WarnContext(ctx, "the folder of bank files cannot be read", "error", err)
		return
	}
	now := make(map[string]sighting, len(entries))
	for _, entry := range entries {
		if ctx.Err() != nil {
			return
		}
		info, err := entry.Info()
		if err != nil || !waits(info) {
			continue
		}
		name := entry.Name()
		before, known := f.seen[name]
		if !known || !before.of(info) {
			now[name] = sighting{size: info.Size(), modified: info.ModTime()}
			continue
		}
		now[name] = f.step(ctx, name, before)
	}
	f.seen = now
}

func (f *bankFolder) entries() ([]fs.DirEntry, error) {
	dir, err := f.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }() // it was only read
	entries, err := dir.ReadDir(folderEntries)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return entries, err
}

// waits tells files to be received from what else lies there: hidden ones are being written, links lead elsewhere.
func waits(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && !strings.HasPrefix(info.Name(), ".") && info.Name() != folderProfile
}

// step does what is to be done next with a file that stayed the same.
func (f *bankFolder) step(ctx context.Context, name string, s sighting) sighting {
	var at port.BankFile
	var err error
	if s.file.Valid {
		at, err = f.desk.BankFile(ctx, keeper(), s.file.UUID)
	} else {
		at, err = f.receive(ctx, name, s)
	}
	switch {
	case errors.Is(err, errChanged):
		return sighting{} // the next look tells
	case err != nil && refusal(err):
		return f.tell(ctx, name, s, f.refuse(ctx, name, s, err.Error()))
	case err != nil:
		return f.tell(ctx, name, s, err)
	}
	s.file = uuid.NullUUID{UUID: at.ID, Valid: true}
	switch at.State {
	case port.BankFileDone:
		_, err = f.move(ctx, name, s, doneFolder)
	case port.BankFileRefused:
		err = f.refuse(ctx, name, s, at.RefusedCode+": "+at.RefusedText)
	}
	return f.tell(ctx, name, s, err)
}

// tell logs what failed, once until something else or nothing does: each look tries again.
func (f *bankFolder) tell(ctx context.Context, name string, s sighting, err error) sighting {
	code := fault.CodeOf(err)
	if err != nil && s.told != code && ctx.Err() == nil {
		f.log.WarnContext(ctx, "a bank file stays in the folder; what failed is tried again", "file", name, "code", code, "error", err)
	}
	s.told = code
	return s
}

// refusal tells what will be wrong with a file however often it is tried from what is wrong with us just now.
func refusal(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Invalid || kind == fault.TooLarge
}

var errChanged = errors.New("the file changed while it was read, or is not there any more")

// changed makes what says that a file is not there any more errChanged. Of others' errors it says nothing: a folder may be missing.
func changed(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errChanged
	}
	return err
}

// receive hands a file on. One that changes meanwhile is not received: its bytes are swept away by and by.
func (f *bankFolder) receive(ctx context.Context, name string, s sighting) (port.BankFile, error) {
	in, err := f.open(name)
	if err != nil {
		return port.BankFile{}, changed(err)
	}
	defer func() { _ = in.Close() }() // it was only read
	before, err := in.Stat()
	if err != nil {
		return port.BankFile{}, err
	}
	profile, err := f.profile(name)
	if err != nil {
		return port.BankFile{}, err
	}
	got, err := f.desk.ReceiveBankBytes(ctx, keeper(), in)
	if err != nil {
		return port.BankFile{}, err
	}
	after, err := f.root.Lstat(name)
	if err != nil {
		return port.BankFile{}, changed(err)
	}
	if !s.of(before) || !s.of(after) || !os.SameFile(before, after) || got.Size != s.size {
		return port.BankFile{}, errChanged
	}
	return f.desk.ReceiveBankFile(ctx, keeper(), app.NewBankFile{Filename: filenameOf(name), Profile: profile, Source: "folder", File: &got})
}

// filenameOf is a name as the record keeps it. A bank's payments are not refused for how their file is called.
func filenameOf(name string) string {
	if clean := remittance.Clean(name, maxRecorded); clean != "" {
		return clean
	}
	return "file"
}

// profile is what says how the CSV files of the folder are read; empty for any other file, and where there is none. A wrong one is
// nothing that is wrong with the files: they wait for a better one.
func (f *bankFolder) profile(name string) (string, error) {
	if !strings.EqualFold(filepath.Ext(name), ".csv") {
		return "", nil
	}
	in, err := f.open(folderProfile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = in.Close() }()                         // it was only read
	text, err := io.ReadAll(io.LimitReader(in, maxProfile+1)) // one byte more is too much, and is told
	if err != nil {
		return "", err
	}
	if err := app.CheckBankProfile(string(text)); err != nil {
		return "", fault.Wrap(err, fault.Unavailable, fault.CodeOf(err), folderProfile+" in the folder is not to be used: "+err.Error())
	}
	return string(text), nil
}
