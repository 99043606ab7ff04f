package filestore

import (
	"errors"
	"os"
	"path/filepath"

	"arrears/port"
)

// move gives a received file its name in the folder, and returns when file and names are on the disk.
func (r *room) move(f port.ReceivedFile) error {
	from, to := filepath.Join(r.folder, f.Place), filepath.Join(r.folder, keyOf(f.SHA256))
	dir := filepath.Dir(to)
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return err
	}
	if err := os.Chmod(from, fileMode); err != nil {
		return err
	}
	if err := synced(from); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return errors.Join(synced(dir), synced(filepath.Dir(dir)))
}

// synced waits until a file or the names in a folder are on the disk.
func synced(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
