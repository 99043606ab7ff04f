package matching

import "strings"

// minTail is how many digits the end of a number needs before it says anything without what stands before it.
const minTail = 4

// NumberKey is the form in which numbers of documents, orders, claims and customers are compared: letters A to Z in upper case
// and digits, nothing else, each run of digits without its leading zeros (one digit stays). So "INV-0010", "inv 10" and
// "INV#10" are one. Punctuation goes first: "INV-01-001" has one run of digits, and is INV1001.
//
// The same in PostgreSQL, as an immutable expression:
//
//	regexp_replace(regexp_replace(upper(number COLLATE "C"), '[^A-Z0-9]+', '', 'g'), '(^|[A-Z])0+([0-9])', '\1\2', 'g')
func NumberKey(s string) string {
	if isNumberKey(s) {
		return s
	}
	return string(appendNumberKey(make([]byte, 0, len(s)), s))
}

// isNumberKey spares the copy of what is a key already.
func isNumberKey(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z', c >= '1' && c <= '9':
		case c == '0' && i > 0 && isDigit(s[i-1]): // within a run
		case c == '0' && (i+1 == len(s) || !isDigit(s[i+1])):
		default:
			return false
		}
	}
	return true
}

// appendNumberKey goes on with the key that is there: pieces of a number are one.
func appendNumberKey(key []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z':
			key = append(key, c-'a'+'A')
		case c >= 'A' && c <= 'Z':
			key = append(key, c)
		case isDigit(c):
			// A zero that begins a run stays until another digit follows.
			if n := len(key); n > 0 && key[n-1] == '0' && (n == 1 || !isDigit(key[n-2])) {
				key[n-1] = c
			} else {
				key = append(key, c)
			}
		}
	}
	return key
}

// TailKey is the digits that end a number's key, when there are at least four: what is left of "RE-2024-10481" when a payer
// leaves the letters out. It is empty else. A tail alone is weak: many numbers may share it. In PostgreSQL, of the key:
//
//	coalesce(substring(key from '[0-9]{4,}$'), '')
func TailKey(number string) string { return tailOf(NumberKey(number)) }

func tailOf(key string) string {
	i := len(key)
	for i > 0 && isDigit(key[i-1]) {
		i--
	}
	if len(key)-i < minTail {
		return ""
	}
	return key[i:]
}

// bareNumber is a number without punctuation, but with its zeros: of several that share a key, the one that was written.
func bareNumber(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
