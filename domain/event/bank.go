package event

// bankTypes are what files of banks tell.
func bankTypes() []TypeInfo {
	return []TypeInfo{
		{Name: "bank_file.received", Doc: "A file of a bank or payer came in.", data: "size"},
		{Name: "bank_file.refused", Doc: "A file of a bank could not be read; nothing of it was recorded.", data: "size code"},
		{Name: "bank_file.parked", Doc: "A file of a bank could not be loaded so far and needs attention.", data: "activity code"},
		{
			Name: "bank_file.loaded", Doc: "A file of a bank is recorded; what became of its payments.",
			data: "size payments credits debits known applied proposed unidentified held alarms",
		},
		{Name: "bank_account.confirmed", Doc: "An account was confirmed as ours: what comes on it may be applied by itself.", data: ""},
		{
			Name: "bank_statement.overridden", Doc: "A statement whose totals contradict each other is to be believed all the same.",
			data: "file_id credits debits",
		},
	}
}
