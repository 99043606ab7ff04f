package api

import (
	"maps"

	"github.com/labstack/echo/v4"

	"arrears/port"
)

// handlers says which function answers each operation, by operationId.
func (s *server) handlers() map[string]echo.HandlerFunc {
	all := map[string]echo.HandlerFunc{}
	for _, some := range []map[string]echo.HandlerFunc{s.keeping(), s.money(), s.banking(), s.applying(), s.collecting(), s.disputing(), s.running(), s.telling()} {
		maps.Copy(all, some)
	}
	return all
}

// keeping is customers, invoices and their papers.
func (s *server) keeping() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"listCustomers": s.listCustomers, "createCustomer": s.createCustomer, "getCustomer": s.getCustomer,
		"updateCustomer": s.updateCustomer, "setCreditHold": s.setCreditHold,
		"addContact": s.addContact, "getContact": s.getContact, "updateContact": s.updateContact,
		"listInvoices": s.listInvoices, "createInvoice": s.createInvoice, "getInvoice": s.getInvoice, "updateInvoice": s.updateInvoice,
		"voidInvoice": s.voidInvoice, "restartInvoice": s.restartInvoice, "getTimeline": s.getTimeline,
		"getCase": s.getCase, "listCases": s.listCases, "wakeCase": s.wakeCase,
		"listInvoiceDocuments": s.listInvoiceDocuments, "listDocuments": s.listDocuments, "storeDocument": s.storeDocument,
		"getDocument": s.getDocument, "getDocumentContent": s.getDocumentContent,
		"listNotes": s.listNotes, "addNote": s.addNote,
	}
}

// money is what pays, reduces or closes items.
func (s *server) money() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"listReceipts": s.listReceipts, "recordReceipt": s.recordReceipt, "getReceipt": s.getReceipt,
		"applyReceipt": s.applyReceipt, "reverseReceipt": s.reverseReceipt,
		"listCreditMemos": s.listCreditMemos, "createCreditMemo": s.createCreditMemo, "getCreditMemo": s.getCreditMemo,
		"applyCreditMemo": s.applyCreditMemo, "voidCreditMemo": s.voidCreditMemo,
		"listWriteOffs": s.listWriteOffs, "createWriteOff": s.createWriteOff,
	}
}

// banking is what banks and payers tell of payments.
func (s *server) banking() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"listBankStatements": s.listBankStatements, "loadBankFile": s.loadBankFile, "getBankStatement": s.getBankStatement,
		"overrideBankStatement": s.overrideBankStatement,
		"listBankFiles":         s.listBankFiles, "getBankFile": s.getBankFile, "listBankProblems": s.listBankProblems,
		"listBankEntries":  s.listBankEntries,
		"listBankAccounts": s.listBankAccounts, "confirmBankAccount": s.confirmBankAccount, "getBankAccount": s.getBankAccount,
		"getCashProof": s.getCashProof,
	}
}

// applying is what people do with cash that could not be applied by itself.
func (s *server) applying() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"listCashExceptions": s.listCashExceptions, "getCashWaiting": s.getCashWaiting, "rematchCash": s.rematchCash,
		"getCashException": s.getCashException, "takeCashException": s.takeCashException, "releaseCashException": s.releaseCashException,
		"applyCashProposal": s.applyCashProposal, "allocateCash": s.allocateCash, "rejectCashProposal": s.rejectCashProposal,
		"identifyCash": s.identifyCash, "holdCash": s.holdCash, "freeCash": s.freeCash, "cashNotOurs": s.cashNotOurs,
		"resolveReturn": s.resolveReturn, "listReceiptProposals": s.listReceiptProposals,
		"listApplications": s.listApplications, "getApplication": s.getApplication, "undoApplications": s.undoApplications,
		"listRemittances": s.listRemittances, "recordRemittance": s.recordRemittance, "getRemittance": s.getRemittance,
		"voidRemittance":    s.voidRemittance,
		"listPayerAccounts": s.listPayerAccounts, "sayPayerAccount": s.sayPayerAccount, "getPayerAccount": s.getPayerAccount,
		"confirmPayerAccount": s.judgePayerAccount(port.AccountKnown), "refusePayerAccount": s.judgePayerAccount(port.AccountRefused),
		"removePayerAccount": s.judgePayerAccount(port.AccountRemoved),
		"listRefunds":        s.listRefunds, "proposeRefund": s.proposeRefund, "getRefund": s.getRefund, "decideRefund": s.decideRefund,
		"payRefund":     s.payRefund,
		"listCashRules": s.listCashRules, "publishCashRules": s.publishCashRules, "getCashRules": s.getCashRules,
	}
}

// collecting is what holds back, decides and asks.
func (s *server) collecting() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"listPromises": s.listPromises, "makePromise": s.makePromise, "getPromise": s.getPromise, "withdrawPromise": s.withdrawPromise,
		"listBlocks": s.listBlocks, "setBlock": s.setBlock, "getBlock": s.getBlock, "releaseBlock": s.releaseBlock,
		"listDisputeFlags": s.listDisputeFlags, "flagDispute": s.flagDispute, "getDisputeFlag": s.getDisputeFlag,
		"releaseDispute": s.releaseDispute,
		"listApprovals":  s.listApprovals, "getApproval": s.getApproval, "decideApproval": s.decideApproval,
		"listNotices": s.listNotices, "getNotice": s.getNotice, "getNoticeRaw": s.getNoticeRaw,
		"listTasks": s.listTasks, "openTask": s.openTask, "getTask": s.getTask, "closeTask": s.closeTask, "assignTask": s.assignTask,
		"listPolicies": s.listPolicies, "publishPolicy": s.publishPolicy, "validatePolicy": s.validatePolicy,
		"getPolicySchema": s.getPolicySchema, "getPolicy": s.getPolicy, "getPolicyVersion": s.getPolicyVersion,
		"listPolicyVersions": s.listPolicyVersions, "previewPolicy": s.previewPolicy, "assignPolicy": s.assignPolicy,
		"listSegments": s.listSegments, "setSegment": s.setSegment,
	}
}

// disputing is claims: deductions and disputes.
func (s *server) disputing() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"listDisputes": s.listDisputes, "openDispute": s.openDispute, "getDisputeWorklist": s.getDisputeWorklist,
		"getDispute": s.getDispute, "getDisputeTimeline": s.getDisputeTimeline, "getDisputeFigures": s.getDisputeFigures,
		"triageDispute": s.triageDispute, "requestEvidence": s.requestEvidence, "answerEvidence": s.answerEvidence,
		"askCustomer": s.askCustomer, "recordReply": s.recordReply, "meetDeadline": s.meetDeadline,
		"decideDispute": s.decideDispute, "decideDisputes": s.decideDisputes, "settleDispute": s.settleDispute, "giveUpDispute": s.giveUpDispute,
		"withdrawDispute": s.withdrawDispute, "reopenDispute": s.reopenDispute,
		"submitDispute": s.submitDispute, "answerDispute": s.answerDispute, "appealDispute": s.appealDispute,
		"splitDispute": s.splitDispute, "mergeDisputes": s.mergeDisputes, "linkDispute": s.linkDispute,
		"recordShortPayment": s.recordShortPayment, "importDisputes": s.importDisputes, "exportDisputes": s.exportDisputes,
		"getDisputePackage": s.getDisputePackage,
		"listReasonCodes":   s.listReasonCodes, "createReasonCode": s.createReasonCode, "updateReasonCode": s.updateReasonCode,
		"listTriageRules": s.listTriageRules, "publishTriageRules": s.publishTriageRules, "getTriageRules": s.getTriageRules,
		"getCustomerTriageRules": s.getCustomerTriageRules,
		"listApprovalLimits":     s.listApprovalLimits, "setApprovalLimit": s.setApprovalLimit,
		"listExchangeRates": s.listExchangeRates, "putExchangeRates": s.putExchangeRates,
	}
}

// running is what keeps the installation going.
func (s *server) running() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"healthz": s.healthz, "readyz": s.readyz, "getSpecification": s.getSpecification, "getDocs": s.getDocs, "getMe": s.getMe,
		"listImports": s.listImports, "startImport": s.startImport, "getImport": s.getImport,
		"listQuarantine": s.listQuarantine, "getQuarantine": s.getQuarantine, "correctQuarantine": s.correctQuarantine,
		"discardQuarantine": s.discardQuarantine,
		"listCensuses":      s.listCensuses, "askCensus": s.askCensus, "getCensus": s.getCensus, "listFindings": s.listFindings,
		"listSnapshots": s.listSnapshots, "listSnapshotItems": s.listSnapshotItems,
		"getSettings": s.getSettings, "updateSettings": s.updateSettings,
		"listKeys": s.listKeys, "createKey": s.createKey, "revokeKey": s.revokeKey, "listAuditEntries": s.listAuditEntries,
		"listEvents": s.listEvents, "listEventTypes": s.listEventTypes,
	}
}

// telling is what other systems are told.
func (s *server) telling() map[string]echo.HandlerFunc {
	return map[string]echo.HandlerFunc{
		"listEndpoints": s.listEndpoints, "createEndpoint": s.createEndpoint, "getEndpoint": s.getEndpoint, "updateEndpoint": s.updateEndpoint,
		"rotateEndpointSecret": s.rotateEndpointSecret, "pingEndpoint": s.pingEndpoint, "replayEndpoint": s.replayEndpoint,
		"archiveEndpoint": s.archiveEndpoint, "listDeliveries": s.listDeliveries, "getDelivery": s.getDelivery, "replayDelivery": s.replayDelivery,
	}
}
