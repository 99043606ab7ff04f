package mailsink

import (
	"strings"
	"time"
)

type verdictKind int

const (
	accept verdictKind = iota
	refuse
	temporary
	drop
	full
	refuseMessage
)

// Verdict is how the sink treats one recipient.
type Verdict struct {
	kind  verdictKind
	delay time.Duration
}

// Accept takes the mail.
func Accept() Verdict { return Verdict{kind: accept} }

// Refuse answers 550 to the recipient: there is no such mailbox, and there never will be.
func Refuse() Verdict { return Verdict{kind: refuse} }

// Temporary answers 451 to the recipient: try again later.
func Temporary() Verdict { return Verdict{kind: temporary} }

// Full lets the recipient pass and answers 452 to the message, which is not kept: there is no room for it now.
func Full() Verdict { return Verdict{kind: full} }

// RefuseMessage lets the recipient pass and answers 554 to the message, which is not kept: it is not wanted.
func RefuseMessage() Verdict { return Verdict{kind: refuseMessage} }

// Slow takes the mail, but answers only after the delay.
func Slow(delay time.Duration) Verdict { return Verdict{kind: accept, delay: delay} }

// Drop takes and keeps the mail, but cuts the connection instead of answering: the sender cannot know whether it
// arrived.
func Drop() Verdict { return Verdict{kind: drop} }

// slowDelay is the delay of ByAddress's slow recipients: longer than any healthy answer, shorter than a client's
// patience.
const slowDelay = 5 * time.Second

// ByAddress judges by the address's first word, up to "-", "+", "." or "@": refuse, temporary, slow and drop mean
// themselves, all others are accepted. It lets whoever runs the sink as another process script it by the addresses
// that they send to.
func ByAddress(recipient string) Verdict {
	word := recipient
	if end := strings.IndexAny(recipient, "-+.@"); end >= 0 {
		word = recipient[:end]
	}
	switch word {
	case "refuse":
		return Refuse()
	case "temporary":
		return Temporary()
	case "slow":
		return Slow(slowDelay)
	case "drop":
		return Drop()
	default:
		return Accept()
	}
}
