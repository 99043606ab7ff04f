package wire

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/port"
)

// shippedProfile is one that is in order.
func shippedProfile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "domain", "remittance", "csvfile", "profiles", "bank-eu.yaml"))
	require.NoError(t, err)
	return string(text)
}

// warnings are how often something was told of the folder.
func (f *dropped) warnings() int { return strings.Count(f.log.String(), "level=WARN") }

// A file that the process may not read is told once and tried again. Whoever may read everything is told so by the way it is opened.
func TestAFileThatMayNotBeReadIsToldOnceAndTriedAgain(t *testing.T) {
	t.Parallel()
	f := newDropped(t, newDesk(), t.TempDir())
	open := f.open
	f.open = func(name string) (*os.File, error) {
		if name == "closed.xml" {
			return nil, &fs.PathError{Op: "openat", Path: name, Err: fs.ErrPermission}
		}
		return open(name)
	}
	f.put("closed.xml", "one")
	f.put("open.xml", "two")
	f.looks(5)
	require.Equal(t, 1, f.warnings())
	require.Contains(t, f.log.String(), "file=closed.xml")
	require.Len(t, f.desk.told, 1, "the other one is none the worse for it")
	require.Contains(t, f.files(), "closed.xml")
	f.open = open
	f.looks(1)
	require.Len(t, f.desk.told, 2)
}

// A folder that cannot be moved into is told once, too, and the file is not received again.
func TestAFolderThatCannotBeMovedIntoIsToldOnce(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{doneFolder, refusedFolder} {
		f := newDropped(t, newDesk(), t.TempDir())
		f.put("a.xml", "one")
		f.looks(2)
		f.desk.end(map[string]string{doneFolder: port.BankFileDone, refusedFolder: port.BankFileRefused}[folder], "remittance.malformed")
		require.NoError(t, os.Remove(filepath.Join(f.path, folder)))
		f.looks(4)
		require.Equal(t, 1, f.warnings(), folder)
		require.Equal(t, "one", f.files()["a.xml"])
		require.NoError(t, os.Mkdir(filepath.Join(f.path, folder), folderMode))
		f.looks(1)
		require.Equal(t, "one", f.files()[folder+"/a.xml"])
		require.Len(t, f.desk.told, 1)
	}
}

// A folder of ours that is missing is no file that has gone.
func TestAMissingStoreIsNotAFileThatHasGone(t *testing.T) {
	t.Parallel()
	f := newDropped(t, newDesk(), t.TempDir())
	f.put("a.xml", "one")
	f.desk.down = fault.Wrap(&fs.PathError{Op: "mkdir", Path: "documents", Err: fs.ErrNotExist}, fault.Unavailable, "document.store_unavailable", "it does not answer")
	f.looks(5)
	require.Equal(t, 1, f.warnings())
	f.desk.down = nil
	f.looks(1)
	require.Len(t, f.desk.told, 1)
}

// A file that goes away between two looks, or while it is read, is nobody's trouble; one that comes again is received.
func TestAFileThatVanishes(t *testing.T) {
	t.Parallel()
	f := newDropped(t, newDesk(), t.TempDir())
	gone := func() { require.NoError(t, os.Remove(filepath.Join(f.path, "a.xml"))) }
	f.put("a.xml", "one")
	f.looks(1)
	gone()
	f.looks(2)
	require.Empty(t, f.seen)
	f.put("a.xml", "one")
	f.looks(1)
	f.desk.reading = gone
	f.looks(1)
	f.desk.reading = nil
	f.put("a.xml", "one")
	f.looks(1)
	open := f.open
	f.open = func(name string) (*os.File, error) { gone(); return open(name) }
	f.looks(1)
	f.open = open
	require.Empty(t, f.desk.told)
	f.put("a.xml", "one")
	f.looks(2)
	require.Len(t, f.desk.told, 1)
	gone()
	f.desk.end(port.BankFileDone, "")
	f.looks(1)
	require.Zero(t, f.warnings())
}

// However a file is called, it is received, recorded under a name that can be kept, and moved with what tells it from others.
func TestOddNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 125) + ".xml"
	for name, kept := range map[string][2]string{
		" two  words .xml":              {"two words .xml", " two  words .xml"},
		"new\nline\ttab.xml":            {"new line tab.xml", "new\nline\ttab.xml"},
		"latin\xe4.xml":                 {"latin .xml", "latin\xe4.xml"},
		"\xff":                          {"file", "\xff"},
		"-rf *":                         {"-rf *", "-rf *"},
		long:                            {long, strings.Repeat("ä", 120) + ".xml"},
		strings.Repeat("x", 255):        {strings.Repeat("x", 255), strings.Repeat("x", 245)},
		"x." + strings.Repeat("y", 253): {"x." + strings.Repeat("y", 253), "x." + strings.Repeat("y", 243)},
	} {
		f := newDropped(t, newDesk(), t.TempDir())
		for _, content := range []string{"one", "two"} {
			f.put(name, content)
			f.looks(2)
			f.desk.end(port.BankFileRefused, "remittance.malformed")
			f.looks(1)
		}
		require.Zero(t, f.warnings(), "%q", name)
		require.Len(t, f.desk.told, 2, "%q", name)
		require.Equal(t, kept[0], f.desk.told[0].Filename)
		require.True(t, utf8.ValidString(f.desk.told[1].Filename))
		files := f.files()
		require.Equal(t, "one", files["refused/"+kept[1]], "%q", name)
		require.Contains(t, files, "refused/"+kept[1]+".txt", "%q", name)
		require.Len(t, files, 4, "%q", name)
	}
}

// What is wrong with the profile is nothing that is wrong with the files: they wait for a better one, unread.
func TestAWrongProfileIsToldOnceAndTheFilesWait(t *testing.T) {
	t.Parallel()
	f := newDropped(t, newDesk(), t.TempDir())
	f.desk.reading = func() { t.Error("it was read") }
	f.put("a.csv", "x;y\n")
	for n, wrong := range []string{"name: x", "\x00", strings.Repeat("#", maxProfile) + "\n" + shippedProfile(t)} {
		f.put(folderProfile, wrong)
		f.seen = map[string]sighting{}
		f.looks(4)
		require.Equal(t, n+1, strings.Count(f.log.String(), "code=remittance.malformed_profile"))
		require.Contains(t, f.files(), "a.csv")
	}
	require.NoError(t, os.Remove(filepath.Join(f.path, folderProfile)))
	require.NoError(t, os.Mkdir(filepath.Join(f.path, folderProfile), folderMode))
	f.looks(4)
	require.Equal(t, 4, f.warnings(), "a folder is no profile")
	require.NoError(t, os.Remove(filepath.Join(f.path, folderProfile)))
	f.desk.reading = nil
	f.put(folderProfile, shippedProfile(t))
	f.looks(1)
	require.Len(t, f.desk.told, 1)
	require.Equal(t, shippedProfile(t), f.desk.told[0].Profile)
}
