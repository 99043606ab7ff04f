package letter

import (
	"bytes"
	"compress/zlib"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/font/gofont/gomono"
	"pgregory.net/rapid"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/notify"
)

var noticeID = uuid.MustParse("0198f000-0000-7000-8000-000000000001")

func channel(t *testing.T) (*Channel, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "letters")
	c, err := New(Options{Dir: dir})
	require.NoError(t, err)
	return c, dir
}

func envelope(t require.TestingT, change ...func(c *notice.Content)) notify.Envelope {
	templates, err := notice.Load(nil)
	require.NoError(t, err)
	c := notice.Samples()[0]
	c.Template, c.Language = "final-demand", "de"
	for _, f := range change {
		f(&c)
	}
	r, err := templates.Render(c)
	require.NoError(t, err)
	return notify.Envelope{NoticeID: noticeID, Channel: receivable.Letter, To: c.PostalAddress, Content: c, Rendered: r}
}

// lines makes a notice of n lines.
func lines(n int) func(c *notice.Content) {
	return func(c *notice.Content) {
		line := c.Lines[1]
		c.Lines = c.Lines[:1:1]
		for i := 1; i < n; i++ {
			line.InvoiceNumber = "2026-" + strconv.Itoa(1000+i)
			c.Lines = append(c.Lines, line)
		}
	}
}

func pages(pdf []byte) int { return len(regexp.MustCompile(`/Type /Page\b[^s]`).FindAll(pdf, -1)) }

func TestALetterIsAFunctionOfItsEnvelope(t *testing.T) {
	t.Parallel()
	c, _ := channel(t)
	first, err := c.Compose(envelope(t))
	require.NoError(t, err)
	other, _ := channel(t)
	second, err := other.Compose(envelope(t))
	require.NoError(t, err)
	require.True(t, bytes.Equal(first, second))
	require.Equal(t, 2, pages(first))
	require.Contains(t, string(first), "D:20260316", "the file's date is the document's")
}

func TestManyLinesGoOverPages(t *testing.T) {
	t.Parallel()
	c, _ := channel(t)
	last := 0
	for _, n := range []int{1, 20, 60, 200} {
		pdf, err := c.Compose(envelope(t, lines(n)))
		require.NoError(t, err)
		require.Greater(t, pages(pdf), last, n)
		last = pages(pdf)
	}
	require.Less(t, last, 20)
}

func TestLettersAreSetAtTheSameTime(t *testing.T) {
	t.Parallel()
	c, _ := channel(t)
	e := envelope(t)
	want, err := c.Compose(e)
	require.NoError(t, err)
	var group sync.WaitGroup
	results := make([][]byte, 8)
	for i := range results {
		group.Go(func() { results[i], _ = c.Compose(e) })
	}
	group.Wait()
	for _, got := range results {
		require.True(t, bytes.Equal(want, got))
	}
}

func TestEnclosuresTravelInside(t *testing.T) {
	t.Parallel()
	c, _ := channel(t)
	content := bytes.Repeat([]byte("an invoice's copy "), 20)
	e := envelope(t, func(c *notice.Content) {
		c.Attachments = []notice.Attachment{{Filename: "a.pdf", Content: content}, {Filename: "empty"}}
	})
	pdf, err := c.Compose(e)
	require.NoError(t, err)
	require.True(t, inflates(pdf, content))
	again, err := c.Compose(e)
	require.NoError(t, err)
	require.True(t, bytes.Equal(pdf, again))
}

// inflates reports whether one of the file's compressed streams holds the content.
func inflates(pdf, content []byte) bool {
	for _, rest := range bytes.Split(pdf, []byte("stream\n"))[1:] {
		r, err := zlib.NewReader(bytes.NewReader(rest))
		if err != nil {
			continue
		}
		got, err := io.ReadAll(r)
		if err == nil && bytes.Equal(got, content) {
			return true
		}
	}
	return false
}

func TestAnyTextCanBeSet(t *testing.T) {
	t.Parallel()
	c, _ := channel(t)
	templates, err := notice.Load(nil)
	require.NoError(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"東京", "🙂", "\u0000", "(\\)", strings.Repeat("W", 400), "\U00010000", "\uffff", "{nb}"}))
		content := notice.Samples()[rapid.IntRange(0, 3).Draw(rt, "sample")]
		content.Template, content.CustomerName = "reminder", text.Draw(rt, "name")
		content.Creditor.Name, content.Creditor.RemitTo = text.Draw(rt, "creditor"), text.Draw(rt, "remit")
		content.DueText, content.ContactName = text.Draw(rt, "due"), text.Draw(rt, "contact")
		content.Lines = append([]notice.Line{}, content.Lines...)
		content.Lines[0].InvoiceNumber, content.Lines[0].PurchaseOrder = text.Draw(rt, "invoice"), text.Draw(rt, "order")
		r, err := templates.Render(content)
		require.NoError(rt, err)
		pdf, err := c.Compose(notify.Envelope{NoticeID: noticeID, To: "x\n" + text.Draw(rt, "to"), Content: content, Rendered: r})
		require.NoError(rt, err)
		require.True(rt, bytes.HasPrefix(pdf, []byte("%PDF-")))
	})
}

func TestWhatTheFontsLack(t *testing.T) {
	t.Parallel()
	face, err := newTypeface(Fonts{})
	require.NoError(t, err)
	for in, want := range map[string]string{
		"Łódź Ελλάς Москва ẞ €": "Łódź Ελλάς Москва ẞ €", "東京 Ltd": "?? Ltd", "a\u202fb": "a\u00a0b", "a\u2011b": "a-b", "🙂": "?", "1 · 2…": "1 · 2…",
	} {
		require.Equal(t, strings.ReplaceAll(want, "ẞ", face.writable("ẞ")), face.writable(in), in)
	}
}

func TestLinesBreakWhereTheyMay(t *testing.T) {
	t.Parallel()
	face, err := newTypeface(Fonts{})
	require.NoError(t, err)
	s := newSheet(face, envelope(t))
	s.style("", sizeBody, ink)
	rapid.Check(t, func(rt *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-z]{1,60}`)).Draw(rt, "words")
		lines := s.split(strings.Join(words, " "), 50)
		for _, line := range lines {
			require.LessOrEqual(rt, s.pdf.GetStringWidth(line), 50.0)
		}
		require.Equal(rt, strings.Join(words, ""), strings.ReplaceAll(strings.Join(lines, ""), " ", ""), "nothing is lost")
	})
	require.LessOrEqual(t, s.pdf.GetStringWidth(s.fit(strings.Repeat("W", 100), 40)), 40.0)
	require.Equal(t, "short", s.fit("short", 40))
	require.Equal(t, []string{"12\u00a0345"}, s.split("12\u00a0345", 50))
}

func TestTheAddressFitsTheWindow(t *testing.T) {
	t.Parallel()
	p := notice.Page{Customer: notice.Party{Name: "A"}, Contact: "C"}
	require.Equal(t, []string{"A", "C", "Street 1", "Town"}, addressLines(p, "A\n\nStreet  1\r\nTown\n"))
	long := addressLines(p, strings.Repeat("1\n2\n3\n4\n5\n", 2))
	require.Len(t, long, 7)
	require.Equal(t, "5, 1, 2, 3, 4, 5", long[6])
}

func TestWhatCannotBeComposed(t *testing.T) {
	t.Parallel()
	c, _ := channel(t)
	e := envelope(t)
	e.To, e.Rendered.Page.Customer.Address = " \n", nil
	_, err := c.Compose(e)
	require.Equal(t, notify.CodeInvalidEnvelope, fault.CodeOf(err))
	_, err = c.Compose(notify.Envelope{To: "somewhere"})
	require.Equal(t, notify.CodeInvalidEnvelope, fault.CodeOf(err))
	e = envelope(t)
	e.To = ""
	_, err = c.Compose(e)
	require.NoError(t, err, "the page's own address will do")
}

func TestALetterAppearsWholeUnderItsNoticesName(t *testing.T) {
	t.Parallel()
	c, dir := channel(t)
	session, err := c.Prepare(context.Background())
	require.NoError(t, err)
	for _, content := range []string{"first", "first", "second"} {
		out := session.Send(context.Background(), notify.Message{NoticeID: noticeID, Raw: []byte(content)})
		require.Equal(t, notify.Outcome{Kind: notice.Accepted, Detail: noticeID.String() + ".pdf"}, out)
		got, err := os.ReadFile(filepath.Join(dir, noticeID.String()+".pdf"))
		require.NoError(t, err)
		require.Equal(t, content, string(got))
	}
	require.NoError(t, session.Close())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing is left beside it")
	info, err := entries[0].Info()
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode().Perm())
}

func TestSendingThatCannotWork(t *testing.T) {
	t.Parallel()
	c, dir := channel(t)
	session, err := c.Prepare(context.Background())
	require.NoError(t, err)
	require.Equal(t, notice.RefusedMessage, session.Send(context.Background(), notify.Message{Raw: []byte("x")}).Kind)
	require.Equal(t, notice.RefusedMessage, session.Send(context.Background(), notify.Message{NoticeID: noticeID}).Kind)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	m := notify.Message{NoticeID: noticeID, Raw: []byte("x")}
	require.Equal(t, notice.Temporary, session.Send(ctx, m).Kind)
	_, err = c.Prepare(ctx)
	require.Equal(t, notify.CodeUnavailable, fault.CodeOf(err))

	require.NoError(t, os.Mkdir(filepath.Join(dir, noticeID.String()+".pdf"), 0o750))
	require.Equal(t, notice.Temporary, session.Send(context.Background(), m).Kind, "a folder is in the way")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "no half of a letter is left")
	require.NoError(t, os.RemoveAll(dir))
	require.Equal(t, notice.Temporary, session.Send(context.Background(), m).Kind)
	_, err = c.Prepare(context.Background())
	require.Equal(t, notify.CodeUnavailable, fault.CodeOf(err))
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for name, o := range map[string]Options{
		"no folder": {}, "no font": {Dir: t.TempDir(), Fonts: Fonts{Regular: []byte("x")}}, "a file in the way": {Dir: filepath.Join(file, "x")},
	} {
		_, err := New(o)
		require.Equal(t, notify.CodeMisconfigured, fault.CodeOf(err), name)
	}
	own, err := New(Options{Dir: t.TempDir(), Fonts: Fonts{Regular: gomono.TTF}})
	require.NoError(t, err)
	pdf, err := own.Compose(envelope(t))
	require.NoError(t, err)
	require.NotEmpty(t, pdf)
}
