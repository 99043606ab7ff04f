package wire

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/port"
)

// desk receives files into memory, each once by its sum.
type desk struct {
	mu      sync.Mutex
	files   map[[32]byte]*port.BankFile
	told    []app.NewBankFile
	reading func() // called when the bytes were read
	down    error
}

func newDesk() *desk { return &desk{files: map[[32]byte]*port.BankFile{}} }

func (d *desk) ReceiveBankBytes(_ context.Context, _ access.Principal, in io.Reader) (app.DocumentFile, error) {
	content, err := io.ReadAll(in)
	if err != nil {
		return app.DocumentFile{}, err
	}
	if d.reading != nil {
		d.reading()
	}
	if d.down != nil {
		return app.DocumentFile{}, d.down
	}
	if len(content) == 0 {
		return app.DocumentFile{}, fault.New(fault.Invalid, "bank_file.empty", "the file is empty")
	}
	return app.DocumentFile{SHA256: sha256.Sum256(content), Size: int64(len(content))}, nil
}

func (d *desk) ReceiveBankFile(_ context.Context, who access.Principal, in app.NewBankFile) (port.BankFile, error) {
	if err := access.Require(who, access.CashWrite); err != nil {
		return port.BankFile{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = append(d.told, in)
	there, known := d.files[in.File.SHA256]
	if !known {
		there = &port.BankFile{ID: uuid.New(), SHA256: in.File.SHA256, State: port.BankFileReceived}
		d.files[in.File.SHA256] = there
	}
	return *there, nil
}

func (d *desk) BankFile(_ context.Context, who access.Principal, id uuid.UUID) (port.BankFile, error) {
	if err := access.Require(who, access.CashRead); err != nil {
		return port.BankFile{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.files {
		if f.ID == id {
			return *f, nil
		}
	}
	return port.BankFile{}, fault.New(fault.NotFound, "bank_file.not_found", "there is none")
}

// end ends every load in a state.
func (d *desk) end(state, code string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.files {
		f.State, f.RefusedCode, f.RefusedText = state, code, "as it is"
	}
}

// dropped is a folder with a watch over it.
type dropped struct {
	*bankFolder
	t    *testing.T
	desk *desk
	path string
	log  *bytes.Buffer
}

func newDropped(t *testing.T, d *desk, path string) *dropped {
	t.Helper()
	log := &bytes.Buffer{}
	f, err := openBankFolder(path, d, slog.New(slog.NewTextHandler(log, nil)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.root.Close() })
	return &dropped{bankFolder: f, t: t, desk: d, path: path, log: log}
}

func (f *dropped) put(name, content string) {
	f.t.Helper()
	require.NoError(f.t, os.WriteFile(filepath.Join(f.path, name), []byte(content), 0o600))
}

func (f *dropped) looks(n int) {
	for range n {
		f.look(f.t.Context())
	}
}

// files are all that lie in the folder and below, with their content.
func (f *dropped) files() map[string]string {
	f.t.Helper()
	found := map[string]string{}
	require.NoError(f.t, filepath.WalkDir(f.path, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		inside, _ := filepath.Rel(f.path, path)
		found[filepath.ToSlash(inside)] = string(text)
		return err
	}))
	return found
}

func TestAFileIsReceivedWhenTwoLooksFoundItAlike(t *testing.T) {
	t.Parallel()
	f := newDropped(t, newDesk(), t.TempDir())
	f.put("a.xml", "one")
	f.looks(1)
	require.Empty(t, f.desk.told, "it may still be written")
	f.put("a.xml", "one and two")
	f.looks(1)
	require.Empty(t, f.desk.told, "it was")
	f.looks(1)
	require.Len(t, f.desk.told, 1)
	require.Equal(t, app.NewBankFile{Filename: "a.xml", Source: "folder", File: f.desk.told[0].File}, f.desk.told[0])
	f.looks(2)
	require.Len(t, f.desk.told, 1, "it is being loaded")
	require.Contains(t, f.files(), "a.xml")
	f.desk.end(port.BankFileDone, "")
	f.looks(1)
	require.Equal(t, map[string]string{"done/a.xml": "one and two"}, f.files())
	f.looks(2)
	require.Len(t, f.desk.told, 1)
}

func TestAFileOfANameThatWasThereBeforeIsKeptBesideIt(t *testing.T) {
	t.Parallel()
	f := newDropped(t, newDesk(), t.TempDir())
	for _, content := range []string{"monday", "tuesday", "wednesday"} {
		f.put("camt.xml", content)
		f.looks(2)
		f.desk.end(port.BankFileDone, "")
		f.looks(1)
	}
	require.Equal(t, map[string]string{"done/camt.xml": "monday", "done/camt-2.xml": "tuesday", "done/camt-3.xml": "wednesday"}, f.files())
}

func TestWhatIsRefusedLiesAsideWithTheReason(t *testing.T) {
	t.Parallel()
	f := newDropped(t, newDesk(), t.TempDir())
	f.put("empty.xml", "")
	f.looks(2)
	require.Equal(t, map[string]string{"refused/empty.xml": "", "refused/empty.xml.txt": "bank_file.empty: the file is empty\n"}, f.files())
	f.put("odd.xml", "odd")
	f.looks(2)
	f.desk.end(port.BankFileRefused, "remittance.malformed")
	f.looks(1)
	require.Equal(t, "odd", f.files()["refused/odd.xml"])
	require.Equal(t, "remittance.malformed: as it is\n", f.files()["refused/odd.xml.txt"])
}

func TestWhatFailsOnOurSideStaysAndIsToldOnce(t *testing.T) {
	t.Parallel()
	f := newDropped(t, newDesk(), t.TempDir())
	f.put("a.xml", "one")
	f.desk.down = fault.New(fault.Unavailable, "document.store_unavailable", "it does not answer")
	f.looks(5)
	require.Contains(t, f.files(), "a.xml")
	require.Equal(t, 1, strings.Count(f.log.String(), "code=document.store_unavailable"))
	f.desk.down = errors.New("disk on fire")
	f.looks(2)
	require.Equal(t, 2, strings.Count(f.log.String(), "level=WARN"))
	f.desk.down = nil
	f.looks(1)
	require.Len(t, f.desk.told, 1)
}

func TestAFileThatChangesWhileItIsReadIsNotReceived(t *testing.T) {
	t.Parallel()
	f := newDropped(t, newDesk(), t.TempDir())
	f.put("a.xml", "one")
	f.looks(1)
	f.desk.reading = func() { f.put("a.xml", "one and more") }
	f.looks(1)
	require.Empty(t, f.desk.told)
	f.desk.reading = nil
	f.looks(2)
	require.Len(t, f.desk.told, 1)
	require.Equal(t, int64(len("one and more")), f.desk.told[0].File.Size)
}

func TestANewFileInThePlaceOfADoneOneIsNotMovedWithIt(t *testing.T) {
	t.Parallel()
	f := newDropped(t, newDesk(), t.TempDir())
	f.put("a.xml", "one")
	f.looks(2)
	f.desk.end(port.BankFileDone, "")
	s := f.seen["a.xml"]
	f.put("a.xml", "another")
	target, err := f.move(t.Context(), "a.xml", s, doneFolder)
	require.NoError(t, err)
	require.Empty(t, target)
	require.Equal(t, map[string]string{"a.xml": "another"}, f.files())
	f.looks(2)
	require.Len(t, f.desk.told, 2)
}

func TestWhatIsNotForUsIsLeftAlone(t *testing.T) {
	t.Parallel()
	f := newDropped(t, newDesk(), t.TempDir())
	f.put(".a.xml.part", "one")
	profile := shippedProfile(t)
	f.put(folderProfile, profile)
	require.NoError(t, os.Mkdir(filepath.Join(f.path, "sub"), 0o700))
	elsewhere := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(elsewhere, []byte("secret"), 0o600))
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(f.path, "link.xml")))
	f.looks(3)
	require.Empty(t, f.desk.told)
	f.put("a.csv", "x,y\n")
	f.put("b.xml", "b")
	f.looks(2)
	require.Len(t, f.desk.told, 2)
	i := slices.IndexFunc(f.desk.told, func(in app.NewBankFile) bool { return in.Filename == "a.csv" })
	require.Equal(t, profile, f.desk.told[i].Profile)
	require.Empty(t, f.desk.told[1-i].Profile, "only CSV files have one")
}

// Two processes over one folder at the same time receive the same bytes as one file, and lose none.
func TestTwoWatchesDoNoHarm(t *testing.T) {
	t.Parallel()
	path, d := t.TempDir(), newDesk()
	one, two := newDropped(t, d, path), newDropped(t, d, path)
	want := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		one.put(name+".xml", "content of "+name)
		want["done/"+name+".xml"] = "content of " + name
	}
	one.looks(2)
	two.looks(2)
	d.end(port.BankFileDone, "")
	var both sync.WaitGroup
	for _, f := range []*dropped{one, two} {
		both.Go(func() { f.looks(3) })
	}
	both.Wait()
	require.Equal(t, want, one.files())
	require.Len(t, d.files, len(want))
}

func TestTheWatchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	f := newDropped(t, newDesk(), t.TempDir())
	f.pause = time.Millisecond
	f.put("a.xml", "one")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.run(ctx) }()
	require.Eventually(t, func() bool {
		f.desk.mu.Lock()
		defer f.desk.mu.Unlock()
		return len(f.desk.told) == 1
	}, time.Minute, time.Millisecond)
	stop()
	require.NoError(t, <-ended)
}

func TestAFolderThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	_, err := openBankFolder(filepath.Join(t.TempDir(), "absent"), newDesk(), slog.New(slog.DiscardHandler))
	require.Equal(t, CodeBankFolder, fault.CodeOf(err))
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = openBankFolder(file, newDesk(), slog.New(slog.DiscardHandler))
	require.Equal(t, CodeBankFolder, fault.CodeOf(err))
}
