package main

import (
	"context"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/auth"
	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/internal/terminal"
	"arrears/internal/wire"
)

type keyCommand struct {
	Create keyCreate `cmd:"" help:"Make an API key and print it; it is shown once."`
	List   keyList   `cmd:"" help:"List the API keys, without their secrets."`
	Revoke keyRevoke `cmd:"" help:"Refuse an API key from now on."`
}

type keyCreate struct {
	Name string `arg:"" help:"Who or what the key is for."`
	Role string `required:"" enum:"collector,supervisor,auditor,admin" help:"collector, supervisor, auditor or admin."`
}

// Run prints the key alone to standard output, so that it can be put into a file.
func (k keyCreate) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		token, err := auth.NewToken()
		if err != nil {
			return err
		}
		made, err := p.App.CreateKey(ctx, operator(), app.NewKey{
			Name: k.Name, Role: access.Role(k.Role), Prefix: token.Prefix, Hash: token.Hash,
		})
		if err != nil {
			return err
		}
		c.err.Line("The key of " + made.Name + " (" + string(made.Role) + ", " + made.ID.String() + "). It is not stored and will not be shown again:")
		c.out.Line(token.Text)
		return nil
	})
}

type keyList struct{}

// Run lists the keys.
func (keyList) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		keys, err := p.App.ListKeys(ctx, operator())
		if err != nil {
			return err
		}
		rows := make([][]string, len(keys))
		for i, k := range keys {
			state := c.out.Paint(terminal.Green, "valid")
			if k.RevokedAt != nil {
				state = "revoked " + k.RevokedAt.Format("2006-01-02")
			}
			rows[i] = []string{k.ID.String(), k.Name, string(k.Role), k.Prefix, k.CreatedAt.Format("2006-01-02"), state}
		}
		c.out.Table([]string{"id", "name", "role", "prefix", "made", "state"}, rows)
		return nil
	})
}

type keyRevoke struct {
	Key string `arg:"" help:"The key's id or prefix."`
}

// Run revokes a key.
func (k keyRevoke) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		id, err := k.find(ctx, p)
		if err != nil {
			return err
		}
		revoked, err := p.App.RevokeKey(ctx, operator(), id)
		if err != nil {
			return err
		}
		c.out.Line(c.out.Paint(terminal.Green, "revoked") + "  " + revoked.Name + " (" + string(revoked.Role) + ")")
		return nil
	})
}

func (k keyRevoke) find(ctx context.Context, p *wire.Product) (uuid.UUID, error) {
	if id, err := uuid.Parse(k.Key); err == nil {
		return id, nil
	}
	keys, err := p.App.ListKeys(ctx, operator())
	if err != nil {
		return uuid.Nil, err
	}
	for _, key := range keys {
		if key.Prefix == k.Key {
			return key.ID, nil
		}
	}
	return uuid.Nil, fault.Newf(fault.NotFound, "key.not_found", "there is no key with the id or prefix %.40q", k.Key)
}
