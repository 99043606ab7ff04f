package api

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

// answers pairs the schemas of answers with the transfer objects that write them.
func answers() map[string]any {
	return map[string]any{
		"Problem": problem{}, "Health": healthJSON{}, "Readiness": readinessJSON{}, "Me": meJSON{}, "Customer": customerJSON{},
		"Contact": contactJSON{}, "Item": itemJSON{}, "Invoice": invoiceJSON{}, "InvoiceRow": invoiceRowJSON{},
		"TimelinePage": pageJSON[timelineJSON]{}, "Case": caseJSON{}, "Step": stepJSON{}, "Decision": decisionJSON{},
		"CreditMemo": creditMemoJSON{}, "Receipt": receiptJSON{}, "WriteOff": writeOffJSON{}, "Promise": promiseJSON{}, "Block": blockJSON{},
		"DisputeFlag": disputeFlagJSON{}, "Note": noteJSON{}, "Document": documentJSON{}, "PolicyVersion": policyVersionJSON{},
		"PolicyCheck": policyCheckJSON{}, "Preview": previewJSON{}, "Segment": segmentJSON{}, "Approval": approvalJSON{}, "Notice": noticeJSON{},
		"NoticeLine": noticeLineJSON{}, "Task": taskJSON{}, "Import": importJSON{}, "QuarantineRow": quarantineJSON{}, "Settings": settingsJSON{},
		"AuditPage": pageJSON[auditJSON]{}, "CustomerPage": pageJSON[customerJSON]{}, "InvoicePage": pageJSON[invoiceRowJSON]{},
		"CasePage": pageJSON[caseJSON]{}, "ReceiptPage": pageJSON[receiptJSON]{}, "CreditMemoPage": pageJSON[creditMemoJSON]{},
		"PromisePage": pageJSON[promiseJSON]{}, "BlockPage": pageJSON[blockJSON]{}, "DisputeFlagPage": pageJSON[disputeFlagJSON]{},
		"NotePage": pageJSON[noteJSON]{}, "DocumentPage": pageJSON[documentJSON]{}, "ApprovalPage": pageJSON[approvalJSON]{},
		"NoticePage": pageJSON[noticeJSON]{}, "TaskPage": pageJSON[taskJSON]{}, "ImportPage": pageJSON[importJSON]{},
		"QuarantinePage": pageJSON[quarantineJSON]{}, "Terms": termsJSON{},
		"CensusPage": pageJSON[censusJSON]{}, "Census": censusJSON{}, "FindingPage": pageJSON[findingJSON]{}, "Finding": findingJSON{},
		"SnapshotPage": pageJSON[snapshotJSON]{}, "Snapshot": snapshotJSON{}, "SnapshotItemPage": pageJSON[snapshotItemJSON]{},
		"SnapshotItem": snapshotItemJSON{},
		"EventPage":    eventsJSON{}, "EventTypes": eventTypesJSON{},
		"WebhookEndpoint": endpointJSON{}, "WebhookEndpointPage": pageJSON[endpointJSON]{}, "WebhookDelivery": deliveryJSON{},
		"WebhookDeliveryPage": pageJSON[deliveryJSON]{}, "WebhookReplayed": replayedJSON{},
		"Dispute": disputeFileJSON{}, "DisputePage": pageJSON[disputeJSON]{}, "DisputeWorklistPage": pageJSON[rankedDisputeJSON]{},
		"DisputeFigures": disputeFiguresJSON{}, "Figure": figureJSON{},
		"DisputePart": disputePartJSON{}, "Evidence": evidenceJSON{}, "DisputeDeadline": disputeDeadlineJSON{},
		"DisputeDecision": disputeDecisionJSON{}, "PartDecision": partDecisionJSON{}, "DisputeRound": disputeRoundJSON{},
		"DisputeLink": disputeLinkJSON{}, "DisputeMessage": disputeMessageJSON{}, "ShortPaymentAnswer": shortPaymentAnswerJSON{},
		"ReasonCode": reasonCodeJSON{}, "TriageRules": ruleSetJSON{}, "TriageRulesPage": pageJSON[ruleSetJSON]{},
		"ApprovalLimit": approvalLimitJSON{},
		"ExchangeRate":  exchangeRateJSON{}, "ExchangeRatePage": pageJSON[exchangeRateJSON]{}, "ExchangeRatesPut": exchangeRatesPutJSON{},
		"BankFile": bankFileJSON{}, "BankFilePage": pageJSON[bankFileJSON]{}, "BankCounts": bankCountsJSON{}, "BankProblem": bankProblemJSON{},
		"BankProblemPage": pageJSON[bankProblemJSON]{}, "BankStatement": bankStatementJSON{},
		"BankStatementPage": pageJSON[bankStatementJSON]{}, "BankEntry": bankEntryJSON{}, "BankEntryPage": pageJSON[bankEntryJSON]{},
		"BankAccount": bankAccountJSON{}, "BankAccountPage": pageJSON[bankAccountJSON]{}, "CashProof": cashProofJSON{},
		"CashExceptionRow": cashExceptionJSON{}, "CashExceptionPage": pageJSON[cashExceptionJSON]{}, "CashException": cashExceptionFileJSON{},
		"CashWaiting": cashWaitingJSON{}, "CashPayment": paymentJSON{}, "RemittanceLine": remittanceLineJSON{}, "Remittance": remittanceJSON{},
		"MatchReason": matchReasonJSON{}, "CashProposal": cashProposalJSON{}, "CashRematched": cashRematchedJSON{}, "Refund": refundJSON{},
		"RefundPage": pageJSON[refundJSON]{}, "CashRules": cashRulesJSON{}, "RemittancePage": pageJSON[remittanceJSON]{},
		"PayerAccount": payerAccountJSON{}, "PayerAccountPage": pageJSON[payerAccountJSON]{}, "Application": appliedJSON{},
		"ApplicationPage": pageJSON[appliedJSON]{}, "CashRulesPage": pageJSON[cashRulesJSON]{},
		"LimitCheck": limitCheckJSON{}, "UsedRate": usedRateJSON{},
	}
}

// requests pairs the schemas of bodies with the transfer objects that read them.
func requests() map[string]any {
	return map[string]any{
		"NewCustomer": newCustomerJSON{}, "CustomerChange": customerChangeJSON{}, "CreditHoldChange": creditHoldJSON{},
		"NewContact": newContactJSON{}, "ContactChange": contactChangeJSON{}, "NewInvoice": newInvoiceJSON{}, "InvoiceChange": invoiceChangeJSON{},
		"Reason": reasonJSON{}, "DeadlineMet": deadlineMetJSON{}, "NewCreditMemo": newCreditMemoJSON{}, "ItemAmount": itemAmountJSON{}, "ApplyCreditMemo": applyCreditMemoJSON{},
		"NewReceipt": newReceiptJSON{}, "ReceiptApplication": newApplicationJSON{}, "ApplyReceipt": applyReceiptJSON{},
		"NewWriteOff": newWriteOffJSON{}, "NewPromise": newPromiseJSON{}, "NewBlock": newBlockJSON{}, "NewDisputeFlag": newDisputeFlagJSON{},
		"NewNote": newNoteJSON{}, "PreviewRequest": previewRequestJSON{}, "Assignment": assignmentJSON{},
		"ApprovalDecision": approvalDecisionJSON{}, "NewTask": newTaskJSON{}, "SettingsChange": settingsChangeJSON{}, "NewKey": newKeyJSON{},
		"NewWebhookEndpoint": newEndpointJSON{}, "WebhookEndpointChange": endpointChangeJSON{}, "WebhookRotation": rotationJSON{},
		"WebhookReplay": replayJSON{},
		"NewDispute":    newDisputeJSON{}, "NewDisputePart": newDisputePartJSON{}, "DisputeTriage": disputeTriageJSON{},
		"EvidenceRequests": evidenceRequestsJSON{}, "EvidenceAnswer": evidenceAnswerJSON{}, "CustomerQuestion": customerQuestionJSON{},
		"CustomerReply": customerReplyJSON{}, "NewDisputeDecision": newDisputeDecisionJSON{}, "NewPartDecision": partDecisionJSON{},
		"BulkDecisions": bulkDecisionsJSON{}, "DisputeMerge": disputeMergeJSON{}, "DisputeSubmission": disputeSubmissionJSON{},
		"DisputeAnswer": disputeAnswerJSON{}, "DisputeAppeal": disputeAppealJSON{}, "DisputeSplit": disputeSplitJSON{},
		"DisputeSettlement": disputeSettlementJSON{}, "DisputeGiveUp": disputeSettlementJSON{}, "DisputeLinkChange": disputeLinkChangeJSON{},
		"ShortPayment": shortPaymentJSON{}, "NewReasonCode": newReasonCodeJSON{}, "ReasonCodeChange": reasonCodeChangeJSON{},
		"NewTriageRules": newRuleSetJSON{}, "ApprovalLimitChange": approvalLimitChangeJSON{},
		"NewBankAccount": newBankAccountJSON{},
		"CashSeen":       seenJSON{}, "CashProposalChoice": cashProposalChoiceJSON{}, "CashOwner": cashOwnerJSON{}, "CashHold": cashHoldJSON{},
		"CashReturn": cashReturnJSON{}, "CashClaim": cashClaimJSON{}, "CashLine": cashLineJSON{}, "CashAllocation": cashAllocationJSON{},
		"ApplicationsUndo": undoApplicationsJSON{}, "CashRematch": cashRematchJSON{}, "NewRefund": newRefundJSON{},
		"RefundDecision": refundDecisionJSON{}, "RefundPayment": refundPaymentJSON{}, "NewCashRules": newRuleSetJSON{}, "NewPayerAccount": newPayerAccountJSON{},
		"NewExchangeRates": newExchangeRatesJSON{}, "NewExchangeRate": newExchangeRateJSON{},
	}
}

// fieldsOfType lists the JSON names of a transfer object, each with whether it may be left out of an answer.
func fieldsOfType(of reflect.Type) map[string]bool {
	fields := map[string]bool{}
	for _, field := range reflect.VisibleFields(of) { // those of embedded objects, too
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = strings.Contains(options, "omit")
		}
	}
	return fields
}

// typeOfField finds the type under a field's slices and pointers.
func typeOfField(of reflect.Type, name string) reflect.Type {
	for _, field := range reflect.VisibleFields(of) {
		if tag, _, _ := strings.Cut(field.Tag.Get("json"), ","); tag == name {
			inner := field.Type
			for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			return inner
		}
	}
	return nil
}

func TestAnswersHaveTheFieldsOfTheirSchemas(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	require.NoError(t, err)
	for name, object := range answers() {
		compare(t, name, c.doc.Components.Schemas[name].Value, reflect.TypeOf(object), true)
	}
}

func TestBodiesHaveTheFieldsOfTheirSchemas(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	require.NoError(t, err)
	for name, object := range requests() {
		compare(t, name, c.doc.Components.Schemas[name].Value, reflect.TypeOf(object), false)
	}
}

// compare holds a transfer object against its schema, and nested ones that have no schema of their own against theirs. In an
// answer a field may be left out exactly when the schema does not require it.
func compare(t *testing.T, what string, schema *openapi3.Schema, of reflect.Type, answer bool) {
	t.Helper()
	fields := fieldsOfType(of)
	require.ElementsMatch(t, slices.Collect(maps.Keys(schema.Properties)), slices.Collect(maps.Keys(fields)), what)
	for name, ref := range schema.Properties {
		if answer {
			require.Equal(t, !slices.Contains(schema.Required, name), fields[name], "%s.%s: left out or required", what, name)
		}
		inner := ref
		if ref.Value.Type.Is("array") && ref.Value.Items != nil {
			inner = ref.Value.Items
		}
		if inner.Ref == "" && len(inner.Value.Properties) > 0 {
			compare(t, what+"."+name, inner.Value, typeOfField(of, name), answer)
		}
	}
}

// The lists above must not forget anything.
func TestEverySchemaOfAnObjectIsHeldAgainstItsTransferObject(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	require.NoError(t, err)
	held := answers()
	maps.Copy(held, requests())
	// These are forms, free objects, lists without pages, bodies of one field, variants of a key, or written by the domain.
	others := []string{"NewDocument", "NewImport", "PolicyBody", "PolicyVersionList", "PolicyList", "SegmentList", "WriteOffList", "KeyList",
		"SegmentChange", "TaskClose", "TaskAssign", "QuarantineCorrection", "Key", "NewKeyAnswer", "Event", "WebhookMetadata",
		"DisputeList", "BulkDecisionList", "ReasonCodeList", "TriageRulesList", "ApprovalLimitList", "NewDisputeImport", "NewBankFile", "CashProofList",
		"CashWaitingList", "CashProposalList", "NewRemittance", "NewRemittanceLine", "RemittanceParty"}
	for name, ref := range c.doc.Components.Schemas {
		if ref.Value.Type.Is("object") && !slices.Contains(others, name) {
			require.Contains(t, held, name)
		}
	}
}
