package event

// moneyTypes are what is owed and what pays it.
func moneyTypes() []TypeInfo {
	return []TypeInfo{
		{Name: "invoice.created", Doc: "An invoice was entered."},
		{Name: "invoice.changed", Doc: "An invoice's dates, amounts or references were changed."},
		{Name: "invoice.voided", Doc: "An invoice was declared void; nothing of it is owed."},
		{Name: "receipt.recorded", Doc: "Money that arrived was recorded."},
		{Name: "receipt.allocated", Doc: "Money recorded earlier was put on items; receipt.applied tells each."},
		{Name: "receipt.applied", Doc: "A part of a receipt was put on an item."},
		{Name: "receipt.reversed", Doc: "A receipt was undone; receipt.unapplied tells each item."},
		{Name: "receipt.unapplied", Doc: "A reversed receipt's part is owed again on an item."},
		{Name: "credit_memo.created", Doc: "A credit memo was entered."},
		{Name: "credit_memo.allocated", Doc: "A credit memo was put on items; credit_memo.applied tells each."},
		{Name: "credit_memo.applied", Doc: "A part of a credit memo was put on an item."},
		{Name: "credit_memo.voided", Doc: "A credit memo was declared void; credit_memo.unapplied tells each item."},
		{Name: "credit_memo.unapplied", Doc: "A void credit memo's part is owed again on an item."},
		{Name: "write_off.made", Doc: "An amount of an item was closed without payment."},
		{Name: "promise.made", Doc: "A customer promised an amount by a date."},
		{Name: "promise.kept", Doc: "What was promised came."},
		{Name: "promise.partially_kept", Doc: "The promise's day passed and only a part came."},
		{Name: "promise.broken", Doc: "The promise's day passed and nothing came."},
		{Name: "promise.withdrawn", Doc: "A promise was taken back."},
		{Name: "promise.reopened", Doc: "A kept promise is open again because its money was undone."},
		{Name: "dispute.flagged", Doc: "A part of an item was marked as disputed and is not asked for."},
		{Name: "dispute.released", Doc: "A dispute no longer holds back its part of an item."},
	}
}

// caseTypes are the collection of one invoice and the decisions of people on it.
func caseTypes() []TypeInfo {
	return []TypeInfo{
		{Name: "invoice.armed", Doc: "An invoice's collection began under a pinned policy version.", action: "case.armed"},
		{Name: "invoice.closed", Doc: "An invoice's collection ended because nothing is left to collect.", action: "case.closed"},
		{Name: "invoice.reopened", Doc: "A closed collection was taken up again.", action: "case.reopened"},
		{Name: "invoice.parked", Doc: "An invoice's collection was parked and needs attention.", action: "case.parked", kind: kindInvoice},
		{Name: "notice.parked", Doc: "A notice was parked and needs attention.", action: "case.parked", kind: kindNotice},
		{Name: "invoice.resumed", Doc: "A parked collection goes on.", action: "case.resumed"},
		{Name: "invoice.restarted", Doc: "A person restarted an invoice's ladder; its cycle rose.", action: "case.restarted"},
		{Name: "invoice.woken", Doc: "A person had a collection looked at again.", action: "case.woken"},
		{Name: "stage.done", Doc: "A stage that sends nothing was done for an item.", action: "step.done"},
		{Name: "stage.skipped", Doc: "A stage was passed over for an item.", action: "step.skipped"},
		{Name: "approval.requested", Doc: "A person's decision was asked for."},
		{Name: "approval.approved", Doc: "What was asked for was approved."},
		{Name: "approval.rejected", Doc: "What was asked for was rejected."},
		{Name: "approval.refused", Doc: "Somebody's decision was not accepted; the request stands as it was."},
		{Name: "approval.lapsed", Doc: "A request for approval lapsed because its content no longer holds."},
		{Name: "approval.reminded", Doc: "A request's deadline passed; its role was reminded."},
		{Name: "approval.raised", Doc: "A request's deadline passed; it was raised to the next role."},
		{Name: "approval.skipped", Doc: "A request's deadline passed; its stage is passed over."},
		{Name: "block.set", Doc: "Dunning was blocked for an item, an invoice or a customer."},
		{Name: "block.released", Doc: "A dunning block was released before its end."},
		{Name: "credit_hold.requested", Doc: "A stop of supply was asked for."},
		{Name: "credit_hold.confirmed", Doc: "A stop of supply is in force."},
		{Name: "credit_hold.lifted", Doc: "A stop of supply was lifted."},
		{Name: "task.opened", Doc: "A task for a person was opened."},
		{Name: "task.assigned", Doc: "A task was given to somebody."},
		{Name: "task.closed", Doc: "A task was closed."},
	}
}

// noticeTypes are messages to customers and their lines.
func noticeTypes() []TypeInfo {
	return []TypeInfo{
		{Name: "notice_line.gathered", Doc: "An item was put on the customer's next notice.", action: "line.gathered"},
		{Name: "notice_line.drafted", Doc: "An item was put on a draft that waits for approval.", action: "line.drafted"},
		{Name: "notice_line.withdrawn", Doc: "An item was taken off a notice that was not sent.", action: "line.withdrawn"},
		{Name: "notice_line.sent", Doc: "An item was asked for by a notice that was sent.", action: "line.sent"},
		{Name: "notice_line.refused", Doc: "An item's notice was refused.", action: "line.refused"},
		{Name: "notice.dispatched", Doc: "A notice was fixed and handed to its channel: the moment of sending."},
		{Name: "notice.dispatched_again", Doc: "The same bytes were handed to the channel again, because the outcome of the first time is not known."},
		{Name: "notice.sent", Doc: "The channel took a notice."},
		{Name: "notice.refused", Doc: "The channel refused a notice for good."},
		{Name: "notice.withdrawn", Doc: "A notice was withdrawn before it was sent."},
	}
}

// keepingTypes are customers, their papers and the installation.
func keepingTypes() []TypeInfo {
	return []TypeInfo{
		{Name: "customer.created", Doc: "A customer was entered."},
		{Name: "customer.changed", Doc: "A customer's fields were changed; which ones, not their content."},
		{Name: "contact.added", Doc: "A contact of a customer was added."},
		{Name: "contact.changed", Doc: "A contact was changed; which fields, not their content."},
		{Name: "contact.email_failed", Doc: "A contact's e-mail address was refused for good and is not used again."},
		{Name: "note.added", Doc: "A note was added; not its text."},
		{Name: "call.logged", Doc: "A call and its outcome were logged; not its text."},
		{Name: "document.stored", Doc: "A document was stored; not its content."},
		{Name: "policy.published", Doc: "A policy version was published."},
		{Name: "policy.assigned", Doc: "A policy was assigned to an invoice, a customer, a segment or the installation."},
		{Name: "import.finished", Doc: "A load ended; its counts."},
		{Name: "import.failed", Doc: "A load broke off; what it had done stays."},
		{Name: "quarantine.corrected", Doc: "A quarantined row was corrected and taken in."},
		{Name: "quarantine.discarded", Doc: "A quarantined row was discarded."},
		{Name: "installation.created", Doc: "The installation was set up."},
		{Name: "installation.changed", Doc: "The installation's settings were changed; which ones, not their content."},
	}
}
