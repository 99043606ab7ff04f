package store

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"arrears/domain/fault"
)

// What is not there. Each is one value, because none carries details.
var (
	errCustomerNotFound     = missing("customer")
	errContactNotFound      = missing("contact")
	errInvoiceNotFound      = missing("invoice")
	errItemNotFound         = missing("item")
	errReceiptNotFound      = missing("receipt")
	errCreditMemoNotFound   = missing("credit_memo")
	errPromiseNotFound      = missing("promise")
	errBlockNotFound        = missing("block")
	errDisputeNotFound      = missing("dispute")
	errNoteNotFound         = missing("note")
	errDocumentNotFound     = missing("document")
	errTaskNotFound         = missing("task")
	errPolicyNotFound       = missing("policy")
	errKeyNotFound          = missing("key")
	errInstallationNotFound = missing("installation")
	errClockNotFound        = missing("clock")
	errWriteOffNotFound     = missing("write_off")
	errEndpointNotFound     = missing("webhook_endpoint")
	errDeliveryNotFound     = missing("webhook_delivery")
	errMoveNotFound         = missing("move")
	errProposalNotFound     = missing("cash_proposal")
	errExceptionNotFound    = missing("cash_exception")
	errRemittanceNotFound   = missing("remittance")
	errRefundNotFound       = missing("refund")
	errPayerAccountNotFound = missing("payer_account")
	errApplicationNotFound  = missing("application")
)

// What has changed since the caller read it.
var (
	errCustomerChanged     = changed("customer")
	errContactChanged      = changed("contact")
	errInvoiceChanged      = changed("invoice")
	errItemChanged         = fault.New(fault.Conflict, "item.changed", "the item was changed by someone else")
	errReceiptChanged      = changed("receipt")
	errCreditMemoChanged   = changed("credit_memo")
	errPromiseChanged      = changed("promise")
	errTaskChanged         = changed("task")
	errInstallationChanged = changed("installation")
	errEndpointChanged     = changed("webhook_endpoint")
	errDisputeChanged      = changed("dispute")
	errReasonChanged       = changed("reason_code")
	errLimitChanged        = changed("approval_limit")
	errExceptionChanged    = changed("cash_exception")
	errRemittanceChanged   = changed("remittance")
	errRefundChanged       = changed("refund")

	errEvidenceChanged      = fault.New(fault.Precondition, "dispute.evidence_changed", "the evidence was changed since it was read")
	errClaimDecisionChanged = fault.New(fault.Conflict, "dispute.decision_changed", "something became of the decision meanwhile")
	errReasonExists         = fault.New(fault.Conflict, "reason_code.exists", "there is a reason with this code")
	errProposalDecided      = fault.New(fault.Conflict, "cash_proposal.decided", "something became of the proposal meanwhile")
	errReasonUnknown        = fault.New(fault.Invalid, "reason_code.unknown", "there is no such reason code")
)

func missing(noun string) *fault.Error {
	return fault.Newf(fault.NotFound, noun+".not_found", "there is no such %s", words(noun))
}

func changed(noun string) *fault.Error {
	return fault.Newf(fault.Precondition, noun+".changed", "the %s was changed since it was read", words(noun))
}

func words(noun string) string { return strings.ReplaceAll(noun, "_", " ") }

// constraints maps a constraint's name to what its violation means to a caller. A name that is not here is a fault of
// ours: the domain should have refused before.
var constraints = map[string]*fault.Error{
	"customers_source_number":             taken("customer"),
	"invoices_source_number":              taken("invoice"),
	"receipts_source_number":              taken("receipt"),
	"credit_memos_source_number":          taken("credit_memo"),
	"customers_not_own_parent":            fault.New(fault.Invalid, "customer.own_parent", "a customer cannot be its own parent"),
	"customers_payer_id_fkey":             fault.New(fault.Invalid, "customer.not_found", "the payer is not a known customer"),
	"customers_parent_id_fkey":            fault.New(fault.Invalid, "customer.not_found", "the parent is not a known customer"),
	"customers_dunning_recipient_id_fkey": fault.New(fault.Invalid, "customer.not_found", "the dunning recipient is not a known customer"),
	"customers_policy_key_fkey":           errPolicyNotFound,
	"invoices_policy_key_fkey":            errPolicyNotFound,
	"segments_policy_key_fkey":            errPolicyNotFound,
	"contacts_customer_id_fkey":           errCustomerNotFound,
	"invoices_customer_id_fkey":           errCustomerNotFound,
	"documents_customer_id_fkey":          errCustomerNotFound,
	"tasks_customer_id_fkey":              errCustomerNotFound,
	"tasks_invoice_id_fkey":               errInvoiceNotFound,
	"disputes_customer_id_fkey":           errCustomerNotFound,
	"disputes_reason_fkey":                errReasonUnknown,
	"aliases_reason_fkey":                 errReasonUnknown,
	"aliases_customer_id_fkey":            errCustomerNotFound,
	"triage_rules_customer_id_fkey":       errCustomerNotFound,
	"triage_rules_version":                changed("triage_rules"),
	"triage_rules_immutable":              fault.New(fault.Conflict, "triage_rules.immutable", "a published version of triage rules never changes"),
	"cash_rules_version":                  changed("cash_rules"),
	"cash_rules_immutable":                fault.New(fault.Conflict, "cash_rules.immutable", "a published version of the rules never changes"),
	"cash_rules_customer_id_fkey":         errCustomerNotFound,
	"match_proposals_immutable":           fault.New(fault.Conflict, "cash_proposal.immutable", "what was proposed never changes"),
	"refunds_receipt_id_fkey":             errReceiptNotFound,
	"dispute_decisions_immutable":         fault.New(fault.Conflict, "dispute.decision_immutable", "what was decided never changes"),
	"dispute_decisions_seq":               errDisputeChanged,
	"moves_immutable":                     fault.New(fault.Conflict, "move.immutable", "what was moved never changes"),
	"dispute_parts_law":                   law("dispute"),
	"disputes_sums":                       law("dispute"),
	"disputes_closed":                     law("dispute"),
	"disputes_next_date":                  fault.New(fault.Internal, "dispute.no_next_date", "a case that waits for anything needs a next date"),
	"dispute_deadlines_one":               fault.New(fault.Conflict, "dispute.deadline_taken", "a deadline of this kind stands already"),
	"items_law":                           law("item"),
	"items_disputed":                      law("item"),
	"receipts_law":                        law("receipt"),
	"credit_memos_law":                    law("credit_memo"),
	"policy_versions_key_version":         fault.New(fault.Conflict, "policy.version_taken", "this version of the policy exists already"),
	"policy_versions_immutable":           fault.New(fault.Conflict, "policy.immutable", "a published policy version never changes"),
	"audit_entries_immutable":             fault.New(fault.Conflict, "audit.immutable", "an audit entry never changes"),
	"snapshots_immutable":                 fault.New(fault.Conflict, "snapshot.immutable", "a snapshot never changes"),
	"snapshots_month_end_key":             fault.New(fault.Conflict, "snapshot.taken", "the month's end has its snapshot already"),
	"decisions_immutable":                 fault.New(fault.Conflict, "decision.immutable", "a recorded decision never changes"),
	"api_keys_prefix_key":                 taken("key"),
	"webhook_secrets_newest":              fault.New(fault.Conflict, "webhook_endpoint.two_newest", "the endpoint's secret was changed at the same moment"),
	"blocks_expiry":                       fault.New(fault.Invalid, "block.needs_expiry", "only a legal or insolvency block may stand without an expiry"),
}

func taken(noun string) *fault.Error {
	return fault.Newf(fault.Conflict, noun+".number_taken", "another %s has this number", words(noun))
}

// law is an amount that does not add up: the domain keeps the laws, so the database refusing one is a fault of ours.
func law(noun string) *fault.Error {
	return fault.Newf(fault.Internal, noun+".law_broken", "the amounts of the %s do not add up", words(noun))
}

// codeExists means that the record's id is taken: the same idempotent request made it before.
const codeExists = "record.exists"

// translate turns a database error into what it means. Errors that are ours pass; so do unknown ones, which callers show
// as internal and the log keeps whole.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if _, ours := errors.AsType[*fault.Error](err); ours {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		return translatePg(err, pgErr)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return unavailable(err)
	}
	return err
}

func translatePg(err error, pgErr *pgconn.PgError) error {
	if known, ok := constraints[pgErr.ConstraintName]; ok {
		return fault.Wrap(err, known.Kind, known.Code, known.Message)
	}
	if pgErr.Code == "23505" && strings.HasSuffix(pgErr.ConstraintName, "_pkey") {
		return fault.Wrap(err, fault.Conflict, codeExists, "this record exists already")
	}
	switch pgErr.Code[:2] {
	case "08", "53", "57": // connection lost, out of resources, shutting down
		return unavailable(err)
	}
	if pgErr.Code == "42P01" || pgErr.Code == "42703" { // a table or column is missing
		return fault.Wrap(err, fault.Unavailable, "store.not_migrated", "the database is older than this program: run arrears migrate")
	}
	return err
}

func unavailable(err error) error {
	return fault.Wrap(err, fault.Unavailable, "store.unavailable", "the database does not answer")
}
