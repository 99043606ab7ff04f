// Package rehearsal plays a historical portfolio with its real payment dates through the real engine, worker and mail path,
// in a scratch place that is removed at the end, on the stepped clock: a driver moves it on to the next moment at which
// something is due when all is quiet, so two runs tell the same. It decides nothing about collecting, and nothing can leave
// for a customer: every channel ends in this process. rehearsal/report turns what it found into figures. cmd and tests import
// it.
package rehearsal
