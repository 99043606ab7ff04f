package report

import (
	"bytes"
	"encoding/json"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// Version is the version of the JSON form. It rises when a field changes its meaning or goes.
const Version = 1

// Report is what a rehearsal found, in figures. Its slices are sorted, and its JSON form is the machine's copy of the page.
type Report struct {
	Version     int           `json:"version"`
	Policy      string        `json:"policy"`
	Profile     string        `json:"profile"`
	File        string        `json:"file"`
	From        calendar.Date `json:"from"`
	To          calendar.Date `json:"to"`
	Passed      bool          `json:"passed"` // every KPI is 0
	KPIs        []KPI         `json:"kpis"`
	Absent      []Absent      `json:"absent"`
	Rows        RowCounts     `json:"rows"`
	Quarantine  []CodeCount   `json:"quarantine"`
	Names       Names         `json:"names"`
	Stages      []string      `json:"stages"` // in the order of the ladder
	Notices     Notices       `json:"notices"`
	Steps       []StepCount   `json:"steps"`
	Approvals   Approvals     `json:"approvals"`
	Chases      Chases        `json:"chases"`
	Open        []OpenSeries  `json:"open"`
	Tasks       []Count       `json:"tasks"` // by kind
	Quiet       int           `json:"customers_without_notice"`
	Customers   []Customer    `json:"customers"` // those that received something
	Assumptions []string      `json:"assumptions"`
}

// Count is how often a key was seen.
type Count struct {
	Key   string `json:"key"`
	Count int    `json:"count"`
}

// Amount is a sum in one currency.
type Amount struct {
	Currency money.Currency `json:"currency"`
	Minor    int64          `json:"amount_minor"`
}

// KPI is a count of notice lines that must not exist.
type KPI struct {
	ID      string     `json:"id"`
	Meaning string     `json:"meaning"`
	Count   int        `json:"count"`
	Lines   []Offender `json:"lines"` // all of them
}

// Offender is a notice line that a KPI counts.
type Offender struct {
	On           calendar.Date  `json:"on"`
	Customer     string         `json:"customer"`
	Invoice      string         `json:"invoice"`
	Stage        string         `json:"stage"`
	Currency     money.Currency `json:"currency"`
	AskMinor     int64          `json:"ask_minor"`
	OpenMinor    int64          `json:"open_minor"`
	WaitingMinor int64          `json:"waiting_minor"`
	PaidOn       *calendar.Date `json:"paid_on"`
}

// Absent is a figure that cannot be computed, and why.
type Absent struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// CodeCount is one code of the quarantine.
type CodeCount struct {
	Code        string      `json:"code"`
	Severity    string      `json:"severity"`
	Count       int         `json:"count"`
	Explanation string      `json:"explanation"`
	First       []FirstLine `json:"first"` // at most maxFirst
}

// FirstLine is one row in quarantine.
type FirstLine struct {
	Line    int    `json:"line"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Names is what the customers' names show about the file. Nothing is merged because of it.
type Names struct {
	Customers int             `json:"customers"`
	Shared    []SharedName    `json:"shared"`    // one name under several numbers
	Near      []NearNames     `json:"near"`      // a hint: names that are nearly equal, under several numbers
	Spellings []SpelledNumber `json:"spellings"` // one number under several names
}

// SharedName is one name that several customer numbers have.
type SharedName struct {
	Name    string   `json:"name"`
	Numbers []string `json:"numbers"`
}

// NearNames is a group of nearly equal names.
type NearNames struct {
	Customers []NumberName `json:"customers"`
}

// NumberName is a customer in short.
type NumberName struct {
	Number string `json:"number"`
	Name   string `json:"name"`
}

// SpelledNumber is one customer whose name the file writes in several ways.
type SpelledNumber struct {
	Number    string   `json:"number"`
	Spellings []string `json:"spellings"`
}

// Notices counts what was sent. A notice counts once, under the stage of its lines that is highest on the ladder; a line
// counts under its own.
type Notices struct {
	Total     int          `json:"total"`
	Lines     int          `json:"lines"`
	Asked     []Amount     `json:"asked"` // an item that was reminded thrice counts thrice
	ByStage   []StageCount `json:"by_stage"`
	ByChannel []Count      `json:"by_channel"`
	ByKind    []Count      `json:"by_kind"`
	ByWeek    []WeekCount  `json:"by_week"`
}

// StageCount is what one stage sent.
type StageCount struct {
	Stage   string   `json:"stage"`
	Notices int      `json:"notices"`
	Lines   int      `json:"lines"`
	Asked   []Amount `json:"asked"`
}

// WeekCount is what one ISO week saw.
type WeekCount struct {
	Week    string        `json:"week"` // 2026-W05
	Monday  calendar.Date `json:"monday"`
	Notices int           `json:"notices"`
	Lines   int           `json:"lines"`
	ByStage []Count       `json:"by_stage"` // notices
}

// StepCount is what became of the steps of one stage.
type StepCount struct {
	Stage   string `json:"stage"`
	Action  string `json:"action"`
	Outcome string `json:"outcome"`
	Count   int    `json:"count"`
}

// Approvals counts what people were asked to decide.
type Approvals struct {
	Asked      int             `json:"asked"`
	Open       int             `json:"open"` // at the end
	ByDecision []Count         `json:"by_decision"`
	ByStage    []ApprovalStage `json:"by_stage"`
	ByWeek     []ApprovalWeek  `json:"by_week"`
}

// ApprovalStage is what was asked for one stage.
type ApprovalStage struct {
	Stage      string   `json:"stage"`
	Asked      int      `json:"asked"`
	Amounts    []Amount `json:"amounts"`
	ByDecision []Count  `json:"by_decision"`
}

// ApprovalWeek is what was asked and decided in one ISO week.
type ApprovalWeek struct {
	Week    string        `json:"week"`
	Monday  calendar.Date `json:"monday"`
	Asked   int           `json:"asked"`
	Decided int           `json:"decided"`
}

// Chases says how the invoices ended. The five counts add up to Invoices.
type Chases struct {
	Invoices       int         `json:"invoices"`
	SettledBefore  int         `json:"settled_before"`   // paid before the first day
	PaidUnasked    int         `json:"paid_unasked"`     // in the window, before any notice
	Stopped        int         `json:"stopped"`          // by payment, on the day of the last notice or later
	UnpaidAsked    int         `json:"unpaid_asked"`     // not paid by the last day
	UnpaidUnasked  int         `json:"unpaid_unasked"`   // likewise, and never asked
	StoppedAmount  []Amount    `json:"stopped_amount"`   // of the invoices
	UnpaidAmount   []Amount    `json:"unpaid_amount"`    // likewise
	MedianDays     *int        `json:"median_days"`      // from the last notice to the payment
	P90Days        *int        `json:"p90_days"`         // nine of ten were paid within
	Buckets        []Count     `json:"buckets"`          // by days, always all of them
	ByLastStage    []LastStage `json:"by_last_stage"`    // of the last notice before the payment
	NoticesPerStop []Count     `json:"notices_per_stop"` // how many notices it took: 1, 2, 3, 4, 5+
}

// LastStage is the chases that ended with the payment after one stage.
type LastStage struct {
	Stage      string `json:"stage"`
	Stopped    int    `json:"stopped"`
	MedianDays int    `json:"median_days"`
	P90Days    int    `json:"p90_days"`
}

// OpenSeries is what was open in one currency at the end of each week, by the file.
type OpenSeries struct {
	Currency money.Currency `json:"currency"`
	Points   []OpenPoint    `json:"points"`
}

// OpenPoint is what was open at the end of a day: the week's Sunday, or the last day.
type OpenPoint struct {
	On       calendar.Date `json:"on"`
	Invoices int           `json:"invoices"`
	Minor    int64         `json:"amount_minor"`
	Overdue  int64         `json:"overdue_minor"` // of it, past due
}

// Customer is what one customer would have received.
type Customer struct {
	Number    string           `json:"number"`
	Name      string           `json:"name"`
	Invoices  int              `json:"invoices"`
	Approvals int              `json:"approvals"`
	Tasks     int              `json:"tasks"`
	Notices   []CustomerNotice `json:"notices"` // by date
}

// CustomerNotice is one message.
type CustomerNotice struct {
	On         calendar.Date  `json:"on"`
	Channel    string         `json:"channel"`
	Kind       string         `json:"kind"`
	Subject    string         `json:"subject"`
	Stage      string         `json:"stage"` // the highest of its lines
	Currency   money.Currency `json:"currency"`
	AskedMinor int64          `json:"asked_minor"`
	Lines      []NoticeLine   `json:"lines"`
}

// NoticeLine is one item of a message.
type NoticeLine struct {
	Invoice  string `json:"invoice"`
	Stage    string `json:"stage"`
	AskMinor int64  `json:"ask_minor"`
}

// JSON returns the report indented, its keys always in the same order, with a newline at the end.
func (r Report) JSON() ([]byte, error) { return indented(r) }

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
