package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"arrears/devstack/mailsink"
	"arrears/devstack/postgres"
	"arrears/devstack/stack"
	"arrears/devstack/temporal"
)

// stopping is a context for stopping: the one that was cancelled by the signal cannot serve.
func stopping(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), stack.StopLimit)
}

type installCommand struct{}

// Run finds or installs the programs.
func (installCommand) Run(ctx context.Context, c console) error {
	found, err := postgres.Find(ctx, c.progress)
	if err != nil {
		return err
	}
	return c.ready(map[string]any{"service": "install", "dir": found.Dir, "major": found.Major})
}

type postgresCommand struct {
	Dir       string `required:"" help:"Folder of the cluster; made when absent."`
	Port      int    `help:"Port on 127.0.0.1; 0 takes a free one."`
	Ephemeral bool   `help:"Sync nothing, start empty, and remove the cluster at the end."`
}

// Run serves until a signal comes or the server ends.
func (p postgresCommand) Run(ctx context.Context, c console) error {
	server, err := postgres.Start(ctx, postgres.Options{Dir: p.Dir, Port: p.Port, Ephemeral: p.Ephemeral, Progress: c.progress})
	if err != nil {
		return err
	}
	failure := server.CreateDatabase(ctx, stack.Database)
	if failure == nil {
		failure = c.ready(map[string]any{
			"service": "postgres", "url": server.URL(stack.Database), "port": server.Port(), "pid": server.PID(),
			"data_dir": server.DataDir(), "log": server.LogFile(),
		})
	}
	if failure == nil {
		failure = awaitEnd(ctx, server)
	}
	end, cancel := stopping(ctx)
	defer cancel()
	return errors.Join(failure, server.Stop(end))
}

// awaitEnd returns nil at a signal, and an error when PostgreSQL ends by itself.
func awaitEnd(ctx context.Context, server *postgres.Server) error {
	select {
	case <-ctx.Done():
		return nil
	case <-server.Done():
		return errors.New("PostgreSQL ended by itself; see " + server.LogFile())
	}
}

type temporalCommand struct {
	PostgresURL string `required:"" name:"postgres-url" help:"Address of a database of a running PostgreSQL, for a user who may create databases."`
	Port        int    `help:"Port of the frontend on 127.0.0.1; 0 takes a free one."`
	Namespace   string `default:"arrears" help:"Namespace to register."`
	Log         string `help:"File for warnings and errors."`
}

// Run serves until a signal comes.
func (t temporalCommand) Run(ctx context.Context, c console) error {
	server, err := temporal.Start(ctx, temporal.Options{
		PostgresURL: t.PostgresURL, FrontendPort: t.Port, Namespace: t.Namespace, LogFile: t.Log,
	})
	if err != nil {
		return err
	}
	failure := c.ready(map[string]any{
		"service": "temporal", "host_port": server.HostPort(), "namespace": server.Namespace(), "pid": os.Getpid(),
	})
	if failure == nil {
		<-ctx.Done()
	}
	end, cancel := stopping(ctx)
	defer cancel()
	return errors.Join(failure, server.Stop(end))
}

type mailsinkCommand struct {
	Dir       string `required:"" help:"Folder of the mails; made when absent."`
	Port      int    `help:"Port on 127.0.0.1; 0 takes a free one."`
	TLS       bool   `name:"tls" help:"Offer STARTTLS; the certificate is written to certificate.pem in the folder."`
	Username  string `help:"Account that senders must give."`
	Password  string `env:"DEVSTACK_SMTP_PASSWORD" help:"Password of the account."`
	ByAddress bool   `help:"Misbehave for recipients whose address begins with refuse, temporary, slow or drop."`
}

// Run serves until a signal comes.
func (m mailsinkCommand) Run(ctx context.Context, c console) error {
	sink, err := mailsink.Start(mailsink.Options{Dir: m.Dir, Port: m.Port, TLS: m.TLS, Username: m.Username, Password: m.Password})
	if err != nil {
		return err
	}
	if m.ByAddress {
		sink.Behave(mailsink.ByAddress)
	}
	failure := m.announce(c, sink)
	if failure == nil {
		<-ctx.Done()
	}
	return errors.Join(failure, sink.Close())
}

func (m mailsinkCommand) announce(c console, sink *mailsink.Sink) error {
	ready := map[string]any{"service": "mailsink", "addr": sink.Addr(), "dir": sink.Dir(), "pid": os.Getpid()}
	if m.TLS {
		path := filepath.Join(sink.Dir(), "certificate.pem")
		if err := os.WriteFile(path, sink.CertPEM(), 0o644); err != nil {
			return err
		}
		ready["certificate"] = path
	}
	return c.ready(ready)
}
