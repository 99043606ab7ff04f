package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"arrears/devstack/internal/statement"
	"arrears/domain/access"
	"arrears/domain/money"
	"arrears/internal/sample"
	"arrears/internal/terminal"
)

// The demonstration's bank.
const (
	// accountNumber is the creditor's, as reminders name it.
	accountNumber = 42_778_193
	// openingMinor is what was on the account before the first statement.
	openingMinor = 250_000_00
	// loadLimit bounds how long a file of a few payments may take to be loaded: seconds, but the story goes on with what it says,
	// so that a busy machine has its time.
	loadLimit = 10 * time.Minute
)

// ourAccount is the creditor's account.
func ourAccount() string { return statement.IBAN("DE", accountNumber) }

// inFours writes an account's number as people read it.
func inFours(number string) string {
	var groups []string
	for group := range slices.Chunk([]byte(number), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, " ")
}

// statementOf writes what the bank tells of a day. It goes on where the days before it ended.
func (p *player) statementOf(day *sample.BankDay, currency money.Currency) statement.Statement {
	s := statement.Statement{Account: ourAccount(), Currency: string(currency), On: day.On, Sequence: day.Number, Opening: openingMinor}
	for _, e := range p.script {
		if e.Bank != nil && e.Bank.Number < day.Number {
			s.Opening += moved(e.Bank.Payments)
		}
	}
	for n, b := range day.Payments {
		s.Bookings = append(s.Bookings, statement.Booking{
			Minor: signedMinor(b), Payer: b.Name, Account: accountOf(b.Payer), Reference: fmt.Sprintf("BPE-%s-%d", day.On, n+1),
			EndToEnd: b.EndToEnd, Text: b.Text, Return: b.Return,
		})
	}
	return s
}

func moved(list []sample.BankPayment) (sum int64) {
	for _, b := range list {
		sum += signedMinor(b)
	}
	return sum
}

// signedMinor is negative for money that the bank takes back.
func signedMinor(b sample.BankPayment) int64 {
	if b.Return != "" {
		return -b.AmountMinor
	}
	return b.AmountMinor
}

// accountOf invents the account of a customer by its number.
func accountOf(customer string) string {
	var number int64
	for _, r := range customer {
		if r >= '0' && r <= '9' {
			number = number*10 + int64(r-'0')
		}
	}
	return statement.IBAN("DE", number)
}

// loadBank has the supervisor confirm the account once, and the clerk load the bank's file, as a person would upload it.
func (p *player) loadBank(ctx context.Context, key string, e sample.Event) error {
	file := fmt.Sprintf("statement-%s.xml", e.Bank.On)
	content := p.statementOf(e.Bank, e.Currency).Bytes()
	if err := os.MkdirAll(p.bank, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(p.bank, file), content, 0o644); err != nil {
		return err
	}
	if e.Bank.Number == 1 {
		account := map[string]any{"iban": ourAccount(), "name": "Bank of Port Ellery"}
		if err := p.callers[access.Supervisor].post(ctx, "/v1/bank-accounts", key+"-account", account); err != nil {
			return err
		}
	}
	details := make([]detail, len(e.Bank.Payments))
	for n, b := range e.Bank.Payments {
		details[n] = detail{fmt.Sprintf("%14s  ", shownAmount(signedMinor(b), e.Currency)), b.Story}
	}
	p.say(fmt.Sprintf("%s (%s)", e.Story, file), details...)
	id, err := p.callers[access.Clerk].upload(ctx, "/v1/bank-statements", key, file, content)
	if err != nil {
		return err
	}
	return p.awaitLoaded(ctx, id)
}

// awaitLoaded returns when the file's workflow has ended; the record tells what became of the payments.
func (p *player) awaitLoaded(ctx context.Context, id string) error {
	limited, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		var file struct {
			State       string `json:"state"`
			RefusedCode string `json:"refused_code"`
			RefusedText string `json:"refused_text"`
		}
		if err := p.callers[access.Clerk].get(limited, "/v1/bank-files/"+id, &file); err != nil {
			return err
		}
		switch file.State {
		case "done":
			return nil
		case "refused":
			return fmt.Errorf("the bank's file was refused: %s %s", file.RefusedCode, file.RefusedText)
		}
		select {
		case <-limited.Done():
			return errors.Join(errors.New("the bank's file is not loaded yet"), limited.Err())
		case <-tick.C:
		}
	}
}

// waiting is what waits for a clerk, with what matching proposes.
type waiting struct {
	ID          string `json:"id"`
	Currency    string `json:"currency"`
	AmountMinor int64  `json:"amount_minor"`
	ValueOn     string `json:"value_on"`
	Version     int64  `json:"version"`
	Payment     struct {
		Payer string   `json:"payer"`
		Texts []string `json:"texts"`
	} `json:"payment"`
	Proposals []struct {
		ID      string `json:"id"`
		State   string `json:"state"`
		Score   int    `json:"score"`
		Reasons []said `json:"reasons"`
		Stops   []said `json:"stops"`
	} `json:"proposals"`
}

// said is a reason in words.
type said struct {
	Words string `json:"words"`
}

func words(list []said) string {
	all := make([]string, len(list))
	for n, reason := range list {
		all[n] = reason.Words
	}
	return strings.Join(all, "; ")
}

// settle has the clerk read the list of what waits, best proposal first, and apply what is proposed for each.
func (p *player) settle(ctx context.Context, key string, e sample.Event) error {
	var page struct{ Items []waiting }
	if err := p.callers[access.Clerk].get(ctx, "/v1/cash-exceptions?kind=receipt&limit=5", &page); err != nil {
		return err
	}
	list := make([]waiting, len(page.Items))
	var details []detail
	for n, row := range page.Items {
		if err := p.callers[access.Clerk].get(ctx, "/v1/cash-exceptions/"+row.ID, &list[n]); err != nil {
			return err
		}
		details = append(details, list[n].shown()...)
	}
	if len(list) == 0 {
		details = []detail{{"  ", "nothing waits"}}
	}
	p.say(e.Story, details...)
	var failures []error
	for n, w := range list {
		failures = append(failures, p.settleOne(ctx, fmt.Sprintf("%s-%d", key, n), w))
	}
	return errors.Join(failures...)
}

// shown is what the clerk sees of it.
func (w waiting) shown() []detail {
	list := []detail{{
		fmt.Sprintf("%14s  ", shownAmount(w.AmountMinor, money.Currency(w.Currency))),
		fmt.Sprintf("from %s on %s: “%s”", w.Payment.Payer, w.ValueOn, strings.Join(w.Payment.Texts, " ")),
	}}
	if len(w.Proposals) == 0 {
		return list
	}
	best := w.Proposals[0]
	return append(list, detail{"      proposed  ", fmt.Sprintf("with %d points of 1000: %s", best.Score, words(best.Reasons))},
		detail{"     but waits  ", words(best.Stops)})
}

func (p *player) settleOne(ctx context.Context, key string, w waiting) error {
	if len(w.Proposals) == 0 {
		return nil
	}
	clerk, path, best := p.callers[access.Clerk], "/v1/cash-exceptions/"+w.ID, w.Proposals[0].ID
	if err := clerk.postFor(ctx, path+"/take", key+"-take", map[string]any{}, &w); err != nil {
		return err
	}
	p.say("the clerk calls, hears that it is right, and applies it as proposed")
	return clerk.post(ctx, path+"/apply", key, map[string]any{"proposal_id": best, "version": w.Version})
}

// shownAmount is an amount as people read it.
func shownAmount(minor int64, currency money.Currency) string {
	return string(currency) + " " + money.Of(minor, currency).Format("en")
}

// detail tells more of what somebody does, under a head of its own.
type detail struct{ head, text string }

// say tells what a person of the script does, and more of it below: in one piece, so that nothing of the record comes between.
func (p *player) say(text string, details ...detail) {
	var lines []string
	for n, line := range folded(text, lineWidth-4) {
		mark := "» "
		if n > 0 {
			mark = "  "
		}
		lines = append(lines, "  "+p.screen.Paint(terminal.Bold, mark+line))
	}
	for _, d := range details {
		lines = append(lines, "    "+hanging(d.head, d.text, lineWidth-4-utf8.RuneCountInString(d.head), "    "))
	}
	p.screen.Line(strings.Join(lines, "\n"))
}
