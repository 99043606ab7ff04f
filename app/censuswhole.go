package app

import (
	"context"
	"encoding/hex"
	"errors"

	"arrears/domain/audit"
	"arrears/domain/census"
	"arrears/port"
)

// The bounds of verifying the record: links in memory at once, and how often the way so far is written down.
const (
	linkPage  = 1000
	linkPages = 100
)

// whole looks at what has no rows of its own.
func (s *inspection) whole(ctx context.Context) error {
	candidates, err := s.all(ctx)
	if err != nil {
		return err
	}
	found, err := s.confirm(ctx, candidates, func(ctx context.Context, _ census.Finding) ([]census.Finding, error) { return s.all(ctx) })
	if err != nil {
		return err
	}
	broken, err := s.verify(ctx)
	if err != nil {
		return err
	}
	if broken != nil {
		s.c.Found[broken.Check]++
		found = append(found, *broken)
	}
	return s.keep(ctx, found)
}

func (s *inspection) all(ctx context.Context) (found []census.Finding, err error) {
	err = s.read(ctx, func(ctx context.Context, tx port.Tx, b census.Bounds) error {
		found, err = tx.CensusWhole(ctx, b)
		return err
	})
	return found, err
}

// verify goes on with the chain from the last link that was verified, which must still be what it was.
func (s *inspection) verify(ctx context.Context) (*census.Finding, error) {
	v, err := s.lastVerified(ctx)
	for done := false; err == nil && !done; {
		done, err = s.verifyStretch(ctx, v)
	}
	var broken *audit.BreakError
	if errors.As(err, &broken) {
		return &census.Finding{Check: census.ChainBroken, Subject: "record", Detail: broken.Error()}, nil
	}
	return nil, err
}

// lastVerified begins behind the last good link. It is looked at again itself: its end of the chain may have been cut off.
func (s *inspection) lastVerified(ctx context.Context) (*audit.Verifier, error) {
	v := &audit.Verifier{}
	err := s.a.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		position, hash, err := tx.Verified(ctx)
		if err != nil || position == 0 {
			return err
		}
		links, err := tx.ListLinks(ctx, position-1, 1)
		if err != nil {
			return err
		}
		var known [32]byte
		copy(known[:], hash)
		if len(links) == 0 || links[0].Position != position || links[0].Hash != known || audit.Hash(links[0].Prev, links[0].Entry) != known {
			return &audit.BreakError{Position: position, Reason: "the last link that was verified is not what it was: " + hex.EncodeToString(hash)}
		}
		v = audit.NewVerifier(position, known)
		return nil
	})
	return v, err
}

func (s *inspection) verifyStretch(ctx context.Context, v *audit.Verifier) (done bool, err error) {
	for range linkPages {
		position, _ := v.Head()
		var links []audit.Link
		if err := s.a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
			links, err = tx.ListLinks(ctx, position, linkPage)
			return err
		}); err != nil {
			return false, err
		}
		for _, l := range links {
			if err := v.Next(l); err != nil {
				return false, err
			}
		}
		if done = len(links) < linkPage; done {
			break
		}
	}
	position, hash := v.Head()
	if position == 0 {
		return done, nil
	}
	return done, s.a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error { return tx.SetVerified(ctx, position, hash[:]) })
}
