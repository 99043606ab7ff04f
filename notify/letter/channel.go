package letter

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/notify"
)

// Options say where letters go.
type Options struct {
	// Dir is the folder the files are written to; it is made when absent.
	Dir   string
	Fonts Fonts
}

// Channel writes one file per notice, named by its id, so writing a letter again replaces it and never prints it twice.
type Channel struct {
	dir  string
	face *typeface
}

var _ notify.Channel = (*Channel)(nil)

// The modes of what is written: letters name people and debts.
const (
	dirMode  = 0o750
	fileMode = 0o640
)

// New checks the options and makes the folder. Error: notify.CodeMisconfigured.
func New(o Options) (*Channel, error) {
	if o.Dir == "" {
		return nil, fault.New(fault.Invalid, notify.CodeMisconfigured, "the letters' folder is missing")
	}
	face, err := newTypeface(o.Fonts)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, dirMode); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, notify.CodeMisconfigured, "the letters' folder cannot be made")
	}
	return &Channel{dir: o.Dir, face: face}, nil
}

// Compose returns the letter as a PDF. Equal envelopes give equal bytes. What the fonts cannot write stands as "?".
// Error: notify.CodeInvalidEnvelope.
func (c *Channel) Compose(e notify.Envelope) ([]byte, error) { return compose(c.face, e) }

// Prepare checks that the folder can be written to. Error: notify.CodeUnavailable.
func (c *Channel) Prepare(ctx context.Context) (notify.Session, error) {
	if ctx.Err() != nil {
		return nil, unavailable(ctx.Err())
	}
	probe, err := os.CreateTemp(c.dir, ".ready-*")
	if err != nil {
		return nil, unavailable(err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return nil, unavailable(err)
	}
	return session{dir: c.dir}, nil
}

func unavailable(err error) error {
	return fault.Wrap(err, fault.Unavailable, notify.CodeUnavailable, "the letters' folder cannot be written to")
}

type session struct{ dir string }

// Send implements notify.Session: the file appears whole or not at all.
func (s session) Send(ctx context.Context, m notice.Message) notice.Outcome {
	if m.NoticeID == uuid.Nil || len(m.Raw) == 0 {
		return notify.Outcome{Kind: notice.RefusedMessage, Detail: "the letter is empty"}
	}
	if err := ctx.Err(); err != nil {
		return notify.Outcome{Kind: notice.Temporary, Detail: notify.Detail(err.Error())}
	}
	name := m.NoticeID.String() + ".pdf"
	if err := writeWhole(s.dir, name, m.Raw); err != nil {
		return notify.Outcome{Kind: notice.Temporary, Detail: notify.Detail(err.Error())}
	}
	return notify.Outcome{Kind: notice.Accepted, Detail: name}
}

// Close implements notify.Session.
func (session) Close() error { return nil }

// writeWhole writes beside the target, makes it durable and moves it into place.
func writeWhole(dir, name string, content []byte) (err error) {
	f, err := os.CreateTemp(dir, "."+name+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, removeIfThere(f.Name()))
		}
	}()
	_, writeErr := f.Write(content)
	if err := errors.Join(writeErr, f.Chmod(fileMode), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
		return err
	}
	return syncDir(dir)
}

func removeIfThere(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
