package policy

import (
	"fmt"
	"strings"

	"arrears/domain/fault"
)

// Templates are the message templates there are.
type Templates interface {
	Has(name string) bool
	Names() []string
}

// CheckTemplates refuses a policy whose stages name templates that do not exist. Error: CodeInvalid.
func CheckTemplates(p Policy, known Templates) error {
	var fields []fault.Field
	for i, s := range p.Stages {
		if s.Template != "" && !known.Has(s.Template) {
			fields = append(fields, fault.Field{
				Path: fmt.Sprintf("stages[%d].template", i), Code: "unknown_template",
				Message: fmt.Sprintf("there is no template %q (there are %s)", s.Template, strings.Join(known.Names(), ", ")),
			})
		}
	}
	if len(fields) > 0 {
		return invalid(fields)
	}
	return nil
}
