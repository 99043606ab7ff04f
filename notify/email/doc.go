// Package email composes notices as mails and hands them to an SMTP server. It is not a mail server: it keeps no queue,
// repeats nothing and reads no answers. It imports the domain and the mail library; wiring and tests import it.
package email
