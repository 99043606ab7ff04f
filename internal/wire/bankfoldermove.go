package wire

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

const (
	maxNames     = 10_000 // files of one name that are told apart in a folder
	maxName      = 255    // bytes of a name, on every file system
	maxExt       = 20     // bytes behind the last dot that say a kind of file
	reasonSuffix = ".txt"
)

var errNamesTaken = errors.New("there are too many files of this name")

// refuse moves a file aside, with the reason beside it.
func (f *bankFolder) refuse(ctx context.Context, name string, s sighting, reason string) error {
	moved, err := f.move(ctx, name, s, refusedFolder)
	if err != nil || moved == "" {
		return err
	}
	out, err := f.root.OpenFile(moved+reasonSuffix, os.O_CREATE|os.O_EXCL|os.O_WRONLY, reasonMode)
	if err == nil {
		_, err = out.WriteString(reason + "\n")
		err = errors.Join(err, out.Close())
	}
	if err != nil { // the file is gone from the folder: nothing tries again
		f.log.WarnContext(ctx, "the reason of a refused bank file could not be written", "file", moved, "reason", reason, "error", err)
	}
	return nil
}

// move puts a file into a folder and returns where it is now; empty when another process was faster or another file has come in its
// place, which the next look finds.
func (f *bankFolder) move(ctx context.Context, name string, s sighting, folder string) (string, error) {
	target, err := f.moved(name, s, folder)
	if errors.Is(err, errChanged) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	f.log.InfoContext(ctx, "a bank file was taken from the folder", "file", name, "now", target)
	return target, nil
}

func (f *bankFolder) moved(name string, s sighting, folder string) (string, error) {
	mine, err := f.root.Lstat(name)
	if err != nil {
		return "", changed(err)
	}
	if !s.of(mine) {
		return "", errChanged
	}
	// Taken first, named then: of two processes the faster one alone gives it a name.
	taken := filepath.Join(folder, "."+uuid.NewString())
	if err := f.root.Rename(name, taken); err != nil {
		return "", f.lost(name, err)
	}
	now, err := f.root.Lstat(taken)
	if err != nil {
		return "", err
	}
	if !os.SameFile(mine, now) {
		// Another file came under this name in between. It was not received and goes back, unless a third one is there.
		if err := f.back(taken, name); err != nil {
			return "", err
		}
		return "", errChanged
	}
	target, err := f.reserve(folder, name)
	if err != nil {
		return "", errors.Join(err, f.back(taken, name))
	}
	return target, f.root.Rename(taken, target)
}

// lost tells a file that another process has taken from a folder that is missing.
func (f *bankFolder) lost(name string, err error) error {
	if _, gone := f.root.Lstat(name); errors.Is(gone, fs.ErrNotExist) {
		return errChanged
	}
	return err
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
	stem, ext := apart(name)
	for n := range maxNames {
		target := filepath.Join(folder, stem+ext)
		if n > 0 {
			target = filepath.Join(folder, stem+"-"+strconv.Itoa(n+1)+ext)
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

// apart divides a name into what it is and what kind of file, cut so that a count and a reason's suffix fit behind it.
func apart(name string) (stem, ext string) {
	const room = maxName - len(reasonSuffix) - len("-10000")
	if ext = filepath.Ext(name); len(ext) > maxExt {
		ext = ""
	}
	stem = strings.TrimSuffix(name, ext)
	if cut := room - len(ext); len(stem) > cut {
		for cut > room/2 && !utf8.RuneStart(stem[cut]) {
			cut--
		}
		stem = stem[:cut]
	}
	return stem, ext
}
