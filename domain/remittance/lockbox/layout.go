package lockbox

import "strings"

// Columns are where a field stands: from the first to before the last, counted from 0. None has To 0.
type Columns struct{ From, To int }

// Item is one document within a record: its number, what is paid of it, what is taken off, and why.
type Item struct{ Number, Paid, Deducted, Reason, Words Columns }

// Layout says where the fields of each record stand. Dates are YYMMDD, except the cheque's, which is MMDDYY.
type Layout struct {
	RecordLength int // of files without line ends; 0 means that each record is a line

	Sender, FileDate, FileNumber Columns // record 1

	HeadBatch, HeadLockbox, HeadDate Columns // record 5

	Batch, Number, Amount, Routing, Account, Cheque, ChequeDate, Remitter, Payee Columns // record 6
	Items                                                                        []Item  // of record 6, where it has some

	OverBatch, OverNumber, OverSequence, OverLast Columns // record 4
	OverItems                                     []Item
	OverWords                                     Columns // all that stands there when no amount does

	BatchBatch, BatchLockbox, BatchCount, BatchTotal Columns // record 7
	BoxLockbox, BoxCount, BoxTotal                   Columns // record 8
	Records                                          Columns // record 9
}

// Standard is the layout that is shipped; columns from 0.
//
//	1  3-13 destination, 13-23 origin, 23-29 date, 29-33 time
//	5  1-4 batch, 7-14 lockbox, 14-20 deposit date
//	6  1-4 batch, 4-7 item, 7-17 amount, 17-26 routing number, 26-36 account, 36-46 cheque, 46-52 cheque date, 52-82 remitter,
//	   82-160 payee
//	4  1-4 batch, 4-7 item, 7 type, 8-10 sequence, 10 whether more follow (0) or not (9), 11-27 invoice, 27-37 paid, 37-47 deducted, 47-50 reason,
//	   50-80 words; where 27-37 holds no amount, 11-80 are words, and up to 16 characters without a blank are an invoice
//	7  1-4 batch, 7-14 lockbox, 14-20 date, 20-23 cheques, 23-33 total
//	8  7-14 lockbox, 14-20 date, 20-24 cheques, 24-34 total
//	9  1-7 records of the file
func Standard() Layout {
	return Layout{
		Sender: Columns{13, 23}, FileDate: Columns{23, 29}, FileNumber: Columns{29, 33},
		HeadBatch: Columns{1, 4}, HeadLockbox: Columns{7, 14}, HeadDate: Columns{14, 20},
		Batch: Columns{1, 4}, Number: Columns{4, 7}, Amount: Columns{7, 17}, Routing: Columns{17, 26}, Account: Columns{26, 36},
		Cheque: Columns{36, 46}, ChequeDate: Columns{46, 52}, Remitter: Columns{52, 82}, Payee: Columns{82, 160},
		OverBatch: Columns{1, 4}, OverNumber: Columns{4, 7}, OverSequence: Columns{8, 10}, OverLast: Columns{10, 11},
		OverItems:  []Item{{Number: Columns{11, 27}, Paid: Columns{27, 37}, Deducted: Columns{37, 47}, Reason: Columns{47, 50}, Words: Columns{50, 80}}},
		OverWords:  Columns{11, 80},
		BatchBatch: Columns{1, 4}, BatchLockbox: Columns{7, 14}, BatchCount: Columns{20, 23}, BatchTotal: Columns{23, 33},
		BoxLockbox: Columns{7, 14}, BoxCount: Columns{20, 24}, BoxTotal: Columns{24, 34},
		Records: Columns{1, 7},
	}
}

// record is the characters of one record.
type record struct {
	no    int64
	chars []rune
}

// at returns a field without its blanks; what stands behind the record's end is empty.
func (r record) at(c Columns) string {
	from, to := max(c.From, 0), min(c.To, len(r.chars))
	if from >= to {
		return ""
	}
	return strings.TrimSpace(string(r.chars[from:to]))
}
