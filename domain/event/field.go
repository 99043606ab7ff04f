package event

import "strings"

// Form is what the value of a field looks like.
type Form string

// The forms. Amounts are integers of the currency's minor unit, which stands beside them in the field currency.
const (
	FormID       Form = "id"       // a UUID
	FormAmount   Form = "amount"   // minor units, not negative
	FormCurrency Form = "currency" // ISO 4217
	FormDate     Form = "date"     // a civil date
	FormInstant  Form = "instant"  // RFC 3339 in UTC, business time
	FormCount    Form = "count"    // an integer, not negative
	FormCode     Form = "code"     // a word of ours; more may come
	FormKey      Form = "key"      // a key that a policy or an operator chose
	FormHash     Form = "hash"     // SHA-256 in hexadecimal
	FormFields   Form = "fields"   // the names of fields
	FormFlag     Form = "flag"     // true or false
	FormEnum     Form = "enum"     // one of Values
	FormRate     Form = "rate"     // an exact decimal above zero
	FormRates    Form = "rates"    // exchange rates that were used
)

// Field is one field of an event's data.
type Field struct {
	Name string
	Form Form
	Doc  string
	// Optional fields may be absent.
	Optional bool
	// Empty means that an empty text stands for no value.
	Empty bool
	// Values are those of FormEnum.
	Values []string
}

// Fields lists the fields of the type's data. A type's own list names words of the vocabulary: "due_on", "item_id?" for one
// that may be absent, "kind:task_kind" for a field whose word is another.
func (t TypeInfo) Fields() []Field {
	known := vocabulary()
	var fields []Field
	for _, word := range strings.Fields(t.data) {
		word, optional := strings.CutSuffix(word, "?")
		name, meaning, found := strings.Cut(word, ":")
		if !found {
			meaning = name
		}
		f := known[meaning]
		f.Name, f.Optional = name, optional
		fields = append(fields, f)
	}
	return fields
}

// vocabulary is what the words of data mean.
func vocabulary() map[string]Field {
	all := map[string]Field{}
	for _, words := range []map[Form]map[string]string{plainWords(), claimWords(), claimEngineWords(), cashWords()} {
		for form, docs := range words {
			for name, doc := range docs {
				all[name] = Field{Form: form, Doc: doc}
			}
		}
	}
	for _, lists := range []map[string]Field{choices(), claimChoices(), claimEngineChoices(), cashChoices()} {
		for name, f := range lists {
			f.Form = FormEnum
			all[name] = f
		}
	}
	for _, name := range []string{
		"wake_at", "until", "follow_up_on", "notice_outcome", "notice_stage", "policy_key", "next_action", "call_outcome", "was", "failed",
		"reason_code", "team", "how", "outcome", "payable_by",
	} {
		f := all[name]
		f.Empty = true
		all[name] = f
	}
	return all
}
