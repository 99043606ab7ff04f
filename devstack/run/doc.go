// Package run is `make run` and `make demo`: the whole product with sample data in one process, on a PostgreSQL, a Temporal
// server and a mail sink of its own, in one folder. It goes on where it stopped, also after kill -9.
//
// It is a way to see the product, not a way to operate it: everything listens on 127.0.0.1, and keys lie in files of that
// folder. devstack's command and whole-system tests import it.
package run
