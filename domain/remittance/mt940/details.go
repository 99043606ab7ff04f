package mt940

import (
	"regexp"
	"strings"

	"arrears/domain/remittance"
)

// Context is what is known of the entry whose words are read.
type Context struct {
	BIC        string // of the bank, where the file tells it
	Account    remittance.Account
	Supplement string // the last line of :61:
}

// Details reads what a bank writes into :86:. It fills the transaction and leaves its money alone.
type Details interface {
	// Name is for people.
	Name() string
	// Match reports whether it knows these words; the first that does reads them. There is at least one line.
	Match(lines []string, c Context) bool
	// Read fills what the words tell.
	Read(lines []string, c Context, t *remittance.Transaction)
}

// Shipped returns the plug-ins that come with the product, in the order in which they are asked.
func Shipped() []Details { return []Details{german{}, slashed{}, dutch{}} }

// Plain returns the plug-in for words without structure; it matches everything.
func Plain() Details { return plain{} }

type plain struct{}

// Name is plain.
func (plain) Name() string { return "plain" }

// Match takes everything.
func (plain) Match([]string, Context) bool { return true }

// Read keeps the words.
func (plain) Read(lines []string, _ Context, t *remittance.Transaction) { keep(t, unwrap(lines)...) }

// unwrap joins lines where a full one was broken at SWIFT's 65 characters.
func unwrap(lines []string) []string {
	var texts []string
	full := false
	for _, l := range lines {
		if full {
			texts[len(texts)-1] += l
		} else {
			texts = append(texts, l)
		}
		full = len([]rune(l)) >= 65
	}
	return texts
}

func keep(t *remittance.Transaction, texts ...string) {
	for _, text := range texts {
		if text = remittance.Clean(text, remittance.MaxText); text != "" && len(t.Text) < remittance.MaxTexts {
			t.Text = append(t.Text, text)
		}
	}
}

func clean(s string) string { return remittance.Clean(s, remittance.MaxField) }

// setAccount takes an IBAN or another number of the counterparty.
func setAccount(p *remittance.Party, s string) {
	plain := strings.ToUpper(strings.ReplaceAll(clean(s), " ", ""))
	switch {
	case IsIBAN(plain):
		p.Account.IBAN = plain
	case plain != "" && p.Account.IBAN == "":
		p.Account.Other = plain
	}
}

var ibanShape = regexp.MustCompile(`^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$`)

// IsIBAN reports whether a text is an IBAN with right check digits.
func IsIBAN(s string) bool {
	if !ibanShape.MatchString(s) {
		return false
	}
	rest := 0
	for _, c := range s[4:] + s[:4] {
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return rest == 1
}

// slashed reads /TAG/value/ words as banks in the Netherlands and elsewhere write them for SEPA payments.
type slashed struct{}

var slashHead = regexp.MustCompile(`^/[A-Z]{2,4}/`)

// Name is slash-tagged.
func (slashed) Name() string { return "slash-tagged" }

// Match knows a tag at the beginning.
func (slashed) Match(lines []string, _ Context) bool {
	return slashHead.MatchString(lines[0]) && len(slashTags(strings.Join(lines, ""))) > 0
}

// Read takes the tags apart; a name behind an ultimate party is that party's.
func (slashed) Read(lines []string, c Context, t *remittance.Transaction) {
	if first, _, _ := strings.Cut(c.Supplement, " "); IsIBAN(first) {
		t.Payer.Account.IBAN = first
	} else if number, found := strings.CutPrefix(first, "P"); found && strings.Trim(number, "0123456789") == "" {
		t.Payer.Account.Other = strings.TrimLeft(number, "0") // a Dutch giro number
	}
	text, whose := strings.Join(lines, ""), ""
	found := slashTags(text)
	keep(t, text[:found[0].from])
	for i, m := range found {
		end := len(text)
		if i+1 < len(found) {
			end = max(found[i+1].from, m.to)
		}
		raw := text[m.to:end]
		value := clean(strings.Trim(raw, "/"))
		switch m.name {
		case "ORDP", "BENM", "ULTD", "ULTB", "ULTC":
			whose = m.name
		}
		if m.name != "NAME" || !strings.HasPrefix(whose, "ULT") {
			slashValue(t, m.name, value, raw)
			continue
		}
		if (whose == "ULTD") == t.Credit { // the other is on our own side
			t.UltimatePayer.Name = value
		}
		whose = ""
	}
}

// slashTags finds the tags between slashes; the slash behind one may be that before the next.
func slashTags(text string) []named {
	var found []named
	for i := 0; i < len(text); i++ {
		if text[i] != '/' {
			continue
		}
		n := strings.IndexByte(text[i+1:min(i+6, len(text))], '/')
		if n < 0 {
			continue
		}
		switch name := text[i+1 : i+1+n]; name {
		case "TRTP", "IBAN", "BIC", "NAME", "REMI", "EREF", "ORDP", "BENM", "ISDT", "CNTP", "CSID", "MARF", "RTRN", "PREF", "PURP", "ULTD", "ULTB",
			"ULTC", "IREF", "OCMT", "OAMT", "CHGS", "CHGP", "EXCH", "SVCL", "ADDR", "TRCD", "BUSP", "KREF", "SUBA", "ORIG":
			found = append(found, named{name, i, i + 2 + n})
			i += n
		}
	}
	return found
}

func slashValue(t *remittance.Transaction, tag, value, raw string) {
	if value == "" {
		return
	}
	switch tag {
	case "TRTP":
		t.Entry.Text = value
	case "IBAN":
		setAccount(&t.Payer, value)
	case "BIC":
		t.Payer.Account.Bank = value
	case "NAME":
		t.Payer.Name = value
	case "CNTP": // account/BIC/name/city
		parts := append(strings.Split(strings.TrimPrefix(raw, "/"), "/"), "", "", "")
		setAccount(&t.Payer, parts[0])
		t.Payer.Account.Bank, t.Payer.Name = clean(parts[1]), clean(parts[2])
	case "EREF":
		t.EndToEnd = reference(value)
	case "MARF":
		t.Mandate = value
	case "CSID":
		if !t.Credit {
			t.Payer.ID = value
		}
	case "ULTD":
		t.UltimatePayer.Name = value
	case "RTRN":
		t.Return = &remittance.Return{Code: value, EndToEnd: t.EndToEnd}
	case "REMI":
		remittanceWords(t, value)
	}
}

// remittanceWords reads /REMI/: USTD//words, or STRD/issuer/reference.
func remittanceWords(t *remittance.Transaction, value string) {
	if words, found := strings.CutPrefix(value, "USTD//"); found {
		value = words
	}
	if structured, found := strings.CutPrefix(value, "STRD/"); found {
		if _, number, more := strings.Cut(structured, "/"); more {
			t.Lines = append(t.Lines, remittance.Line{Line: t.Line, Kind: remittance.LineUnknown, Number: clean(number)})
		}
	}
	keep(t, value)
}
