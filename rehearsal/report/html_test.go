package report

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"arrears/domain/money"
)

func pageOf(t require.TestingT, r Report) string {
	page, err := r.HTML()
	require.NoError(t, err)
	return string(page)
}

// has and lacks look for texts in a page without printing all of it.
func has(t require.TestingT, page string, texts ...string) {
	for _, text := range texts {
		require.True(t, strings.Contains(page, text), "the page should hold %q", text)
	}
}

func lacks(t require.TestingT, page string, texts ...string) {
	for _, text := range texts {
		require.False(t, strings.Contains(page, text), "the page should not hold %q", text)
	}
}

// elements lists all elements of a page.
func elements(t require.TestingT, page string) []*html.Node {
	root, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	out := []*html.Node{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			out = append(out, n)
		}
	}
	return out
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// Whatever stands in the file, the page holds only our own elements, no script, no handler and nothing from elsewhere.
func TestThePageHoldsNothingForeign(t *testing.T) {
	t.Parallel()
	ours := "html head meta title style body main header footer section p h1 h2 h3 b i span strong code ul li div details summary " +
		"table thead tbody tr th td svg g desc rect line polyline polygon text"
	rapid.Check(t, func(rt *rapid.T) {
		a, b := Make(anyFacts(rt)), Make(anyFacts(rt))
		both, err := Compare(a, b).HTML()
		require.NoError(rt, err)
		for _, page := range []string{pageOf(rt, a), string(both)} {
			for _, n := range elements(rt, page) {
				require.Contains(rt, strings.Fields(ours), n.Data)
				for _, attr := range n.Attr {
					require.NotContains(rt, []string{"src", "href", "style", "onerror", "onload", "onclick", "srcset"}, attr.Key)
				}
			}
		}
	})
}

func TestNamesAreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	page := pageOf(t, Make(facts()))
	lacks(t, page, "<Sons>")
	has(t, page, "O&#39;Hara &amp; &lt;Sons&gt; &#34;Fittings&#34;")
}

func TestThePageIsSelfContained(t *testing.T) {
	t.Parallel()
	page := pageOf(t, Make(facts()))
	require.Empty(t, regexp.MustCompile(`https?://|@import|url\(|<script|<link|<img`).FindAllString(page, -1))
	has(t, page, "default-src 'none'; style-src 'unsafe-inline'", "prefers-color-scheme:dark", "@media print", `name="viewport"`)
	lacks(t, page, "ZgotmplZ") // what the template writes where it refused a value
}

// Every picture can be read without seeing it: a title, a description and a table behind it.
func TestPicturesHaveWords(t *testing.T) {
	t.Parallel()
	pages := []string{pageOf(t, Make(facts()))}
	both, err := Compare(Make(facts()), Make(gentle())).HTML()
	require.NoError(t, err)
	for _, page := range append(pages, string(both)) {
		pictures := 0
		for _, n := range elements(t, page) {
			if n.Data != "svg" {
				continue
			}
			pictures++
			require.Equal(t, "img", attribute(n, "role"))
			require.NotEmpty(t, attribute(n, "aria-label"))
			words := map[string]bool{}
			for c := range n.ChildNodes() {
				words[c.Data] = true
			}
			require.True(t, words["title"] && words["desc"])
		}
		require.Positive(t, pictures)
		require.Equal(t, pictures/2, strings.Count(page, "Figures as a table"))
	}
}

func TestTheVerdictIsNotByColourAlone(t *testing.T) {
	t.Parallel()
	good := pageOf(t, Make(facts()))
	require.Equal(t, 3, strings.Count(good, "✓ as it must be"))
	lacks(t, good, "✗")
	f := facts()
	f.Notices[0].Lines[0].OpenMinor = 0
	bad := pageOf(t, Make(f))
	require.Equal(t, 2, strings.Count(bad, "✗ must be 0"))
	has(t, bad, "Failed: notices asked for what was not owed.")
	has(t, bad, "<h3>dunned_after_paid</h3>")
	lacks(t, bad, "<h3>dunned_while_cash_waiting</h3>")
}

// Where nothing was sent nothing is proven.
func TestNothingSentIsNotPassed(t *testing.T) {
	t.Parallel()
	page := pageOf(t, Make(Facts{}))
	has(t, page, "there is nothing to judge")
	has(t, page, `<p class="verdict idle"`)
	lacks(t, page, "Passed")
	require.NotContains(t, texted(t, Make(Facts{}), 80), "PASSED")
}

func TestIdsAreUniqueAndLabelsLeadSomewhere(t *testing.T) {
	t.Parallel()
	f := facts()
	f.Invoices = append(f.Invoices, InvoiceFacts{Number: "X", Currency: "a b", AmountMinor: 5, InvoiceDate: day("2026-01-01")})
	ids := map[string]bool{}
	nodes := elements(t, pageOf(t, Make(f)))
	for _, n := range nodes {
		if id := attribute(n, "id"); id != "" {
			require.False(t, ids[id], id)
			ids[id] = true
		}
	}
	for _, n := range nodes {
		if by := attribute(n, "aria-labelledby"); by != "" {
			require.True(t, ids[by], by)
		}
	}
}

// portfolio is a large one: so many customers with so many notices each.
func portfolio(customers, notices int, text string) Facts {
	f := Facts{Policy: "standard", From: day("2024-01-01"), To: day("2025-12-31"), Stages: []string{"reminder"}}
	for c := range customers {
		number := fmt.Sprintf("%06d", c)
		f.Customers = append(f.Customers, CustomerFacts{Number: number, Name: text})
		for n := range notices {
			f.Notices = append(f.Notices, NoticeFacts{On: day("2024-01-01").AddDays(n % 700), Customer: number, Channel: "email",
				Kind: "dunning", Currency: "EUR", AskedMinor: 100, Subject: text, Lines: []LineFacts{line("R-"+number, "reminder", 100)}})
		}
	}
	return f
}

func TestThePageIsBoundedByCustomers(t *testing.T) {
	t.Parallel()
	page := pageOf(t, Make(portfolio(maxPageCustomers+5, 1, "Brambleford")))
	require.Equal(t, maxPageCustomers, strings.Count(page, `<span class="who">`))
	has(t, page, "Shown are 2,000; 5 more are in the JSON form.")
}

func TestThePageIsBoundedByNoticesOfOneCustomer(t *testing.T) {
	t.Parallel()
	page := pageOf(t, Make(portfolio(1, maxPageNotices+7, "Brambleford")))
	has(t, page, "… and 7 notices more, in the JSON form.")
}

// The longest texts, all of which must be escaped, do not make the page longer than it may be.
func TestThePageIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	f := portfolio(400, 60, strings.Repeat(`"`, 500))
	for i := range 3_000 {
		f.Quarantine = append(f.Quarantine, QuarantineLine{Line: i, Severity: "refused", Code: fmt.Sprintf("%d%s", i, strings.Repeat("&", 400)),
			Message: strings.Repeat("<", 2000)})
	}
	page := pageOf(t, Make(f))
	require.Less(t, len(page), 9<<20)
	has(t, page, "more are in the JSON form.")
	require.Greater(t, strings.Count(page, `<span class="who">`), 50)
}

func TestWhoReceivedMostComesFirst(t *testing.T) {
	t.Parallel()
	page := pageOf(t, Make(facts()))
	names := regexp.MustCompile(`<span class="who">([^<]*)<`).FindAllStringSubmatch(page, -1)
	require.Len(t, names, 4)
	require.Equal(t, "Brambleford Tools Ltd", names[0][1])
}

func TestANoticeOfManyItemsIsCut(t *testing.T) {
	t.Parallel()
	n := CustomerNotice{On: day("2026-01-10"), Currency: "EUR"}
	for i := range maxPageItems + 4 {
		n.Lines = append(n.Lines, NoticeLine{fmt.Sprint("R-", i), "reminder", 100})
	}
	v := viewOf(n)
	require.Equal(t, maxPageItems, strings.Count(v.Lines, "EUR"))
	require.True(t, strings.HasSuffix(v.Lines, "and 4 more"))
}

func TestListsOfThePageAreCut(t *testing.T) {
	t.Parallel()
	b := block{}
	for range maxPageRows + 1 {
		b.Rows = append(b.Rows, []string{"x"})
	}
	cutDown := b.bounded("line")
	require.Len(t, cutDown.Rows, maxPageRows)
	require.Equal(t, "… and 1 line more, in the JSON form.", cutDown.More)
	b.Rows = b.Rows[1:]
	require.Empty(t, b.bounded("line").More)
}

func TestPagesAreBalanced(t *testing.T) {
	t.Parallel()
	for _, f := range []Facts{{}, facts(), gentle()} {
		page := pageOf(t, Make(f))
		for _, tag := range []string{"section", "div", "table", "tr", "td", "th", "details", "summary", "svg", "ul", "li", "p", "span", "h2", "h3"} {
			open := len(regexp.MustCompile(`<`+tag+`[ >]`).FindAllString(page, -1))
			require.Equal(t, open, strings.Count(page, "</"+tag+">"), tag)
		}
		require.True(t, bytes.HasSuffix([]byte(page), []byte("</html>\n")))
	}
}

func TestEveryCurrencyHasItsOwnLine(t *testing.T) {
	t.Parallel()
	r := Make(facts())
	for _, c := range []money.Currency{"EUR", "JPY", "USD"} {
		has(t, pageOf(t, r), "Open in "+string(c))
	}
}
