// Package webhook posts notices as signed JSON to a gateway: SMS and every other way of reaching a customer that is not
// built in. It follows the Standard Webhooks signature. It is not the event feed for integrators. It imports the domain and
// the guarded client (internal/outbound); wiring and tests import it.
package webhook
