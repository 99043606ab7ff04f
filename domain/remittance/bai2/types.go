package bai2

import "strings"

// The codes of problems of this format alone.
const (
	CodeTypeUnknown = "remittance.type_code_unknown" // a type code that does not say where money went
	CodeSummary     = "remittance.summary_entry"     // a total that stands where a transaction should
	CodeVersion     = "remittance.version"           // a file of another version of the format
)

// Type is what a type code means for money. A type that is neither credit nor debit moves none.
type Type struct {
	Credit, Debit bool
	Return        bool // takes back an earlier payment
}

// The public list, as far as a range does not say it: what is returned or reversed, and totals that are no transactions.
const (
	returned = " 123 168 252 254 255 257 258 261 266 268 395 423 468 552 554 555 557 558 561 566 568 694 "
	totals   = " 105 110 120 130 140 146 150 160 167 170 180 182 185 190 200 205 207 210 215 230 231 239 245 250 251 256 260 270 280 285 294" +
		" 303 304 305 307 309 310 315 316 318 320 321 324 325 330 338 340 341 343 352 356 360 361 370 385 389 390 394 401 403 405 410 412 416" +
		" 420 430 446 450 463 467 470 471 472 480 482 486 490 500 505 507 510 515 530 532 537 539 550 551 556 560 570 574 580 583 584 588 590" +
		" 594 596 601 602 610 611 612 613 614 615 617 618 621 623 625 627 629 631 640 655 670 685 690 697 "
	cheques = " 255 395 475 555 "
)

// standard reads the public ranges: 101-399 and 920-959 are credits, 401-699 and 960-999 debits, 890 and 900-919 move nothing.
// Balances, the two grand totals and loans are no transactions of an account.
func standard(code string) (Type, bool) {
	t := Type{Return: strings.Contains(returned, " "+code+" ")}
	switch {
	case len(code) != 3 || !digits(code) || code <= "100" || code == "400":
		return t, false
	case code < "400", code >= "920" && code <= "959":
		t.Credit = true
	case code < "700", code >= "960":
		t.Debit = true
	case code == "890", code >= "900" && code < "920":
	default:
		return t, false
	}
	return t, true
}
