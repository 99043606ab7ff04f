// Package auth proves who is calling: it issues API keys, reads them from requests and looks them up by their hash. It
// does not say what a caller may do (access does), speaks to no database and keeps no session. api, console and
// internal/wire import it; it imports the domain alone.
package auth
