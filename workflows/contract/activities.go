package contract

import "arrears/domain/policy"

// ActivityOf names the activity that a decision calls for; empty for none.
func ActivityOf(do policy.Do) string {
	switch do {
	case policy.DoReview:
		return Review
	case policy.DoSendNotice:
		return SendNotice
	case policy.DoAskApproval:
		return AskApproval
	case policy.DoOpenTask:
		return OpenTask
	case policy.DoRequestHold:
		return RequestHold
	case policy.DoHandOver:
		return HandOver
	case policy.DoPassStage:
		return PassStage
	case policy.DoSettle:
		return SettlePromise
	case policy.DoDeadline:
		return ApprovalDeadline
	case policy.DoClose:
		return CloseCase
	}
	return ""
}

// CaseActivities lists the activities of a collection case, in the order in which a case may meet them.
func CaseActivities() []string {
	return []string{Review, SendNotice, AskApproval, OpenTask, RequestHold, HandOver, PassStage, SettlePromise, ApprovalDeadline, CloseCase}
}

// NoticeActivities lists the activities of a notice.
func NoticeActivities() []string { return []string{ReviewNotice, DeliverNotice, NoticeDeadline} }

// DisputeActivities lists the activities of a claim's case.
func DisputeActivities() []string { return []string{ReviewDispute, WriteToCustomer, MeetDeadline} }

// NightlyActivities lists the activities of the nightly work.
func NightlyActivities() []string { return []string{ReviewNightly, RunNightly} }

// BankFileActivities lists the activities of a bank file.
func BankFileActivities() []string { return []string{ReviewBankFile, LoadBankFile} }

// Looks reports whether an activity only looks what there is to do; an empty name stands for the one that does.
func Looks(activity string) bool {
	switch activity {
	case "", Review, ReviewNotice, ReviewNightly, ReviewDispute, ReviewBankFile:
		return true
	}
	return false
}
