package event

// moneyTypes are what is owed and what pays it.
func moneyTypes() []TypeInfo {
	return []TypeInfo{
		{
			Name: "invoice.created", Doc: "An invoice was entered.",
			data: "amount_minor currency invoice_date due_date instalments import_id?",
		},
		{
			Name: "invoice.changed", Doc: "An invoice's dates, amounts or references were changed.",
			data: "fields amount_minor currency was_minor? import_id?",
		},
		{
			Name: "invoice.voided", Doc: "An invoice was declared void; nothing of it is owed.",
			data: "amount_minor currency",
		},
		{
			Name: "receipt.recorded", Doc: "Money that arrived was recorded.",
			data: "gross_minor applied_minor rest_minor currency value_date",
		},
		{
			Name: "receipt.allocated", Doc: "Money recorded earlier was put on items; receipt.applied tells each.",
			data: "gross_minor applied_minor rest_minor currency value_date",
		},
		{
			Name: "receipt.applied", Doc: "A part of a receipt was put on an item.",
			data: "receipt_id amount_minor discount_minor open_minor currency value_date",
		},
		{
			Name: "receipt.reversed", Doc: "A receipt was undone; receipt.unapplied tells each item.",
			data: "gross_minor applied_minor rest_minor currency value_date",
		},
		{
			Name: "receipt.unapplied", Doc: "A reversed receipt's part is owed again on an item.",
			data: "cause_id amount_minor open_minor currency",
		},
		{
			Name: "credit_memo.created", Doc: "A credit memo was entered.",
			data: "amount_minor applied_minor open_minor currency",
		},
		{
			Name: "credit_memo.allocated", Doc: "A credit memo was put on items; credit_memo.applied tells each.",
			data: "amount_minor applied_minor open_minor currency",
		},
		{
			Name: "credit_memo.applied", Doc: "A part of a credit memo was put on an item.",
			data: "credit_memo_id amount_minor open_minor currency",
		},
		{
			Name: "credit_memo.voided", Doc: "A credit memo was declared void; credit_memo.unapplied tells each item.",
			data: "amount_minor applied_minor open_minor currency",
		},
		{
			Name: "credit_memo.unapplied", Doc: "A void credit memo's part is owed again on an item.",
			data: "cause_id amount_minor open_minor currency",
		},
		{
			Name: "write_off.made", Doc: "An amount of an item was closed without payment.",
			data: "item_id kind:write_off_kind amount_minor open_minor currency",
		},
		{
			Name: "promise.made", Doc: "A customer promised an amount by a date.",
			data: "amount_minor currency due_on grace_days",
		},
		{
			Name: "promise.kept", Doc: "What was promised came.",
			data: "amount_minor received_minor currency due_on",
		},
		{
			Name: "promise.partially_kept", Doc: "The promise's day passed and only a part came.",
			data: "amount_minor received_minor currency due_on",
		},
		{
			Name: "promise.broken", Doc: "The promise's day passed and nothing came.",
			data: "amount_minor received_minor currency due_on",
		},
		{
			Name: "promise.withdrawn", Doc: "A promise was taken back.",
			data: "amount_minor received_minor currency due_on",
		},
		{
			Name: "promise.reopened", Doc: "A kept promise is open again because its money was undone.",
			data: "amount_minor received_minor currency due_on",
		},
		{
			Name: "dispute.flagged", Doc: "A part of an item was marked as disputed and is not asked for.",
			data: "item_id amount_minor currency reason:dispute_reason",
		},
		{
			Name: "dispute.released", Doc: "A dispute no longer holds back its part of an item.",
			data: "item_id amount_minor currency reason:dispute_reason",
		},
	}
}

// caseTypes are the collection of one invoice and the decisions of people on it.
func caseTypes() []TypeInfo {
	return []TypeInfo{
		{
			Name: "invoice.armed", Doc: "An invoice's collection began under a pinned policy version.", action: "case.armed",
			data: "policy_version_id next_action wake_at decision",
		},
		{
			Name: "invoice.closed", Doc: "An invoice's collection ended because nothing is left to collect.", action: "case.closed",
			data: "decision",
		},
		{
			Name: "invoice.reopened", Doc: "A closed collection was taken up again.", action: "case.reopened",
			data: "decision",
		},
		{
			Name: "invoice.parked", Doc: "An invoice's collection was parked and needs attention.", action: "case.parked", kind: kindInvoice,
			data: "activity code",
		},
		{
			Name: "notice.parked", Doc: "A notice was parked and needs attention.", action: "case.parked", kind: kindNotice,
			data: "activity code",
		},
		{
			Name: "invoice.resumed", Doc: "A parked collection goes on.", action: "case.resumed",
			data: "decision",
		},
		{
			Name: "invoice.restarted", Doc: "A person restarted an invoice's ladder; its cycle rose.", action: "case.restarted",
			data: "items policy_version_id",
		},
		{
			Name: "invoice.woken", Doc: "A person had a collection looked at again.", action: "case.woken",
			data: "state",
		},
		{
			Name: "stage.done", Doc: "A stage that sends nothing was done for an item.", action: "step.done",
			data: "item_id stage action amount_minor currency",
		},
		{
			Name: "stage.skipped", Doc: "A stage was passed over for an item.", action: "step.skipped",
			data: "item_id stage reason",
		},
		{
			Name: "approval.requested", Doc: "A person's decision was asked for.",
			data: "stage role amount_minor currency content_hash subject_kind subject_id reminders due_at item_id?",
		},
		{
			Name: "approval.approved", Doc: "What was asked for was approved.",
			data: "stage role amount_minor currency content_hash subject_kind subject_id commented",
		},
		{
			Name: "approval.rejected", Doc: "What was asked for was rejected.",
			data: "stage role amount_minor currency content_hash subject_kind subject_id commented",
		},
		{
			Name: "approval.refused", Doc: "Somebody's decision was not accepted; the request stands as it was.",
			data: "stage role amount_minor currency content_hash subject_kind subject_id code approve",
		},
		{
			Name: "approval.lapsed", Doc: "A request for approval lapsed because its content no longer holds.",
			data: "stage role amount_minor currency content_hash subject_kind subject_id reason reminders? due_at?",
		},
		{
			Name: "approval.reminded", Doc: "A request's deadline passed; its role was reminded.",
			data: "stage role amount_minor currency reminders due_at item_id?",
		},
		{
			Name: "approval.raised", Doc: "A request's deadline passed; it was raised to the next role.",
			data: "stage role amount_minor currency reminders due_at item_id?",
		},
		{
			Name: "approval.skipped", Doc: "A request's deadline passed; its stage is passed over.",
			data: "stage role amount_minor currency reminders due_at item_id?",
		},
		{
			Name: "block.set", Doc: "Dunning was blocked for an item, an invoice or a customer.",
			data: "reason:block_reason until item_id?",
		},
		{
			Name: "block.released", Doc: "A dunning block was released before its end.",
			data: "reason:block_reason until item_id?",
		},
		{
			Name: "credit_hold.requested", Doc: "A stop of supply was asked for.",
			data: "item_id stage",
		},
		{
			Name: "credit_hold.confirmed", Doc: "A stop of supply is in force.",
			data: "was",
		},
		{
			Name: "credit_hold.lifted", Doc: "A stop of supply was lifted.",
			data: "was",
		},
		{
			Name: "task.opened", Doc: "A task for a person was opened.",
			data: "kind:task_kind role due_on:task_due_on dedupe?",
		},
		{
			Name: "task.assigned", Doc: "A task was given to somebody.",
			data: "kind:task_kind role due_on:task_due_on",
		},
		{
			Name: "task.closed", Doc: "A task was closed.",
			data: "kind:task_kind role? due_on:task_due_on? census_id? finding? outcome:task_outcome?",
		},
	}
}

// noticeTypes are messages to customers and their lines.
func noticeTypes() []TypeInfo {
	return []TypeInfo{
		{
			Name: "notice_line.gathered", Doc: "An item was put on the customer's next notice.", action: "line.gathered",
			data: "notice_id item_id stage level amount_minor currency channel",
		},
		{
			Name: "notice_line.drafted", Doc: "An item was put on a draft that waits for approval.", action: "line.drafted",
			data: "notice_id item_id stage level amount_minor currency channel",
		},
		{
			Name: "notice_line.withdrawn", Doc: "An item was taken off a notice that was not sent.", action: "line.withdrawn",
			data: "notice_id item_id stage reason",
		},
		{
			Name: "notice_line.sent", Doc: "An item was asked for by a notice that was sent.", action: "line.sent",
			data: "notice_id item_id stage level amount_minor currency channel",
		},
		{
			Name: "notice_line.refused", Doc: "An item's notice was refused.", action: "line.refused",
			data: "notice_id item_id stage reason channel",
		},
		{
			Name: "notice.dispatched", Doc: "A notice was fixed and handed to its channel: the moment of sending.",
			data: "channel amount_minor currency dispatch",
		},
		{
			Name: "notice.dispatched_again", Doc: "The same bytes were handed to the channel again, because the outcome of the first time is not known.",
			data: "channel amount_minor currency dispatch",
		},
		{
			Name: "notice.sent", Doc: "The channel took a notice.",
			data: "channel amount_minor currency lines outcome:notice_outcome resends",
		},
		{
			Name: "notice.refused", Doc: "The channel refused a notice for good.",
			data: "channel amount_minor currency lines outcome:notice_outcome resends",
		},
		{
			Name: "notice.withdrawn", Doc: "A notice was withdrawn before it was sent.",
			data: "reason stage:notice_stage? lines? in_sending?",
		},
	}
}

// keepingTypes are customers, their papers and the installation.
func keepingTypes() []TypeInfo {
	return []TypeInfo{
		{
			Name: "customer.created", Doc: "A customer was entered.",
			data: "contacts net_days policy_key import_id?",
		},
		{
			Name: "customer.changed", Doc: "A customer's fields were changed; which ones, not their content.",
			data: "fields",
		},
		{
			Name: "contact.added", Doc: "A contact of a customer was added.",
			data: "role:contact_role active",
		},
		{
			Name: "contact.changed", Doc: "A contact was changed; which fields, not their content.",
			data: "role:contact_role active fields",
		},
		{
			Name: "contact.email_failed", Doc: "A contact's e-mail address was refused for good and is not used again.",
			data: "notice_id? dispute_id?",
		},
		{
			Name: "note.added", Doc: "A note was added; not its text.",
			data: "outcome:call_outcome follow_up_on",
		},
		{
			Name: "call.logged", Doc: "A call and its outcome were logged; not its text.",
			data: "outcome:call_outcome follow_up_on",
		},
		{
			Name: "document.stored", Doc: "A document was stored; not its content.",
			data: "kind:document_kind size media_type",
		},
		{
			Name: "policy.published", Doc: "A policy version was published.",
			data: "key version stages",
		},
		{
			Name: "policy.assigned", Doc: "A policy was assigned to an invoice, a customer, a segment or the installation.",
			data: "scope policy_key segment?",
		},
		{
			Name: "import.finished", Doc: "A load ended; its counts.",
			data: "mode rows_read accepted changed unchanged refused suspicious failed",
		},
		{
			Name: "import.failed", Doc: "A load broke off; what it had done stays.",
			data: "mode rows_read accepted changed unchanged refused suspicious failed",
		},
		{
			Name: "nightly.parked", Doc: "The nightly work could not be done and needs attention; the next night it is tried again.",
			data: "activity code",
		},
		{
			Name: "quarantine.corrected", Doc: "A quarantined row was corrected and taken in.",
			data: "import_id line code severity",
		},
		{
			Name: "quarantine.discarded", Doc: "A quarantined row was discarded.",
			data: "import_id line code severity explained",
		},
		{
			Name: "installation.created", Doc: "The installation was set up.",
			data: "clock default_policy:policy_key",
		},
		{
			Name: "installation.changed", Doc: "The installation's settings were changed; which ones, not their content.",
			data: "fields",
		},
	}
}
