package sample

import "arrears/domain/money"

// place is where customers are: everything that differs by country, and how many customers are there. Streets and towns are
// invented; telephone numbers are only those that numbering plans keep for fiction.
type place struct {
	country, zone, calendar string
	language                string
	currency                money.Currency
	customers               int
	forms, towns            []string
	street                  string // %s is a name, %d a number
	phone                   string // %03d is a running number; empty: none kept for fiction
	postcode                string // %d digits by the running number
}

func places() []place {
	german := []string{"GmbH", "GmbH & Co. KG", "AG"}
	english := []string{"Ltd", "plc", "& Sons Ltd"}
	american := []string{"Inc.", "LLC", "Corp."}
	return []place{
		{"DE", "Europe/Berlin", "DE", "de", "EUR", 14, german, []string{"Lindfurt", "Tannbrück", "Quellmoor", "Eschenau a. d. Wirre"}, "%sstraße %d", "+49 30 23125 %03d", "99%03d"},
		{"AT", "Europe/Vienna", "AT", "de", "EUR", 4, german[:1], []string{"Sankt Almgard", "Oberquell"}, "%sgasse %d", "", "9%03d"},
		{"CH", "Europe/Zurich", "CH", "de", "CHF", 4, []string{"AG", "GmbH"}, []string{"Felswil", "Seemattingen"}, "%sweg %d", "", "9%03d"},
		{"GB", "Europe/London", "GB", "en", "GBP", 8, english, []string{"Brambleford", "Oakhollow", "Nether Wexley"}, "%[2]d %[1]s Road", "+44 20 7946 0%03d", "ZZ9 %03d"},
		{"US", "America/New_York", "US", "en", "USD", 7, american, []string{"Port Maple", "Cedar Hollow"}, "%[2]d %[1]s Avenue", "+1 212 555 0%03d", "00%03d"},
		{"US", "America/Chicago", "US", "en", "USD", 3, american, []string{"Prairie Fork"}, "%[2]d %[1]s Street", "+1 312 555 0%03d", "00%03d"},
		{"US", "America/Los_Angeles", "US", "en", "USD", 3, american, []string{"Coyote Bay"}, "%[2]d %[1]s Boulevard", "+1 213 555 0%03d", "00%03d"},
		{"CA", "America/Toronto", "CA", "en", "CAD", 3, american[:1], []string{"Birch Landing"}, "%[2]d %[1]s Street", "+1 416 555 0%03d", "X0X %03d"},
		{"NL", "Europe/Amsterdam", "NL", "en", "EUR", 3, []string{"B.V."}, []string{"Waterkade"}, "%slaan %d", "", "9%03d"},
		{"FR", "Europe/Paris", "FR", "en", "EUR", 3, []string{"SARL", "SAS"}, []string{"Valbrume"}, "%[2]d, rue %[1]s", "", "99%03d"},
		{"SE", "Europe/Stockholm", "SE", "en", "SEK", 1, []string{"AB"}, []string{"Granvik"}, "%svägen %d", "", "99%03d"},
		{"PL", "Europe/Warsaw", "PL", "en", "PLN", 1, []string{"sp. z o.o."}, []string{"Brzozowa Góra"}, "ul. %s %d", "", "99-%03d"},
		{"JP", "Asia/Tokyo", "JP", "en", "JPY", 2, []string{"K.K."}, []string{"Aozora"}, "%[2]d-chome %[1]s", "", "999-%03d"},
		{"AU", "Australia/Sydney", "AU", "en", "AUD", 2, []string{"Pty Ltd"}, []string{"Wattle Point"}, "%[2]d %[1]s Parade", "+61 2 5550 0%03d", "9%03d"},
		{"SG", "Asia/Singapore", "SG", "en", "USD", 1, []string{"Pte. Ltd."}, []string{"Orchid Quay"}, "%[2]d %[1]s Link", "", "999%03d"},
		{"KW", "Asia/Kuwait", "none", "en", "KWD", 1, []string{"W.L.L."}, []string{"Dune Harbour"}, "%[1]s Street, Block %[2]d", "", "99%03d"},
	}
}

// Words of invented names. A customer's name is one of each, and no two are the same.
func stems() []string {
	return []string{
		"Amberwick", "Birkholm", "Brackenmoor", "Calderwyn", "Dornbusch-Ley", "Eibenstock-Au", "Fennimore", "Galgenried", "Harrowdale", "Ilmenkamp",
		"Juniperline", "Kestrelmark", "Lavendelhof", "Marlowgate", "Nordquell", "Ottersby", "Pfefferwiese", "Quillhaven", "Rotkehl", "Silberfurt",
		"Thistledown", "Ulmenstein", "Vellingham", "Wacholder", "Yarrowfield", "Zwieselbach", "Ashgrove-Lyne", "Buchenrain", "Copperhythe", "Distelkamp",
	}
}

func trades() []string {
	return []string{
		"Tools", "Bakery Supply", "Packaging", "Foods", "Fittings", "Timber", "Textiles", "Lighting", "Pumps", "Paper",
		"Ceramics", "Garden Centres", "Instruments", "Cold Chain", "Office Supply", "Bicycles", "Optics", "Beverages",
	}
}

func givenNames() []string {
	return []string{"Alva", "Bram", "Cosima", "Dario", "Edda", "Finnian", "Greta", "Henrik", "Isolde", "Jonas", "Kaja", "Leander", "Mila", "Nils", "Oda", "Pascal"}
}

func familyNames() []string {
	return []string{"Almquell", "Birkenfels", "Crowhurst-Lane", "Dunmere", "Eschenried", "Fairwater", "Glimmering", "Hollerbusch", "Ivywell", "Juttenau", "Kornfeldt-Au", "Larkspur"}
}

func streets() []string {
	return []string{"Ahorn", "Mill", "Linden", "Harbour", "Quell", "Station", "Birken", "Chapel", "Garten", "Orchard"}
}

func goods() []string {
	return []string{"delivery of goods", "spare parts", "service visit", "monthly supply", "seasonal order", "installation"}
}
