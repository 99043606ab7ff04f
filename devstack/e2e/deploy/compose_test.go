package deploy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"arrears/devstack/e2e/house"
	"arrears/devstack/mailsink"
	"arrears/devstack/postgres"
	"arrears/devstack/stack"
)

// service is what docker-compose.yml says of one of ours.
type service struct {
	Image       string
	Command     []string
	Environment map[string]string
	Deploy      struct{ Replicas int }
}

// given are the variables that the head of docker-compose.yml asks for.
var given = map[string]string{"POSTGRES_PASSWORD": "unused here", "ARREARS_SMTP_HOST": "127.0.0.1", "ARREARS_SMTP_TLS": "none"}

// elsewhere are the settings that name other containers or ports; everything else is as compose would set it.
var elsewhere = []string{
	"ARREARS_DATABASE_URL", "ARREARS_TEMPORAL_ADDRESS", "ARREARS_TEMPORAL_NAMESPACE", "ARREARS_SMTP_PORT", "ARREARS_HTTP_ADDR",
	"ARREARS_METRICS_ADDR", "ARREARS_LETTER_DIR", "ARREARS_DOCUMENT_STORE",
}

// What compose starts of ours is started here: the same commands with the same settings, but for the addresses. A customer
// with an overdue invoice gets a reminder, one worker is killed, the other goes on, and money ends the chase.
func TestWhatComposeStartsWorks(t *testing.T) {
	t.Parallel()
	c := newContainers(t)
	require.Zero(t, c.run("migrate").wait())
	token := strings.TrimSpace(c.exec("migrate", "key", "create", "first-admin", "--role", "admin"))
	serve := c.run("serve")
	workers := []*container{c.run("worker"), c.run("worker")}
	c.until("the health check passes", func() bool { return c.command(t.Context(), serve.env, []string{"ready"}).Run() == nil })
	for _, p := range append(workers, serve) {
		c.until("metrics are served", func() bool {
			return strings.Contains(get(t.Context(), p.env["ARREARS_METRICS_ADDR"], "/metrics"), "go_goroutines")
		})
	}

	api := caller{t: t, url: "http://" + serve.env["ARREARS_HTTP_ADDR"], token: token}
	customer := api.post("/v1/customers", map[string]any{
		"source": "erp", "number": "1", "name": "Example Ltd", "currency": "EUR",
		"contacts": []map[string]any{{"role": "billing", "name": "Accounts", "email": "accounts@example.example"}},
	})
	policy, err := os.ReadFile("testdata/now.json")
	require.NoError(t, err)
	api.post("/v1/policies", json.RawMessage(policy))
	invoice := func(number string) string {
		return api.post("/v1/invoices", map[string]any{
			"source": "erp", "number": number, "customer_id": customer, "currency": "EUR", "amount_minor": 100_00,
			"invoice_date": today(-40), "due_date": today(-10), "policy_key": "now",
		})
	}
	first := invoice("1")
	c.until("the reminder is out", func() bool { return c.reminders() == 1 })
	workers[0].kill()
	invoice("2")
	c.until("the other worker goes on", func() bool { return c.reminders() == 2 })
	api.post("/v1/receipts", map[string]any{
		"source": "bank", "number": "1", "customer_id": customer, "currency": "EUR", "amount_minor": 100_00, "value_date": today(0),
		"applications": []map[string]any{{"invoice_id": first, "amount_minor": 100_00}},
	})
	c.until("the chase has ended", func() bool { return strings.Contains(api.get("/v1/invoices/"+first+"/case"), `"closed"`) })
	for _, p := range []*container{workers[1], serve} {
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
		require.Zero(t, p.wait(), "it stops in order")
	}
}

// Prometheus asks the services that compose starts, at the port that their settings name.
func TestPrometheusAsksWhatComposeStarts(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root(t), "deploy/prometheus/prometheus.yml"))
	require.NoError(t, err)
	for name, s := range services(t) {
		address := s.Environment["ARREARS_METRICS_ADDR"]
		if name == "migrate" {
			continue
		}
		_, port, err := net.SplitHostPort(address)
		require.NoError(t, err, name)
		require.Regexp(t, regexp.MustCompile(`\b`+name+`\b`), string(text))
		require.Contains(t, string(text), port)
	}
}

// services are those of docker-compose.yml that run our image.
func services(t *testing.T) map[string]service {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "docker-compose.yml"))
	require.NoError(t, err)
	var file struct{ Services map[string]service }
	require.NoError(t, yaml.Unmarshal(text, &file))
	ours := map[string]service{}
	for name, s := range file.Services {
		if strings.HasPrefix(s.Image, "arrears:") {
			ours[name] = s
		}
	}
	require.Len(t, ours, 3)
	require.Equal(t, 2, ours["worker"].Deploy.Replicas)
	return ours
}

// containers is what stands in for the engine that runs containers.
type containers struct {
	t        *testing.T
	services map[string]service
	mail     *mailsink.Sink
	changed  map[string]string
	given    map[string]bool // addresses
}

func newContainers(t *testing.T) *containers {
	t.Helper()
	dir, err := os.MkdirTemp("", "deploy-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755)) // PostgreSQL's user must enter
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	// Roles belong to a whole cluster, and what compose starts makes one.
	database, err := postgres.Start(t.Context(), postgres.Options{Dir: dir, Ephemeral: true})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), stack.StopLimit)
		defer cancel()
		_ = database.Stop(ctx) // it is thrown away
	})
	require.NoError(t, database.CreateDatabase(t.Context(), stack.Database))
	mail, err := mailsink.Start(mailsink.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = mail.Close() })
	_, port, err := net.SplitHostPort(mail.Addr())
	require.NoError(t, err)
	engine := os.Getenv(house.TemporalEnv)
	require.NotEmpty(t, engine, "run the tests with `make test`, which starts the servers for them")
	namespace := fmt.Sprintf("deploy-%d", time.Now().UnixNano())
	house.RegisterNamespace(t, engine, namespace)
	return &containers{t: t, services: services(t), mail: mail, given: map[string]bool{}, changed: map[string]string{
		"ARREARS_DATABASE_URL": database.URL(stack.Database), "ARREARS_TEMPORAL_ADDRESS": engine, "ARREARS_TEMPORAL_NAMESPACE": namespace,
		"ARREARS_SMTP_PORT": port, "ARREARS_LETTER_DIR": t.TempDir(), "ARREARS_DOCUMENT_STORE": t.TempDir(),
	}}
}

// environment is a service's, with the variables filled in and the addresses of this machine.
func (c *containers) environment(name string) map[string]string {
	env := map[string]string{}
	for variable, value := range c.services[name].Environment {
		env[variable] = interpolate(value)
	}
	for _, variable := range elsewhere {
		if _, ok := env[variable]; !ok {
			c.t.Fatalf("%s does not set %s", name, variable)
		}
	}
	maps.Copy(env, c.changed)
	env["ARREARS_HTTP_ADDR"], env["ARREARS_METRICS_ADDR"] = c.free(), c.free()
	return env
}

var reference = regexp.MustCompile(`\$\{(\w+)(?::?[-?]([^}]*))?\}`)

// interpolate fills in variables as compose does: a default after a dash, a complaint after a question mark.
func interpolate(text string) string {
	return reference.ReplaceAllStringFunc(text, func(found string) string {
		part := reference.FindStringSubmatch(found)
		if value, ok := given[part[1]]; ok || strings.Contains(found, "?") {
			return value
		}
		return part[2]
	})
}

// free is an address of this machine on which nobody listens and that was not given out before.
func (c *containers) free() string {
	for {
		if address := house.FreeAddress(c.t); !c.given[address] {
			c.given[address] = true
			return address
		}
	}
}

// container is one service as a plain process.
type container struct {
	cmd  *exec.Cmd
	env  map[string]string
	done chan struct{}
}

// run starts a service's command.
func (c *containers) run(name string) *container {
	env := c.environment(name)
	p := &container{cmd: c.command(context.WithoutCancel(c.t.Context()), env, c.services[name].Command), env: env, done: make(chan struct{})}
	said := &bytes.Buffer{}
	p.cmd.Stdout, p.cmd.Stderr = said, said
	require.NoError(c.t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait() // how it ended is in ProcessState
		close(p.done)
	}()
	c.t.Cleanup(func() {
		p.kill()
		if c.t.Failed() {
			c.t.Logf("%s said:\n%s", name, said)
		}
	})
	return p
}

// command runs the image's entry point with nothing but the given environment.
func (c *containers) command(ctx context.Context, env map[string]string, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, house.Binary(c.t), args...)
	cmd.Dir = c.t.TempDir()
	cmd.Env = []string{}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// exec is docker compose run --rm SERVICE ARGS….
func (c *containers) exec(name string, args ...string) string {
	out, err := c.command(c.t.Context(), c.environment(name), args).Output()
	require.NoError(c.t, err)
	return string(out)
}

func (p *container) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

func (p *container) wait() int {
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

// reminders are those that came. One may come twice when the worker is killed right after it left.
func (c *containers) reminders() int {
	different := map[string]bool{}
	for _, m := range c.mail.Messages() {
		different[m.MessageID] = true
	}
	return len(different)
}

// until waits, so long that the engine can wait out the bound of what a killed worker had begun.
func (c *containers) until(what string, holds func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(12 * time.Minute); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// get reads a page; what cannot be read is empty.
func get(ctx context.Context, address, path string) string {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		return ""
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return ""
	}
	defer func() { _ = answer.Body.Close() }()
	text, _ := io.ReadAll(answer.Body)
	return string(text)
}

// caller calls the API as a user would.
type caller struct {
	t          *testing.T
	url, token string
}

// post sends a record and returns its id.
func (a caller) post(path string, body any) string {
	a.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(a.t, err)
	request, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.url+path, bytes.NewReader(text))
	require.NoError(a.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", fmt.Sprint(time.Now().UnixNano()))
	said, status := a.do(request)
	require.Less(a.t, status, 300, "%s: %s", path, said)
	var made struct{ ID string }
	require.NoError(a.t, json.Unmarshal([]byte(said), &made))
	return made.ID
}

func (a caller) get(path string) string {
	a.t.Helper()
	request, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.url+path, nil)
	require.NoError(a.t, err)
	said, _ := a.do(request)
	return said
}

func (a caller) do(request *http.Request) (string, int) {
	a.t.Helper()
	request.Header.Set("Authorization", "Bearer "+a.token)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(a.t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(a.t, err)
	return string(text), answer.StatusCode
}

func today(days int) string { return time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly) }
