package dispute

import (
	"bytes"
	"errors"
	"io"

	"go.yaml.in/yaml/v3"

	"arrears/domain/fault"
)

// The codes of triage rules.
const (
	// CodeRulesInvalid means triage rules that cannot be read, contradict themselves or name what does not exist; the fields
	// say where.
	CodeRulesInvalid = "triage_rules.invalid"
	// CodeRulesTooLarge means triage rules beyond the bounds on size.
	CodeRulesTooLarge = "triage_rules.too_large"
)

// The bounds of rules. The shipped ones have some ten kilobytes.
const (
	maxRulesBytes = 256 << 10
	maxCodes      = 500  // rules for codes
	maxMatches    = 200  // spellings of one rule
	maxReasons    = 200  // rules for reasons
	maxChecklist  = 20   // documents of one checklist
	maxDays       = 4000 // of a span: a limitation of ten years fits
	maxTeam       = 100
)

// ReadRules reads triage rules, YAML or JSON, strictly: what is not known, given twice or of the wrong kind is refused, and
// everything that is wrong is told at once, by field. Errors: CodeRulesInvalid, CodeRulesTooLarge.
func ReadRules(raw []byte) (*Rules, error) {
	if len(raw) > maxRulesBytes {
		return nil, fault.Newf(fault.TooLarge, CodeRulesTooLarge, "triage rules have at most %d bytes", maxRulesBytes)
	}
	root, isJSON, err := parseRules(raw)
	if err != nil {
		return nil, err
	}
	r := &rulesReader{lines: !isJSON}
	rules := r.rules(root)
	if len(r.fields) > 0 {
		return nil, fault.Fields(CodeRulesInvalid, "the triage rules are not valid", r.fields...)
	}
	return rules, nil
}

// parseRules reads the one document. Lines mean nothing in JSON, which often is one.
func parseRules(raw []byte) (root *yaml.Node, isJSON bool, err error) {
	text := bytes.TrimSpace(raw)
	if isJSON = len(text) > 0 && text[0] == '{'; isJSON {
		root, err = parseJSON(text)
		return root, isJSON, err
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, isJSON, unreadable("is empty")
	case err != nil:
		return nil, isJSON, unreadable("is neither YAML nor JSON")
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, isJSON, unreadable("only one document is read at a time")
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, isJSON, unreadable("is empty")
	}
	return doc.Content[0], isJSON, nil
}

func unreadable(message string) error {
	return fault.Fields(CodeRulesInvalid, "the triage rules are not valid", fault.Field{Code: "document", Message: message})
}

func (r *rulesReader) rules(n *yaml.Node) *Rules {
	rules := &Rules{}
	r.mapping(n, "", map[string]func(*yaml.Node, string){
		"codes": func(n *yaml.Node, path string) {
			r.list(n, path, maxCodes, func(n *yaml.Node, path string) { rules.Codes = append(rules.Codes, r.code(n, path)) })
		},
		"reasons":   func(n *yaml.Node, path string) { rules.Reasons = r.reasons(n, path) },
		"tolerance": func(n *yaml.Node, path string) { rules.Tolerance = r.tolerance(n, path) },
		"discount_grace_days": func(n *yaml.Node, path string) {
			days := r.number(n, path, 0, maxDays)
			rules.DiscountGraceDays = &days
		},
		"payable_days":  func(n *yaml.Node, path string) { rules.PayableDays = r.number(n, path, 1, maxDays) },
		"short_payment": func(n *yaml.Node, path string) { rules.ShortPayment = r.shortPayment(n, path) },
	})
	r.checkCodes(rules)
	return rules
}
