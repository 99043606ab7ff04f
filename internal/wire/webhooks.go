package wire

import (
	"arrears/config"
	"arrears/internal/outbound"
	"arrears/internal/seal"
	"arrears/relay"
)

// keyring seals small secrets by the keys that encrypt the engine's payloads; without keys it seals nothing.
// Error: config.payload_keys.
func keyring(c config.Temporal) (*seal.Keyring, error) {
	known, err := payloadKeys(c.PayloadKey)
	if err != nil {
		return nil, err
	}
	keys := make([]seal.Key, len(known))
	for i, k := range known {
		keys[i] = seal.Key{ID: k.ID, Secret: k.Secret}
	}
	return seal.New(keys)
}

// events makes the delivery of events to webhook endpoints.
func (p *Product) events() (events *relay.Webhooks, closed func()) {
	poster := outbound.NewPoster(outbound.Options{AllowPrivate: p.Config.Webhook.AllowPrivate})
	o := relay.WebhookOptions{
		Queue: p.DB, Post: poster.Post, Disable: p.App.DisableEndpoint, Sealer: p.sealer, Log: p.Log, Keep: p.Config.Webhook.Keep,
	}
	if p.Metrics != nil {
		o.Meter = p.Metrics
	}
	return relay.NewWebhooks(o), poster.Close
}
