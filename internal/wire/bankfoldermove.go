package wire

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// maxNames bounds how many files of one name are told apart in a folder.
const maxNames = 10_000

var errNamesTaken = errors.New("there are too many files of this name")

// refuse moves a file aside, with the reason beside it.
func (f *bankFolder) refuse(ctx context.Context, name string, s sighting, reason string) {
	moved := f.move(ctx, name, s, refusedFolder)
	if moved == "" {
		return
	}
	out, err := f.root.OpenFile(moved+".txt", os.O_CREATE|os.O_EXCL|os.O_WRONLY, reasonMode)
	if err == nil {
		_, err = out.WriteString(reason + "\n")
		err = errors.Join(err, out.Close())
	}
	if err != nil {
		f.log.WarnContext(ctx, "the reason of a refused bank file could not be written", "file", moved, "reason", reason, "error", err)
	}
}

// move puts a file into a folder and returns where it is now; empty when it is not there any more or could not be moved, which the
// next look finds again.
func (f *bankFolder) move(ctx context.Context, name string, s sighting, folder string) string {
	target, err := f.moved(name, s, folder)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errStillWritten):
		return "" // another process was faster, or another file has come in its place
	case err != nil:
		f.log.WarnContext(ctx, "a bank file could not be moved", "file", name, "to", folder, "error", err)
		return ""
	}
	f.log.InfoContext(ctx, "a bank file was taken from the folder", "file", name, "now", target)
	return target
}

func (f *bankFolder) moved(name string, s sighting, folder string) (string, error) {
	mine, err := f.root.Lstat(name)
	if err != nil {
		return "", err
	}
	if !s.of(mine) {
		return "", errStillWritten
	}
	// Taken first, named then: of two processes the faster one alone gives it a name.
	taken := filepath.Join(folder, "."+uuid.NewString())
	if err := f.root.Rename(name, taken); err != nil {
		return "", err
	}
	now, err := f.root.Lstat(taken)
	if err != nil {
		return "", err
	}
	if !os.SameFile(mine, now) {
		// Another file came under this name in between. It was not received and goes back, unless a third one is there.
		return "", errors.Join(errStillWritten, f.back(taken, name))
	}
	target, err := f.reserve(folder, name)
	if err != nil {
		return "", errors.Join(err, f.back(taken, name))
	}
	return target, f.root.Rename(taken, target)
}

// back puts a file that was taken where it lay. Where another one has come it stays in the folder under its hidden name.
func (f *bankFolder) back(taken, name string) error {
	if err := f.root.Link(taken, name); err != nil {
		return err
	}
	return f.root.Remove(taken)
}

// reserve takes a name in a folder by an empty file, so that no other process takes it and nothing is written over.
func (f *bankFolder) reserve(folder, name string) (string, error) {
	ext := filepath.Ext(name)
	for n := range maxNames {
		target := filepath.Join(folder, name)
		if n > 0 {
			target = filepath.Join(folder, strings.TrimSuffix(name, ext)+"-"+strconv.Itoa(n+1)+ext)
		}
		out, err := f.root.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, reasonMode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		return target, out.Close()
	}
	return "", errNamesTaken
}
