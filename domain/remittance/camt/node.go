package camt

import (
	"strings"

	"arrears/domain/remittance"
)

// node is an element that was kept whole. A nil node has nothing, so paths need no checks.
type node struct {
	name, text string
	currency   string // of the attribute Ccy
	line       int64
	kids       []*node
}

// at follows a path of names such as Id/OrgId/Othr, each the first of its name.
func (n *node) at(path string) *node {
	for path != "" && n != nil {
		var name string
		name, path, _ = strings.Cut(path, "/")
		n = n.kid(name)
	}
	return n
}

func (n *node) kid(name string) *node {
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// all gives the children of a name.
func (n *node) all(name string) []*node {
	var list []*node
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name == name {
			list = append(list, k)
		}
	}
	return list
}

// say gives the text at the first of the paths that has one, as long as a reference may be.
func (n *node) say(paths ...string) string {
	for _, p := range paths {
		if k := n.at(p); k != nil && k.text != "" {
			return remittance.Clean(k.text, remittance.MaxField)
		}
	}
	return ""
}

// lineOf is where the node starts, or what contains it when there is none.
func (n *node) lineOf(outer int64) int64 {
	if n == nil {
		return outer
	}
	return n.line
}
