package camt

import (
	"encoding/xml"
	"strconv"
	"strings"

	"arrears/domain/remittance"
)

// detail is one TxDtls.
type detail struct {
	line      int64
	part      int
	direction string
	code      string
	amounts   amounts
	charges   []*node
	parties   parties
	agents    *node
	lines     []documentLine
	back      *node // RtrInf
	told      bool  // that there is too much
	tx        remittance.Transaction
	original  struct{ endToEnd, reference string }
	refused   bool
}

var inDetails = names("SplmtryData")

var inDetail = names("Avlbty", "Intrst", "LclInstrm", "Purp", "RltdRmtInf", "RltdDts", "RltdPric", "RltdQties", "FinInstrmId", "Tax",
	"CorpActn", "SfkpgAcct", "CshDpst", "CardTx", "SplmtryData", "UndrlygAllcn")

// batch reads one NtryDtls and proves its total where it states one that can be compared.
func (e *entry) batch() error {
	if e.refused {
		return e.skip()
	}
	var btch *node
	var added int64
	comparable, before := true, e.details
	err := e.each(func(x xml.StartElement) error {
		switch x.Name.Local {
		case "Btch":
			n, err := e.tree(x)
			btch = n
			if err != nil {
				return err
			}
			return e.count(n)
		case "TxDtls":
			d, err := e.detail()
			if err != nil || d == nil {
				return err
			}
			s := d.amounts.in(e.head)
			comparable = comparable && s != nil && !d.refused
			if s != nil {
				added = remittance.Plus(added, s.minor*d.sign(e.head))
			}
			return nil
		}
		return e.leave(x, inDetails)
	})
	if err != nil || btch.at("TtlAmt") == nil || e.details == before || !comparable {
		return err
	}
	total, code := amount(btch.at("TtlAmt"))
	switch {
	case code != "":
		return e.refuse(btch.line, "Btch/TtlAmt", code, "the batch's total cannot be read")
	case total.currency == e.head.Currency && total.minor != max(added, -added):
		return e.alarm(btch.line, "Btch/TtlAmt", remittance.CodeTotalDiffers, "a total of %d is stated, %d counted", total.minor, max(added, -added))
	}
	return nil
}

// count adds the transactions that a batch says it has.
func (e *entry) count(btch *node) error {
	s := btch.say("NbOfTxs")
	if s == "" {
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		return e.refuse(btch.line, "Btch/NbOfTxs", remittance.CodeCountDiffers, "%.20q is no number of transactions", s)
	}
	e.stated += n
	e.head.Parts = int(min(e.stated, 1<<31-1))
	return nil
}

func (d *detail) sign(e remittance.Entry) int64 {
	in, ok := credit(d.direction)
	if ok && in != e.Credit {
		return -1
	}
	return 1
}

// detail reads one TxDtls and keeps it back; the one before is told.
func (e *entry) detail() (*detail, error) {
	e.details++
	d := &detail{line: e.reader.line, part: e.details}
	if err := e.flush(false); err != nil {
		return nil, err
	}
	err := e.each(func(x xml.StartElement) error {
		switch x.Name.Local {
		case "RmtInf":
			return e.remittance(d)
		case "AddtlTxInf":
			s, err := e.text(x)
			if err != nil {
				return err
			}
			return e.words(d, s)
		case "Refs", "Amt", "CdtDbtInd", "AmtDtls", "Chrgs", "BkTxCd", "RltdPties", "RltdAgts", "RtrInf":
			n, err := e.tree(x)
			if err != nil {
				return err
			}
			return e.part(d, n)
		}
		return e.leave(x, inDetail)
	})
	e.last = d
	return d, err
}

func (e *entry) part(d *detail, n *node) error {
	switch n.name {
	case "Refs":
		d.references(n)
	case "Amt", "AmtDtls":
		bad, err := d.amounts.read(e.reader, n)
		if err == nil && bad != "" {
			d.refused = true
			err = e.refuse(n.line, "TxDtls/"+n.name, bad, "the detail has an amount that cannot be read")
		}
		return err
	case "CdtDbtInd":
		d.direction = n.text
		if _, ok := credit(n.text); !ok {
			d.refused = true
			return e.refuse(n.line, "TxDtls/CdtDbtInd", CodeBadDirection, "the detail is neither credit nor debit")
		}
	case "Chrgs":
		if len(d.charges) < maxCharges {
			d.charges = append(d.charges, n)
		}
	case "BkTxCd":
		d.code = codeOf(n)
	case "RltdPties":
		d.parties.read(n)
	case "RltdAgts":
		d.agents = n
	case "RtrInf":
		d.back = n
	}
	return nil
}

func (d *detail) references(n *node) {
	t := &d.tx
	t.EndToEnd = told(n.say("EndToEndId"))
	t.Mandate = told(n.say("MndtId"))
	t.Cheque = told(n.say("ChqNb"))
	for _, p := range []string{"AcctSvcrRef", "TxId", "UETR", "InstrId", "ClrSysRef"} {
		if t.Reference = told(n.say(p)); t.Reference != "" {
			break
		}
	}
	d.original.endToEnd = told(n.say("OrgnlEndToEndId", "EndToEndId"))
	d.original.reference = told(n.say("OrgnlTxId", "TxId"))
}

// emit tells one transaction: a detail, or the entry itself.
func (e *entry) emit(d *detail, only bool) error {
	if d.refused {
		return nil
	}
	t := &d.tx
	t.Line, t.Entry, t.Part, t.Credit = d.line, e.head, d.part, e.head.Credit
	if t.Entry.Code == "" {
		t.Entry.Code = d.code
	}
	if in, ok := credit(d.direction); ok {
		t.Credit = in
	}
	if d.part == 0 {
		t.Reference = e.head.Reference
	}
	if err := e.price(d, only); err != nil || d.refused {
		return err
	}
	if err := e.documents(d); err != nil {
		return err
	}
	t.Return = e.returned(d)
	d.parties.readAgents(d.agents)
	t.Payer, t.UltimatePayer = d.parties.other(t.Credit, t.Return != nil, e.s.Account)
	return e.to.Transaction(*t)
}

// price says what the detail moved, what was ordered, and what was taken off on the way.
func (e *entry) price(d *detail, only bool) error {
	if d.amounts == (amounts{}) && only {
		d.amounts = e.amounts
		d.amounts.amt = nil
	}
	list := d.charges
	if len(list) == 0 && only {
		list = e.charges
	}
	c, err := chargesOf(e.reader, list, sum{0, e.head.Currency})
	if err != nil {
		return err
	}
	booked, ok := d.amounts.booked(e.head, only, c)
	if !ok {
		d.refused = true
		return e.refuse(d.line, "TxDtls/Amt", remittance.CodeBadAmount, "one detail of several has no amount")
	}
	t := &d.tx
	t.Minor, t.Currency = booked.minor, booked.currency
	e.foreign = e.foreign || booked.currency != e.head.Currency
	if s := d.amounts.foreign(booked); s != nil {
		t.InstructedMinor, t.InstructedCurrency = s.minor, s.currency
		t.Rate = d.amounts.rate
	}
	if booked.currency == e.head.Currency {
		t.ChargesMinor = max(c.taken, 0)
	}
	ordered := d.amounts.instructed
	if c.none && t.Credit && ordered != nil && ordered.currency == booked.currency && ordered.minor > booked.minor {
		t.ChargesMinor = ordered.minor - booked.minor // what was ordered and did not arrive
	}
	return nil
}

// takesBack are the sub-families of the bank transaction code that take back an earlier payment.
var takesBack = names("RRTN", "ARET", "AREV", "UPDD", "PRDD", "UPCQ", "UPCT", "UPTC", "CQRV", "RPCR")

// tookBack reports whether a bank's code says so: a sub-family, or the SWIFT type that German banks write first in their own.
func tookBack(code string) bool {
	return takesBack[code[strings.LastIndexByte(code, '/')+1:]] || strings.HasPrefix(code, "NRTI")
}

// returned says what the transaction takes back: by a reason, the indicator of a reversal, or the bank's code.
func (e *entry) returned(d *detail) *remittance.Return {
	code := d.code
	if code == "" {
		code = e.head.Code
	}
	if d.back == nil && !e.head.Reversal && !tookBack(code) {
		return nil
	}
	r := &remittance.Return{
		Code:      d.back.say("Rsn/Cd", "Rsn/Prtry"),
		EndToEnd:  d.back.say("OrgnlEndToEndId"),
		Reference: d.original.reference,
	}
	if r.EndToEnd == "" {
		r.EndToEnd = d.original.endToEnd
	}
	var words []string
	for _, n := range d.back.all("AddtlInf") {
		words = append(words, n.text)
	}
	r.Text = remittance.Clean(strings.Join(words, " "), remittance.MaxText)
	if s := d.amounts.instructed; s != nil && s.currency == d.tx.Currency {
		r.Minor = s.minor
	}
	return r
}
