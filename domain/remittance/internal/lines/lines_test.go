package lines_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/remittance/internal/lines"
)

func all(t require.TestingT, in io.Reader, bound int) ([]lines.Line, *lines.Reader) {
	r := lines.New(in, bound)
	var list []lines.Line
	for {
		l, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list, r
		}
		require.NoError(t, err)
		list = append(list, l)
	}
}

func texts(list []lines.Line) []string {
	var out []string
	for _, l := range list {
		out = append(out, l.Text)
	}
	return out
}

func TestLineEnds(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"\n", "\r\n", "\r"} {
		list, _ := all(t, strings.NewReader(strings.Join([]string{"a", "", "b", "c"}, end)), 10)
		require.Equal(t, []lines.Line{{No: 1, Text: "a"}, {No: 2}, {No: 3, Text: "b"}, {No: 4, Text: "c"}}, list)
	}
	list, _ := all(t, strings.NewReader(""), 10)
	require.Empty(t, list)
	list, _ = all(t, strings.NewReader("x\r"), 10)
	require.Equal(t, []string{"x"}, texts(list))
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"utf-8":        "Müller\nzwei",
		"utf-8 bom":    "\xEF\xBB\xBFMüller\nzwei",
		"utf-16 le":    "\xFF\xFEM\x00\xFC\x00l\x00l\x00e\x00r\x00\n\x00z\x00w\x00e\x00i\x00",
		"utf-16 be":    "\xFE\xFF\x00M\x00\xFC\x00l\x00l\x00e\x00r\x00\n\x00z\x00w\x00e\x00i",
		"windows-1252": "M\xFCller\nzwei",
	} {
		list, r := all(t, strings.NewReader(in), 100)
		require.Equal(t, []string{"Müller", "zwei"}, texts(list), name)
		require.Equal(t, name == "windows-1252", r.Guessed() == 1, name)
	}
}

func TestControlCharactersOfTheWireAreTakenOff(t *testing.T) {
	t.Parallel()
	list, _ := all(t, strings.NewReader("\x01{1:F01}\n-}\x03\n\x1a"), 100)
	require.Equal(t, []string{"{1:F01}", "-}", ""}, texts(list))
}

func TestLongLinesComeInPieces(t *testing.T) {
	t.Parallel()
	list, _ := all(t, strings.NewReader("abcdef\ngh"), 4)
	require.Equal(t, []lines.Line{{No: 1, Text: "abcd", More: true}, {No: 1, Text: "ef"}, {No: 2, Text: "gh"}}, list)
	list, _ = all(t, strings.NewReader("abcd\ngh"), 4)
	require.Equal(t, []string{"abcd", "gh"}, texts(list), "a line of just the bound is whole")
	require.False(t, list[0].More)
	list, _ = all(t, strings.NewReader("abcüd"), 4)
	require.Equal(t, []string{"abc", "üd"}, texts(list), "no character is cut")
}

func TestAFailingReaderIsTold(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, in := range []io.Reader{iotest.ErrReader(broken), io.MultiReader(strings.NewReader("abcdef"), iotest.ErrReader(broken)),
		io.MultiReader(strings.NewReader("abcdef\r"), iotest.ErrReader(broken))} {
		r := lines.New(in, 100)
		_, err := r.Next()
		if err == nil {
			_, err = r.Next()
		}
		require.ErrorIs(t, err, broken)
	}
}

func TestPiecesAreTheLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-zäöü€ ]{0,60}`).Draw(t, "text")
		bound := rapid.IntRange(4, 70).Draw(t, "bound")
		list, _ := all(t, iotest.OneByteReader(strings.NewReader(text)), bound)
		require.Equal(t, text, strings.Join(texts(list), ""))
		for i, l := range list {
			require.LessOrEqual(t, len(l.Text), bound)
			require.Equal(t, i < len(list)-1, l.More)
		}
	})
}
