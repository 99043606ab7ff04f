package notice_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"arrears/domain/notice"
)

// hostile draws texts that people could enter to break out of a message.
func hostile() *rapid.Generator[string] {
	attacks := rapid.SampledFrom([]string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</td></table>`, `{{.Total}}`, `<!--`, `]]>`, `&lt;b&gt;`,
		"a\r\nBcc: someone@example.com", "line\nline", `' onmouseover='x`, `javascript:alert(1)`, "\u202egnp.exe", "\x00", "\u2028", "\xff",
		`<a href="https://example.com">pay here</a>`, "%0d%0aSubject: x",
	})
	return rapid.OneOf(attacks, rapid.String())
}

func hostileContent(rt *rapid.T) notice.Content {
	text := func(label string) string { return hostile().Draw(rt, label) }
	c := sample("reminder-1")
	c.Creditor = notice.Creditor{Name: text("creditor"), Address: text("address"), RemitTo: text("remit")}
	c.CustomerName, c.CustomerNo, c.ContactName = text("customer"), text("number"), text("contact")
	c.PostalAddress, c.DueText, c.ReplyAddress = text("postal"), text("due text"), text("reply")
	c.Lines = c.Lines[:1:1]
	c.Lines = append([]notice.Line{}, c.Lines...)
	c.Lines[0].InvoiceNumber, c.Lines[0].PurchaseOrder = text("invoice"), text("order")
	c.Credits = []notice.Credit{{Kind: notice.CreditKind(text("kind")), Reference: text("reference"), Minor: 1}}
	c.ReservedMinor = 0
	c.Attachments = []notice.Attachment{{Filename: text("file")}}
	return c
}

func TestNoTextChangesTheMarkup(t *testing.T) {
	t.Parallel()
	templates := load(t)
	rapid.Check(t, func(rt *rapid.T) {
		c := hostileContent(rt)
		r, err := templates.Render(c)
		require.NoError(rt, err)
		for _, element := range elements(rt, r.HTML) {
			require.Contains(rt, allowed, element.Data)
			for _, a := range element.Attr {
				require.NotEqual(rt, "on", strings.ToLower(a.Key)[:min(2, len(a.Key))], "an event handler")
				if a.Key == "href" {
					require.True(rt, strings.HasPrefix(a.Val, "mailto:"), a.Val)
				}
				require.NotEqual(rt, "src", a.Key)
			}
		}
		require.Equal(rt, markup(rt, benign(c), templates), shape(rt, r.HTML), "the elements are those of a harmless text")
	})
}

var allowed = []string{"html", "head", "meta", "title", "body", "div", "table", "tbody", "thead", "tr", "td", "th", "p", "br", "strong", "span", "a"}

// benign is the same content with every text replaced by an ordinary one, where there is a text.
func benign(c notice.Content) notice.Content {
	word := func(s string) string {
		if visible(s) == "" {
			return ""
		}
		return "x"
	}
	rows := func(s string) string {
		var out []string
		for row := range strings.SplitSeq(strings.ReplaceAll(s, "\r", "\n"), "\n") {
			if visible(row) != "" && len(out) < 12 {
				out = append(out, "x")
			}
		}
		return strings.Join(out, "\n")
	}
	c.Creditor = notice.Creditor{Name: word(c.Creditor.Name), Address: rows(c.Creditor.Address), RemitTo: rows(c.Creditor.RemitTo)}
	c.CustomerName, c.CustomerNo, c.ContactName = word(c.CustomerName), word(c.CustomerNo), word(c.ContactName)
	c.DueText, c.ReplyAddress = word(c.DueText), word(c.ReplyAddress)
	line := c.Lines[0]
	line.InvoiceNumber, line.PurchaseOrder = word(line.InvoiceNumber), word(line.PurchaseOrder)
	c.Lines = []notice.Line{line}
	c.Credits = []notice.Credit{{Reference: word(c.Credits[0].Reference), Minor: 1}}
	c.Attachments = []notice.Attachment{{Filename: "x"}}
	return c
}

// visible is what is left of a text when everything that is blanked is gone.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u00a0' || r == '\u202f':
			return r
		case r == unicode.ReplacementChar, unicode.IsControl(r), unicode.IsSpace(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

func markup(t require.TestingT, c notice.Content, templates *notice.Templates) []string {
	r, err := templates.Render(c)
	require.NoError(t, err)
	return shape(t, r.HTML)
}

func shape(t require.TestingT, page string) []string {
	var names []string
	for _, e := range elements(t, page) {
		names = append(names, e.Data)
	}
	return names
}

func elements(t require.TestingT, page string) []html.Token {
	var found []html.Token
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return found
		case html.StartTagToken, html.SelfClosingTagToken:
			found = append(found, z.Token())
		case html.CommentToken:
			require.Fail(t, "a comment came in")
		}
	}
}

func TestNoTextForgesALine(t *testing.T) {
	t.Parallel()
	templates := load(t)
	rapid.Check(t, func(rt *rapid.T) {
		r, err := templates.Render(hostileContent(rt))
		require.NoError(rt, err)
		for _, single := range []string{r.Subject, r.SMS, r.Page.Customer.Name, r.Page.Creditor.Name, r.Page.Lines[0].Invoice} {
			require.NotContains(rt, single, "\n")
			require.NotContains(rt, single, "\r")
			require.NotContains(rt, single, "\u202e")
			require.NotContains(rt, single, "\x00")
		}
		require.NotEmpty(rt, r.Subject)
		require.NotContains(rt, r.Text, "\r")
	})
}
