package matching

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// notProvided is what a payment says that has no reference of its payer, as a number key.
const notProvided = "NOTPROVIDED"

// origin says how a token came about, the surest first.
type origin uint8

const (
	fromField  origin = iota // a field of its own: a line's number
	fromWord                 // stands in the text as it is
	fromJoined               // put together from neighbours: "INV 104", a number that a line's end cut
	fromRange                // between the ends of a range
)

// token is one thing to look for.
type token struct {
	key  string
	bare string // with its zeros, where it was written in one
	from origin
	// of a range: the key of the text that was read as one. When a document has that number, there is no range.
	literal string
}

// tokenSet gathers tokens, each key once, the surest origin counts.
type tokenSet struct {
	list []token
	at   map[string]int
}

func (s *tokenSet) add(t token) {
	if t.key == "" || len(t.key) > maxNumber {
		return
	}
	if i, there := s.at[t.key]; there {
		if t.from < s.list[i].from {
			s.list[i].from, s.list[i].bare, s.list[i].literal = t.from, t.bare, t.literal
		}
		return
	}
	if len(s.list) >= MaxTokens {
		return
	}
	s.at[t.key] = len(s.list)
	s.list = append(s.list, t)
}

// find returns the token of a key.
func (s *tokenSet) find(key string) (token, bool) {
	i, ok := s.at[key]
	if !ok {
		return token{}, false
	}
	return s.list[i], true
}

// tokensOf reads a receipt: fields first, then what stands in texts, then what neighbours make, then ranges.
func tokensOf(r Receipt) *tokenSet {
	s := &tokenSet{list: make([]token, 0, 16), at: make(map[string]int, 16)}
	s.field(r.Customer)
	lines := slices.Clone(r.Lines)
	slices.SortFunc(lines, compareLines)
	for _, l := range lines {
		s.field(l.Number)
		s.field(l.Order)
		s.field(l.Claim)
		s.field(l.Customer)
	}
	texts := make([]string, 0, len(r.Texts)+2)
	texts = append(texts, strings.Join(r.Texts, "\n"))
	if NumberKey(r.EndToEnd) != notProvided {
		texts = append(texts, r.EndToEnd)
	}
	for _, l := range lines {
		for _, field := range []string{l.Number, l.Words} {
			if strings.ContainsAny(field, " /-:#") {
				texts = append(texts, field)
			}
		}
	}
	all := make([][]piece, 0, len(texts))
	for _, text := range texts {
		if text != "" {
			all = append(all, pieces(text))
		}
	}
	for _, pass := range []func([]piece){s.tight, s.joined, s.ranges} {
		for _, list := range all {
			pass(list)
		}
	}
	return s
}

func (s *tokenSet) field(text string) {
	if text != "" {
		s.add(token{key: NumberKey(text), bare: bareNumber(text), from: fromField})
	}
}

// The bounds of reading texts.
const (
	maxNumber   = 60     // characters of a number's key
	maxPieces   = 4_000  // of one text
	maxTogether = 5      // pieces that make one number
	maxRange    = 200    // numbers of a range
	maxScanned  = 50_000 // bytes of one text
)

// gap is what stands between two pieces.
type gap uint8

const (
	tight gap = iota // one sign as in INV-01/2: one word goes on
	loose            // blanks or the end of a line
	dash             // blanks around a dash
	hard             // a comma, a bracket, the text's end: nothing goes on
)

// piece is a run of letters and digits.
type piece struct {
	text   string
	before gap
	dashed bool // the gap before is a dash, tight or not
	digits bool // digits alone
	number bool // has a digit
	amount bool // money or a part of it: no number of a document
}

// pieces splits a text.
func pieces(text string) []piece {
	if len(text) > maxScanned {
		text = text[:maxScanned]
	}
	if !ascii(text) {
		text = norm.NFKC.String(strings.ToValidUTF8(text, " "))
		text = dashes.Replace(text)
	}
	list := make([]piece, 0, 16)
	for i := 0; i < len(text) && len(list) < maxPieces; {
		start := i
		for i < len(text) && !inPiece(text[i]) {
			i++
		}
		between := text[start:i]
		start = i
		for i < len(text) && inPiece(text[i]) {
			i++
		}
		if start == i {
			break
		}
		p := piece{text: text[start:i], before: gapOf(between), dashed: strings.Contains(between, "-")}
		p.look()
		if strings.ContainsAny(between, "$") || strings.HasSuffix(between, "\x01") {
			p.amount = p.digits
		}
		list = append(list, p)
		list = markAmounts(list, between)
	}
	return list
}

// dashes are signs that stand for others; the signs of currencies become one that nobody writes.
var dashes = strings.NewReplacer("–", "-", "—", "-", "−", "-", "‐", "-", "€", "\x01", "£", "\x01", "¥", "\x01")

func inPiece(c byte) bool { return isDigit(c) || isLetter(c) || c >= 0x80 }

func (p *piece) look() {
	p.digits = true
	for i := 0; i < len(p.text); i++ {
		if isDigit(p.text[i]) {
			p.number = true
		} else {
			p.digits = false
		}
	}
}

func gapOf(between string) gap {
	switch {
	case len(between) == 1 && strings.ContainsAny(between, "-/._#:+*\\"):
		return tight
	case between == "-\n" || between == "/\n" || between == "\n-" || between == "\n/": // a line's end cut it
		return tight
	case between == "" || strings.ContainsAny(between, ",;()[]{}<>|=!?\"@"):
		return hard
	}
	dashed := false
	for i := 0; i < len(between); i++ {
		switch between[i] {
		case ' ', '\t', '\n', '\r', '#', '.', ':', '/':
		case '-':
			dashed = true
		default:
			return hard
		}
	}
	if dashed {
		return dash
	}
	return loose
}

// markAmounts marks what is money: after a currency's code, or written like it (1,250.00).
func markAmounts(list []piece, between string) []piece {
	n := len(list)
	last := &list[n-1]
	if n < 2 || !last.digits {
		return list
	}
	prior := &list[n-2]
	switch {
	case prior.before != tight && len(prior.text) == 3 && isCurrency(prior.text) && (between == " " || between == ""):
		last.amount = true
	case (between == "." || between == ",") && prior.digits && prior.amount:
		last.amount = true
	case (between == "." || between == ",") && prior.digits && prior.before != tight && len(last.text) == 2:
		prior.amount, last.amount = true, true
	case between == "," && prior.digits && len(prior.text) <= 3 && len(last.text) == 3:
		prior.amount, last.amount = true, true
	}
	return list
}

// tight adds what stands in one word, whole and in parts: "Invoice:INV-01-001" names INV-01-001 too.
func (s *tokenSet) tight(list []piece) {
	for from := 0; from < len(list); from++ {
		to := from + 1
		for to < len(list) && to-from < maxTogether && list[to].before == tight {
			to++
		}
		for ; to > from; to-- {
			s.put(list[from:to], fromWord)
		}
	}
}

// joined adds what blanks or a line's end cut: a short word and the number after it, or numbers that follow each other.
func (s *tokenSet) joined(list []piece) {
	for from := 0; from+1 < len(list); from++ {
		if !list[from].number && len(list[from].text) > 8 {
			continue
		}
		blanks := 0
		for to := from + 1; to < len(list) && to-from < maxTogether && list[to].number && list[to].before < dash; to++ {
			if list[to].before == loose {
				blanks++
			}
			if blanks > 2 {
				break
			}
			if blanks > 0 {
				s.put(list[from:to+1], fromJoined)
			}
		}
	}
}

// put adds the pieces as one number, if they can be one.
func (s *tokenSet) put(list []piece, from origin) {
	digits, letters := 0, 0
	var buffer [maxNumber]byte
	key := buffer[:0]
	for i := range list {
		if list[i].amount {
			return
		}
		for j := 0; j < len(list[i].text); j++ {
			if isDigit(list[i].text[j]) {
				digits++
			} else {
				letters++
			}
		}
		if digits+letters > maxNumber {
			return
		}
		key = appendNumberKey(key, list[i].text)
	}
	if digits == 0 || letters == 0 && digits < minTail || digits+letters < 3 {
		return
	}
	if i, there := s.at[string(key)]; there && s.list[i].from <= from {
		return
	}
	s.add(token{key: string(key), bare: bareOf(list), from: from})
}

func bareOf(list []piece) string {
	if len(list) == 1 {
		return strings.ToUpper(list[0].text)
	}
	var b strings.Builder
	for i := range list {
		b.WriteString(bareNumber(list[i].text))
	}
	return b.String()
}
