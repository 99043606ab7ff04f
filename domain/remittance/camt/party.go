package camt

import (
	"strings"

	"arrears/domain/remittance"
)

// account reads a cash account of any version: an IBAN, or another number (before version 03 a BBAN, UPIC or proprietary one).
func account(n *node) remittance.Account {
	a := remittance.Account{
		Other: n.say("Id/Othr/Id", "Id/BBAN", "Id/UPIC", "Id/PrtryAcct/Id"),
		Name:  n.say("Ownr/Nm", "Ownr/Pty/Nm", "Nm"),
	}
	iban := strings.ToUpper(strings.Join(strings.Fields(n.say("Id/IBAN")), ""))
	if len(iban) <= 34 { // the longest there is
		a.IBAN = iban
	} else if a.Other == "" {
		a.Other = iban
	}
	return a
}

// bank reads a BIC (BICFI since version 04), or the number in a clearing system.
func bank(n *node) string {
	return n.say("FinInstnId/BICFI", "FinInstnId/BIC", "FinInstnId/ClrSysMmbId/MmbId", "FinInstnId/ClrSysMmbId/Id", "FinInstnId/Othr/Id")
}

// person reads a party: plain before version 08, a choice of party or agent since.
func person(n *node) remittance.Party {
	if p := n.at("Pty"); p != nil {
		n = p
	} else if a := n.at("Agt"); a != nil {
		return remittance.Party{Name: told(a.say("FinInstnId/Nm")), ID: bank(a)}
	}
	return remittance.Party{
		Name: told(n.say("Nm")),
		ID: told(n.say("Id/OrgId/Othr/Id", "Id/PrvtId/Othr/Id", "Id/OrgId/LEI", "Id/OrgId/AnyBIC", "Id/OrgId/BICOrBEI",
			"Id/OrgId/PrtryId/Id", "Id/PrvtId/OthrId/Id")),
	}
}

// parties are both sides of a payment as the bank tells them.
type parties struct {
	debtor, creditor                 remittance.Party
	ultimateDebtor, ultimateCreditor remittance.Party
}

func (p *parties) read(n *node) {
	p.debtor, p.creditor = side(n, "Dbtr"), side(n, "Cdtr")
	p.ultimateDebtor, p.ultimateCreditor = person(n.at("UltmtDbtr")), person(n.at("UltmtCdtr"))
}

func side(n *node, name string) remittance.Party {
	p := person(n.at(name))
	p.Account = account(n.at(name + "Acct"))
	return p
}

func (p *parties) readAgents(n *node) {
	p.debtor.Account.Bank, p.creditor.Account.Bank = bank(n.at("DbtrAgt")), bank(n.at("CdtrAgt"))
}

// other gives the side that is not the account's owner: who paid, or who was paid. What takes back an earlier payment names the
// parties of that payment, so there the sides are the other way round, unless one of them is the account itself.
func (p *parties) other(credit, back bool, own remittance.Account) (payer, ultimate remittance.Party) {
	debtor := credit != back
	if back && p.is(debtor, own) {
		debtor = !debtor
	}
	if debtor {
		return p.debtor, p.ultimateDebtor
	}
	return p.creditor, p.ultimateCreditor
}

// is tells that a side cannot be the other party: nothing is told of it, or it is the account's owner.
func (p *parties) is(debtor bool, own remittance.Account) bool {
	one := p.creditor
	if debtor {
		one = p.debtor
	}
	if key := one.Account.Key(); key != "" {
		return key == own.Key()
	}
	return one.Name == ""
}
