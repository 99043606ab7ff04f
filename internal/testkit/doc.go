// Package testkit helps tests: a PostgreSQL schema per test, factories, golden files. Tests alone import it.
package testkit
