package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Variable is one line of the reference.
type Variable struct {
	Name, Default, Doc string
	field              string
}

// Reference lists every variable in the order of the struct.
func Reference() []Variable { return collect(reflect.TypeFor[Config]()) }

func collect(t reflect.Type) []Variable {
	var out []Variable
	for f := range t.Fields() {
		name := f.Tag.Get("env")
		if name == "" && f.Type.Kind() == reflect.Struct {
			out = append(out, collect(f.Type)...)
			continue
		}
		out = append(out, Variable{Name: name, Default: f.Tag.Get("envDefault"), Doc: f.Tag.Get("doc"), field: f.Name})
	}
	return out
}

// Markdown is the reference as docs/configuration.md holds it.
func Markdown() string {
	var b strings.Builder
	b.WriteString("# Configuration\n\nEverything is read from the environment. A wrong value stops the start with one line that names the variable.\n\n")
	b.WriteString("| variable | default | meaning |\n| --- | --- | --- |\n")
	for _, v := range Reference() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", v.Name, codeOr(v.Default), v.Doc)
	}
	return b.String()
}

func codeOr(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// variableOf finds the variable of a struct field, for error texts.
func variableOf(field string) string {
	for _, v := range Reference() {
		if v.field == field {
			return v.Name
		}
	}
	return field
}
