package wire

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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
	target, err := f.reserve(folder, name)
	if err != nil {
		return "", err
	}
	if err := f.root.Rename(name, target); err != nil {
		return "", errors.Join(err, f.root.Remove(target)) // the empty file that held the name
	}
	now, err := f.root.Lstat(target)
	if err != nil || os.SameFile(mine, now) {
		return target, err
	}
	// Another file came under this name in between. It was not received and goes back, unless a third one is there.
	if err := f.root.Link(target, name); err != nil {
		return "", err
	}
	return "", errors.Join(errStillWritten, f.root.Remove(target))
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
