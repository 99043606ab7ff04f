// Package letter lays notices out as letters for printing, one PDF file per notice in a folder that a printer or a print
// service takes them from. It prints and posts nothing itself. It imports the domain and the PDF library; wiring and tests
// import it.
package letter
