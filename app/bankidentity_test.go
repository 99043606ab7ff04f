package app_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
)

// orders are all orders of n files.
func orders(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, rest := range orders(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(rest), at, n-1))
		}
	}
	return all
}

func mt940(account string, number int, on calendar.Date, open int64, list ...entry) string {
	short := strings.ReplaceAll(on.String()[2:], "-", "")
	var b strings.Builder
	fmt.Fprintf(&b, ":20:X\n:25:%s\n:28C:%d\n:60F:C%sEUR%s\n", account, number, short, strings.Replace(majors(open), ".", ",", 1))
	for _, e := range list {
		mark := "C"
		if e.minor < 0 {
			mark = "D"
		}
		fmt.Fprintf(&b, ":61:%s%s%s%sNTRF%s//%s\n:86:%s\n", short, short[2:], or(e.ret, mark), strings.Replace(majors(e.minor), ".", ",", 1),
			or(e.e2e, "NONREF"), e.ref, e.text)
		open += e.minor
	}
	fmt.Fprintf(&b, ":62F:C%sEUR%s\n-\n", short, strings.Replace(majors(open), ".", ",", 1))
	return b.String()
}

// intraday makes a BAI2 file tell of the same day.
func intraday(file string) string { return strings.Replace(file, ",EUR,2/", ",EUR,1/", 1) }

// However many files tell of a payment, in whichever order and words, it is one; and two that look the same are two.
func TestAPaymentIsOneHoweverOftenItIsTold(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	on := day("2026-03-02")
	x, y := entry{minor: 100_00}, entry{minor: 250_00, ref: "BR2", e2e: "E2", text: "Invoice 2"}
	one, two := entry{minor: 100_00, ref: "BR1"}, entry{minor: 100_00, ref: "BR3"}
	batch := entry{minor: 300_00, ref: "COLL", e2e: "P", by: "Nordwind", parts: []int64{100_00, 150_00, 50_00}}
	whole := entry{minor: 300_00, ref: "COLL"}
	nameless, namelessWhole := batch, entry{minor: 300_00, text: "collected"}
	nameless.ref = ""
	camt := func(kind string, list ...entry) sheet { return sheet{kind: kind, list: list} }
	numbered := func(seq int, open, closing int64, list ...entry) sheet {
		return sheet{kind: "053", seq: seq, open: &open, close: &closing, list: list}
	}
	pageOf := func(page int, list ...entry) sheet {
		return sheet{kind: "053", seq: 7, page: page, last: page == 2, list: list}
	}
	other := func(s sheet) sheet { s.suffix = "\n"; return s }
	week := sheet{kind: "053", seq: 9, from: "2026-02-24", open: balanceAt(0), close: balanceAt(0), list: []entry{
		{minor: 100_00, on: "2026-02-24"}, {minor: -100_00, on: "2026-02-24"}, x, {minor: -100_00},
	}}
	for name, c := range map[string]struct {
		want  [2]int64
		files []any
	}{
		"the same day in other bytes":                {[2]int64{2, 350_00}, []any{camt("053", one, y), other(camt("053", one, y))}},
		"so far, then all":                           {[2]int64{2, 350_00}, []any{camt("052", one), camt("053", one, y)}},
		"two that look the same":                     {[2]int64{2, 200_00}, []any{camt("052", x), camt("052", x, x), camt("053", x, x)}},
		"references at the day's end alone":          {[2]int64{2, 200_00}, []any{camt("052", x, x), camt("053", one, two), other(camt("053", one, two))}},
		"one named, one not":                         {[2]int64{2, 200_00}, []any{camt("052", x), camt("053", one, x), other(camt("053", one, x))}},
		"the same again in other words":              {[2]int64{2, 200_00}, []any{camt("052", x, x), camt("053", one, one), other(camt("053", one, one))}},
		"details apart from the collective entry":    {[2]int64{1, 300_00}, []any{camt("054", batch), camt("053", whole)}},
		"details, and no reference at all":           {[2]int64{1, 300_00}, []any{camt("054", nameless), camt("053", namelessWhole), other(camt("053", namelessWhole))}},
		"three kinds in three words":                 {[2]int64{1, 100_00}, []any{camt("052", x), camt("054", entry{minor: 100_00, e2e: "E9", by: "Nordwind"}), camt("053", one)}},
		"numbered statements of a day":               {[2]int64{2, 200_00}, []any{numbered(1, 0, 100_00, x), numbered(2, 100_00, 200_00, x), other(numbered(2, 100_00, 200_00, x))}},
		"pages":                                      {[2]int64{2, 200_00}, []any{pageOf(1, x), pageOf(2, x), other(pageOf(1, x))}},
		"a week and its last day, swept every night": {[2]int64{2, 200_00}, []any{week, numbered(4, 0, 0, x, entry{minor: -100_00})}},
		"pending ones are no money":                  {[2]int64{1, 100_00}, []any{camt("052", entry{minor: 100_00, status: "PDNG"}), camt("053", one, entry{minor: 0, ref: "Z"})}},
		"bai2 twice":                                 {[2]int64{3, 450_00}, []any{bai2("ACC", 1, on, one, two, y), bai2("ACC", 1, on, one, two, y) + "\n"}},
		"mt940 and camt in their own words": {[2]int64{2, 350_00}, []any{
			mt940("ACC", 1, on, 0, entry{minor: 250_00, e2e: "NONREF", text: "INV 2"}, x), camt("053", one, entry{minor: 250_00, ref: "BR2", by: "Nordwind"}),
		}},
		"mt940 cuts references": {[2]int64{2, 200_00}, []any{
			mt940("ACC", 1, on, 0, entry{minor: 100_00, ref: "2026030200000001", e2e: "A"}, entry{minor: 100_00, ref: "2026030200000002", e2e: "B"}),
			camt("053", entry{minor: 100_00, ref: "2026030200000002-77", e2e: "B"}, entry{minor: 100_00, ref: "2026030200000001-76", e2e: "A"}),
		}},
		"mt940 and camt with references of their own, proven": {[2]int64{2, 350_00}, []any{
			mt940("ACC", 1, on, 0, entry{minor: 100_00, ref: "M1"}, entry{minor: 250_00, ref: "M2"}), numbered(81, 0, 350_00, one, y),
		}},
		"so far in two channels":             {[2]int64{2, 350_00}, []any{camt("052", one, y), intraday(bai2("ACC", 1, on, x, entry{minor: 250_00, ref: "BX"})), camt("053", one, y)}},
		"three numbered statements of a day": {[2]int64{3, 300_00}, []any{numbered(1, 0, 100_00, x), numbered(2, 100_00, 200_00, x), numbered(3, 200_00, 300_00, x)}},
		"details after the collective entry": {[2]int64{1, 300_00}, []any{camt("053", whole), camt("054", batch), other(camt("053", whole)), other(camt("054", batch))}},
		"mt940 and camt with references":     {[2]int64{1, 250_00}, []any{mt940("ACC", 1, on, 0, y), camt("053", y)}},
	} {
		for _, order := range orders(len(c.files)) {
			account := fmt.Sprintf("A%d", v.number(`SELECT count(*) FROM bank_accounts`))
			for _, n := range order {
				switch f := c.files[n].(type) {
				case sheet:
					f.account = account
					v.load(f.String())
				case string:
					v.load(strings.Replace(f, "ACC", account, 1))
				}
			}
			require.Equal(t, c.want, v.books(v.keyLike(account)), "%s in order %v", name, order)
		}
	}
	v.moneyLaws()
}

// keyLike is the key of the account whose number is this.
func (v *vault) keyLike(number string) (key string) {
	v.t.Helper()
	err := v.conn.QueryRow(v.t.Context(), `SELECT key FROM bank_accounts WHERE key = $1 OR key LIKE '%/' || $1`, number).Scan(&key)
	require.NoError(v.t, err)
	return key
}

// Whatever was told before, and however wrongly two payments were taken for one: when the day's end is told, the books are what
// it says; and nothing that is told later changes them.
func TestTheDaysEndIsWhatTheBooksSay(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		if n++; n > 25 {
			return // each is several files
		}
		account := fmt.Sprintf("R%d", n)
		all := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) entry {
			return entry{
				minor: rapid.SampledFrom([]int64{100, 200}).Draw(r, "minor"), e2e: rapid.SampledFrom([]string{"", "E1", "E2"}).Draw(r, "e2e"),
				text: rapid.SampledFrom([]string{"", "a"}).Draw(r, "text"),
			}
		}), 1, 5).Draw(r, "payments")
		for i := range all {
			all[i].ref = fmt.Sprintf("B%d", i)
		}
		tell := func(kind string, some []entry) string {
			bare := rapid.Bool().Draw(r, "without references")
			list := slices.Clone(some)
			for i := range list {
				if bare {
					list[i].ref = ""
				}
			}
			return sheet{kind: kind, account: account, list: list, suffix: strings.Repeat("\n", rand.IntN(50))}.String()
		}
		end := sheet{kind: "053", account: account, list: all}
		files := []string{end.String()}
		again := end
		again.suffix = "\n"
		files = append(files, again.String())
		for range rapid.IntRange(1, 3).Draw(r, "early files") {
			some := rapid.Permutation(all).Draw(r, "some")[:rapid.IntRange(1, len(all)).Draw(r, "many")]
			files = append(files, tell(rapid.SampledFrom([]string{"052", "054"}).Draw(r, "kind"), some))
		}
		for _, f := range rapid.Permutation(files).Draw(r, "order") {
			v.load(f)
		}
		standing := v.number(`SELECT count(*) FROM bank_entries WHERE account_id = $1 AND kinds & 4 > 0`, v.account(account))
		if int(standing) != len(all) {
			r.Fatalf("%d payments are final of %d", standing, len(all))
		}
	})
}
