package store

import (
	"context"
	"sync"

	"github.com/google/uuid"

	"arrears/domain/policy"
)

// maxPolicies bounds the cache; an installation has tens of versions.
const maxPolicies = 1000

// policyCache keeps decoded policies by version. A version never changes, so an entry is never stale; one that was put
// there by a transaction that did not commit has an id that nobody asks for.
type policyCache struct {
	mu   sync.RWMutex
	byID map[uuid.UUID]*policy.Policy
}

func (c *policyCache) get(id uuid.UUID) (*policy.Policy, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	p, ok := c.byID[id]
	return p, ok
}

func (c *policyCache) put(id uuid.UUID, p *policy.Policy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil || len(c.byID) >= maxPolicies {
		c.byID = make(map[uuid.UUID]*policy.Policy)
	}
	c.byID[id] = p
}

// PinnedPolicy reads a version's policy; see port.Cases.
func (t *tx) PinnedPolicy(ctx context.Context, versionID uuid.UUID) (*policy.Policy, error) {
	if p, ok := t.policies.get(versionID); ok {
		return p, nil
	}
	v, err := t.PolicyVersion(ctx, versionID)
	if err != nil {
		return nil, err
	}
	t.policies.put(versionID, &v.Policy)
	return &v.Policy, nil
}
