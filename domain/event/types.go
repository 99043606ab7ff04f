package event

import (
	"slices"
	"strings"
)

// TypeInfo describes one type of event.
type TypeInfo struct {
	// Name is the type.
	Name string
	// Doc says in one sentence when it happens.
	Doc string
	// Since is the release that brought it.
	Since string

	// action is the audit entry's; empty where it is the name.
	action string
	// kind is the entry's subject kind where one action is several types.
	kind string
	// data names the fields of Data as Fields reads them.
	data string
}

// since is the release that brought the feed.
const since = "v0.2.0"

// The subject kinds that are not told as they are recorded, or that tell types apart.
const (
	kindCase    = "case"
	kindInvoice = "invoice"
	kindNotice  = "notice"
)

// Internal reports whether an action is not told outside: who may enter, and how events leave. The audit record holds them.
func Internal(action string) bool {
	noun, _, _ := strings.Cut(action, ".")
	return noun == "key" || strings.HasPrefix(noun, "webhook")
}

// Types lists the public types by name.
func Types() []TypeInfo {
	all := slices.Concat(moneyTypes(), caseTypes(), noticeTypes(), keepingTypes(), nightTypes(), disputeTypes(), bankTypes(), cashTypes())
	for i := range all {
		all[i].Since = since
	}
	slices.SortFunc(all, func(a, b TypeInfo) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Find returns the type of the name.
func Find(name string) (TypeInfo, bool) {
	info, ok := catalogue.byName[name]
	return info, ok
}

// Known reports whether the name is one of Types.
func Known(name string) bool {
	_, ok := catalogue.byName[name]
	return ok
}

// TypeOf returns the type of an entry by its action and subject kind; public is false for internal ones.
func TypeOf(action, subjectKind string) (name string, public bool) {
	if Internal(action) {
		return "", false
	}
	for _, info := range catalogue.byAction[action] {
		if info.kind == "" || info.kind == subjectKind {
			return info.Name, true
		}
	}
	return action, true
}

// Actions returns the audit actions that the types come from, for a reader who looks the events up; an action may come as
// other types too. Unknown names stand for themselves.
func Actions(types []string) []string {
	var actions []string
	for _, name := range types {
		action := name
		if info, ok := catalogue.byName[name]; ok {
			action = info.source()
		}
		if !slices.Contains(actions, action) {
			actions = append(actions, action)
		}
	}
	return actions
}

// source is the action that the type comes from.
func (t TypeInfo) source() string {
	if t.action != "" {
		return t.action
	}
	return t.Name
}

// subjectKind is the public word for the kind: what looks after an invoice has the invoice's id and is told as the invoice.
func subjectKind(kind string) string {
	if kind == kindCase {
		return kindInvoice
	}
	return kind
}

// index finds types by name and by action.
type index struct {
	byName   map[string]TypeInfo
	byAction map[string][]TypeInfo
}

// catalogue is built once and never changes.
var catalogue = newIndex()

func newIndex() index {
	x := index{byName: map[string]TypeInfo{}, byAction: map[string][]TypeInfo{}}
	for _, info := range Types() {
		x.byName[info.Name] = info
		x.byAction[info.source()] = append(x.byAction[info.source()], info)
	}
	return x
}
