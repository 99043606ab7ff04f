package audit_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/domain/fault"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func entry() audit.Entry {
	return audit.Entry{
		ID:             "018f9a4e-0000-7000-8000-000000000001",
		At:             time.Date(2026, time.November, 22, 8, 30, 0, 123456000, time.UTC),
		BusinessDate:   calendar.MustDate("2026-11-22"),
		Actor:          "key-1",
		Action:         "receipt.recorded",
		SubjectKind:    "receipt",
		SubjectID:      "018f9a4e-0000-7000-8000-000000000002",
		CustomerID:     "018f9a4e-0000-7000-8000-000000000003",
		InvoiceID:      "018f9a4e-0000-7000-8000-000000000004",
		Data:           []byte(`{"amount_minor":80000,"currency":"EUR"}`),
		IdempotencyKey: "k-1",
	}
}

// TestHashIsStable: a changed encoding would make every kept record unverifiable, so the hash of one entry,
// computed by another program from Hash's description, is fixed here.
func TestHashIsStable(t *testing.T) {
	t.Parallel()
	first := audit.Hash([32]byte{}, entry())
	require.Equal(t, "6e05716a3ad9ae55693b5ad103c613325813ed4253b2587de0e674ee10dd970f", hex.EncodeToString(first[:]))
}

func TestHashCountsMicrosecondsInAnyZone(t *testing.T) {
	t.Parallel()
	e, same := entry(), entry()
	same.At = e.At.Add(999).In(time.FixedZone("", 7200))
	require.Equal(t, audit.Hash([32]byte{}, e), audit.Hash([32]byte{}, same))
	same.At = e.At.Add(time.Microsecond)
	require.NotEqual(t, audit.Hash([32]byte{}, e), audit.Hash([32]byte{}, same))
	e.Data, same = nil, e
	same.Data = []byte(`{}`)
	require.Equal(t, audit.Hash([32]byte{}, e), audit.Hash([32]byte{}, same), "no data is the empty object")
}

// changes is one way of altering each field of an entry.
func changes() map[string]func(e *audit.Entry, more string) {
	return map[string]func(e *audit.Entry, more string){
		"ID":             func(e *audit.Entry, more string) { e.ID += more },
		"At":             func(e *audit.Entry, more string) { e.At = e.At.Add(time.Duration(len(more)) * time.Microsecond) },
		"BusinessDate":   func(e *audit.Entry, more string) { e.BusinessDate += calendar.Date(len(more)) },
		"Actor":          func(e *audit.Entry, more string) { e.Actor += more },
		"Action":         func(e *audit.Entry, more string) { e.Action = more + e.Action },
		"SubjectKind":    func(e *audit.Entry, more string) { e.SubjectKind += more },
		"SubjectID":      func(e *audit.Entry, more string) { e.SubjectID = more + e.SubjectID },
		"CustomerID":     func(e *audit.Entry, more string) { e.CustomerID += more },
		"InvoiceID":      func(e *audit.Entry, more string) { e.InvoiceID += more },
		"Data":           func(e *audit.Entry, more string) { e.Data = []byte(string(e.Data) + more) },
		"IdempotencyKey": func(e *audit.Entry, more string) { e.IdempotencyKey += more },
	}
}

func TestAnyChangeOfAnyFieldIsCaught(t *testing.T) {
	t.Parallel()
	fields := make([]string, 0, len(changes()))
	for name := range changes() {
		fields = append(fields, name)
	}
	slices.Sort(fields)
	rapid.Check(t, func(rt *rapid.T) {
		links := chain(rt)
		require.NoError(rt, audit.Verify(links))
		at := rapid.IntRange(0, len(links)-1).Draw(rt, "at")
		field := rapid.SampledFrom(fields).Draw(rt, "field")
		more := rapid.StringN(1, 20, -1).Draw(rt, "more")
		changes()[field](&links[at].Entry, more)
		requireBreak(rt, audit.Verify(links), links[at].Position)
	})
}

func TestTextMovedBetweenFieldsIsCaught(t *testing.T) {
	t.Parallel()
	a, b := entry(), entry()
	a.Actor, a.Action = "ab", "c"
	b.Actor, b.Action = "a", "bc"
	require.NotEqual(t, audit.Hash([32]byte{}, a), audit.Hash([32]byte{}, b))
	a, b = entry(), entry()
	a.CustomerID, b.InvoiceID = "", a.CustomerID
	b.CustomerID = ""
	require.NotEqual(t, audit.Hash([32]byte{}, a), audit.Hash([32]byte{}, b))
}

func TestBrokenLinksAreCaught(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		links := chain(rt)
		at := rapid.IntRange(0, len(links)-1).Draw(rt, "at")
		bit := rapid.IntRange(0, 255).Draw(rt, "bit")
		flip := func(hash *[32]byte) { hash[bit/8] ^= 1 << (bit % 8) }
		broken := links[at].Position
		switch rapid.SampledFrom([]string{"prev", "hash", "position", "swap", "drop", "double"}).Draw(rt, "how") {
		case "prev":
			flip(&links[at].Prev)
		case "hash":
			flip(&links[at].Hash)
		case "position":
			links[at].Position += int64(bit) + 1
		case "swap":
			if at == 0 {
				return
			}
			links[at-1], links[at] = links[at], links[at-1]
			broken--
		case "drop":
			if at == len(links)-1 {
				return // a missing end shows only against a head kept elsewhere
			}
			links = slices.Delete(links, at, at+1)
		case "double":
			links = slices.Insert(links, at, links[at])
			broken++
		}
		requireBreak(rt, audit.Verify(links), broken)
	})
}

// TestRewrittenHistoryShowsAgainstAHead: who rehashes everything after a change still ends at another hash.
func TestRewrittenHistoryShowsAgainstAHead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		links := chain(rt)
		head := links[len(links)-1].Hash
		at := rapid.IntRange(0, len(links)-1).Draw(rt, "at")
		links[at].Entry.Actor += "x"
		var prev [32]byte
		for i := range links {
			links[i].Prev, links[i].Hash = prev, audit.Hash(prev, links[i].Entry)
			prev = links[i].Hash
		}
		require.NoError(rt, audit.Verify(links))
		require.NotEqual(rt, head, links[len(links)-1].Hash)
	})
}

func TestVerifierGoesOnFromACheckpoint(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		links := chain(rt)
		cut := rapid.IntRange(0, len(links)).Draw(rt, "cut")
		var v audit.Verifier
		for _, l := range links[:cut] {
			require.NoError(rt, v.Next(l))
		}
		position, hash := v.Head()
		require.Equal(rt, int64(cut), position)
		rest := audit.NewVerifier(position, hash)
		for _, l := range links[cut:] {
			bad := l
			bad.Entry.Actor += "x"
			requireBreak(rt, rest.Next(bad), l.Position)
			require.NoError(rt, rest.Next(l), "a refused link leaves the verifier where it was")
		}
		_, end := rest.Head()
		require.Equal(rt, links[len(links)-1].Hash, end)
	})
	require.NoError(t, audit.Verify(nil))
}

func TestValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, entry().Validate())
	err := audit.Entry{Action: "Receipt Recorded", Data: []byte(`{ }`)}.Validate()
	require.Equal(t, audit.CodeIncompleteEntry, fault.CodeOf(err))
	var found *fault.Error
	require.ErrorAs(t, err, &found)
	var paths []string
	for _, f := range found.Fields {
		paths = append(paths, f.Path)
	}
	require.Equal(t, []string{"id", "at", "actor", "action", "subject_kind", "subject_id", "data"}, paths)
	for _, action := range []string{"", "receipt", ".recorded", "receipt.", "receipt.recorded.twice", "receipt recorded"} {
		e := entry()
		e.Action = action
		require.Equal(t, audit.CodeIncompleteEntry, fault.CodeOf(e.Validate()), action)
	}
}

func TestCanonicalJSON(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                                 `{}`,
		"  ":                               `{}`,
		`{ "b" : 1, "a" : [ 1 , 2 ] }`:     `{"a":[1,2],"b":1}`,
		`{"a":"<&>","u":"\u00e9"}`:         `{"a":"<&>","u":"é"}`,
		`{"n":90071992547409931,"f":1.50}`: `{"f":1.50,"n":90071992547409931}`,
		`{"a":1,"a":2}`:                    `{"a":2}`,
		`null`:                             `null`,
		`[true,false,null,"x",-1,0,-0.5]`:  `[true,false,null,"x",-1,0,-0.5]`,
	} {
		got, err := audit.CanonicalJSON([]byte(raw))
		require.NoError(t, err, raw)
		require.Equal(t, want, string(got))
	}
	for _, raw := range []string{
		`{`, `{"a":1}{"b":2}`, `{"a":1} x`, `{"a":1e2}`, `{"a":[1E2]}`, `{"a":-0}`, `{"a":-0.00}`, `"\u0000"`, `{"\u0000":1}`, "\"\xff\"", `'a'`, `NaN`,
		`"` + strings.Repeat("a", 1<<20) + `"`,
	} {
		_, err := audit.CanonicalJSON([]byte(raw))
		require.Equal(t, audit.CodeInvalidData, fault.CodeOf(err), "%.30q", raw)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	got, err := audit.JSON(struct {
		Currency string        `json:"currency"`
		Amount   int64         `json:"amount_minor"`
		Due      calendar.Date `json:"due"`
	}{"EUR", 80000, calendar.MustDate("2026-11-22")})
	require.NoError(t, err)
	require.JSONEq(t, `{"amount_minor":80000,"currency":"EUR","due":"2026-11-22"}`, string(got))
	require.True(t, strings.HasPrefix(string(got), `{"amount_minor"`), "keys are sorted")
	_, err = audit.JSON(make(chan int))
	require.Equal(t, audit.CodeInvalidData, fault.CodeOf(err))
}

func FuzzCanonicalJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `{"b":1,"a":[1.5,"é"]}`, `[[[]]]`, `"\ud800"`, `-0`, `1e9`, "\u2028"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		once, err := audit.CanonicalJSON(raw)
		if err != nil {
			require.Equal(t, audit.CodeInvalidData, fault.CodeOf(err))
			return
		}
		require.True(t, json.Valid(once))
		twice, err := audit.CanonicalJSON(once)
		require.NoError(t, err)
		require.Equal(t, string(once), string(twice))
	})
}

// chain draws a good chain of one to twelve entries.
func chain(rt *rapid.T) []audit.Link {
	n := rapid.IntRange(1, 12).Draw(rt, "length")
	links := make([]audit.Link, n)
	var prev [32]byte
	for i := range links {
		e := entry()
		e.ID = "entry-" + strconv.Itoa(i)
		e.Actor = rapid.String().Draw(rt, "actor")
		e.IdempotencyKey = rapid.String().Draw(rt, "key")
		links[i] = audit.Link{Entry: e, Position: int64(i) + 1, Prev: prev, Hash: audit.Hash(prev, e)}
		prev = links[i].Hash
	}
	return links
}

func requireBreak(t require.TestingT, err error, position int64) {
	require.Equal(t, audit.CodeBrokenChain, fault.CodeOf(err))
	found, ok := errors.AsType[*audit.BreakError](err)
	require.True(t, ok)
	require.Equal(t, position, found.Position, "the first broken position is named: %s", found.Reason)
}

func ExampleVerify() {
	var links []audit.Link
	var prev [32]byte
	for i, action := range []string{"invoice.created", "notice.sent", "receipt.recorded"} {
		e := audit.Entry{ID: strconv.Itoa(i), At: time.Unix(0, 0), Actor: "engine", Action: action, SubjectKind: "invoice", SubjectID: "i"}
		links = append(links, audit.Link{Entry: e, Position: int64(i) + 1, Prev: prev, Hash: audit.Hash(prev, e)})
		prev = links[i].Hash
	}
	fmt.Println(audit.Verify(links))
	links[1].Entry.Action = "notice.withdrawn"
	broken, _ := errors.AsType[*fault.Error](audit.Verify(links))
	fmt.Println(broken.Code, broken.Message)
	// Output:
	// <nil>
	// audit.broken_chain the record is broken at position 2: the entry was altered
}
