package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/filestore"
	"arrears/port"
)

func (d *desk) upload(content string) app.DocumentFile {
	d.t.Helper()
	f, err := d.app.ReceiveFile(d.t.Context(), d.collector, "text/plain", strings.NewReader(content))
	require.NoError(d.t, err)
	return f
}

func (d *desk) there(sum [32]byte) bool {
	d.t.Helper()
	_, found, err := d.files.Size(d.t.Context(), sum)
	require.NoError(d.t, err)
	return found
}

// dayLater makes all files look as if they had been touched a day and an hour ago, and lets a night pass.
func (d *desk) dayLater() {
	d.t.Helper()
	_, err := d.conn.Exec(d.t.Context(), `UPDATE document_files SET touched_at = touched_at - interval '25 hours'`)
	require.NoError(d.t, err)
	require.NoError(d.t, app.Sweep(d.t.Context(), d.app))
}

// A process that dies between keeping a file and storing its document leaves a file that nobody names. The same file, stored
// later, is safe from the sweep.
func TestWhatACrashLeavesIsSweptAfterADay(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	lost, named := d.upload("its document was never stored"), d.upload("its document was stored")
	doc, err := d.app.StoreDocument(t.Context(), d.collector, app.NewDocument{CustomerID: d.id(d.customer.ID), Kind: "claim", Filename: "a.txt", File: &named})
	require.NoError(t, err)
	require.NoError(t, app.Sweep(t.Context(), d.app))
	require.True(t, d.there(lost.SHA256), "it may be under way")
	d.dayLater()
	require.False(t, d.there(lost.SHA256))
	content, err := d.content(doc.ID)
	require.NoError(t, err)
	require.Equal(t, "its document was stored", string(content))

	in := app.NewDocument{CustomerID: d.id(d.customer.ID), Kind: "claim", Filename: "b.txt", File: &lost}
	d.refuses(receivable.CodeFileGone, func(ctx context.Context) error {
		_, err := d.app.StoreDocument(ctx, d.collector, in)
		return err
	})
	again := d.upload("its document was never stored")
	d.dayLaterBut(again)
	in.File = &again
	_, err = d.app.StoreDocument(t.Context(), d.collector, in)
	require.NoError(t, err)
	d.dayLater()
	require.True(t, d.there(again.SHA256))
}

// dayLaterBut is a night at whose sweep an old file has just been uploaded once more.
func (d *desk) dayLaterBut(f app.DocumentFile) {
	d.t.Helper()
	_, err := d.conn.Exec(d.t.Context(), `UPDATE document_files SET touched_at = touched_at - interval '25 hours'`)
	require.NoError(d.t, err)
	d.upload("its document was never stored")
	require.NoError(d.t, app.Sweep(d.t.Context(), d.app))
	require.True(d.t, d.there(f.SHA256))
}

// racing uploads the same file again at the moment at which the sweep deletes it.
type racing struct {
	port.Files
	during func()
}

func (r *racing) Delete(ctx context.Context, sum [32]byte) error {
	err := r.Files.Delete(ctx, sum)
	r.during()
	return err
}

func TestAnUploadDuringTheSweepBringsItsFileBack(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	race := &racing{Files: d.files}
	d.app = app.New(app.Deps{Store: d.db, Clock: d.clock, Files: race})
	f := d.upload("twice")
	_, err := d.conn.Exec(t.Context(), `UPDATE document_files SET touched_at = touched_at - interval '25 hours'`)
	require.NoError(t, err)
	stored := make(chan error, 1)
	race.during = func() {
		race.during = func() {}
		go func() {
			_, err := d.app.StoreDocument(t.Context(), d.collector, d.newDocument("text/plain", []byte("twice")))
			stored <- err
		}()
		select {
		case err := <-stored:
			t.Errorf("it did not wait for the sweep: %v", err)
		case <-time.After(200 * time.Millisecond):
		}
	}
	require.NoError(t, app.Sweep(t.Context(), d.app))
	require.NoError(t, <-stored)
	require.True(t, d.there(f.SHA256))
	d.dayLater()
	require.True(t, d.there(f.SHA256))
}

func TestTheSameContentTwiceIsTwoDocumentsAndOneFile(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	one, err := d.app.StoreDocument(t.Context(), d.collector, d.newDocument("text/plain", []byte("same")))
	require.NoError(t, err)
	other, err := d.app.StoreDocument(t.Context(), d.collector, d.newDocument("text/plain", []byte("same")))
	require.NoError(t, err)
	require.NotEqual(t, one.ID, other.ID)
	require.Equal(t, one.SHA256, other.SHA256)
	var n int
	require.NoError(t, d.conn.QueryRow(t.Context(), `SELECT count(*) FROM document_files`).Scan(&n))
	require.Equal(t, 1, n)
}

func TestARefusedFileIsNotKept(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for code, content := range map[string][]byte{"document.media_type": []byte("\x7fELF\x00\x01"), "receivable.invalid": {}} {
		d.refuses(code, func(ctx context.Context) error {
			_, err := d.app.StoreDocument(ctx, d.collector, d.newDocument("text/plain", content))
			return err
		})
		require.False(t, d.there(sha256.Sum256(content)))
	}
	gone, err := d.files.Tidy(t.Context(), time.Now().Add(time.Hour), 10)
	require.NoError(t, err)
	require.Zero(t, gone, "nothing was put aside for good")
	broken := errors.New("the line broke")
	in := d.newDocument("text/plain", nil)
	in.Content = io.MultiReader(strings.NewReader("half"), brokenReader{broken})
	_, err = d.app.StoreDocument(t.Context(), d.collector, in)
	require.ErrorIs(t, err, broken)
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

func TestTheBoundIsTheInstallations(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.app = app.New(app.Deps{Store: d.db, Clock: d.clock, Files: d.files, MaxDocument: 10})
	_, err := d.app.StoreDocument(t.Context(), d.collector, d.newDocument("text/plain", []byte("0123456789")))
	require.NoError(t, err)
	d.refuses(receivable.CodeDocumentTooLarge, func(ctx context.Context) error {
		_, err := d.app.StoreDocument(ctx, d.collector, d.newDocument("text/plain", []byte("0123456789a")))
		return err
	})
}

// inRow stores a document as v0.1.0 did.
func (d *desk) inRow(content string) receivable.Document {
	d.t.Helper()
	doc, err := d.app.StoreDocument(d.t.Context(), d.collector, d.newDocument("text/plain", []byte(content)))
	require.NoError(d.t, err)
	_, err = d.conn.Exec(d.t.Context(), `UPDATE documents SET content = $2, filename = file_name, file_name = NULL WHERE id = $1`, doc.ID, []byte(content))
	require.NoError(d.t, err)
	require.NoError(d.t, d.files.Delete(d.t.Context(), doc.SHA256))
	return doc
}

func TestADocumentOfTheFirstReleaseIsRead(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	doc := d.inRow("from before")
	content, err := d.content(doc.ID)
	require.NoError(t, err)
	require.Equal(t, "from before", string(content))
	_, err = d.conn.Exec(t.Context(), `UPDATE documents SET content = 'from behind' WHERE id = $1`, doc.ID)
	require.NoError(t, err)
	_, err = d.content(doc.ID)
	require.Equal(t, receivable.CodeFileDamaged, fault.CodeOf(err))
}

func TestALostFileHasItsCode(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	doc, err := d.app.StoreDocument(t.Context(), d.collector, d.newDocument("text/plain", []byte("here")))
	require.NoError(t, err)
	require.NoError(t, d.files.Delete(t.Context(), doc.SHA256))
	_, err = d.content(doc.ID)
	require.Equal(t, receivable.CodeFileMissing, fault.CodeOf(err))
	d.upload("here")
	content, err := d.content(doc.ID)
	require.NoError(t, err, "storing it again heals it")
	require.True(t, bytes.Equal([]byte("here"), content))

	none := app.New(app.Deps{Store: d.db, Clock: d.clock})
	_, _, err = none.OpenDocument(t.Context(), d.reader, doc.ID)
	require.Equal(t, receivable.CodeFileStore, fault.CodeOf(err))
	_, err = none.StoreDocument(t.Context(), d.collector, d.newDocument("text/plain", []byte("x")))
	require.Equal(t, receivable.CodeFileStore, fault.CodeOf(err))
	require.NoError(t, app.Sweep(t.Context(), none))
}

var _ port.Files = (*filestore.Store)(nil)
