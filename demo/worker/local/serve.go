package local

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Options say what a Server is.
type Options struct {
	Dir  string            // of [Build]
	Addr string            // to listen on; port 0 for any
	Env  map[string]string // bindings: API_KEYS, ALLOWED_ORIGINS, VARIANT
	// Replace names modules of the Worker that other files stand in for.
	Replace map[string]string
	Log     io.Writer // what workerd says
}

// A Server is a workerd process with the Worker.
type Server struct {
	URL string
	PID int

	cmd    *exec.Cmd
	config string
}

// Start runs the Worker that Build made, until Close.
func Start(ctx context.Context, o Options) (*Server, error) {
	program, err := Workerd()
	if err != nil {
		return nil, err
	}
	config, err := writeConfig(o)
	if err != nil {
		return nil, err
	}
	s := &Server{config: config}
	if s.URL, err = s.start(ctx, program, o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, program string, o Options) (url string, err error) {
	control, said, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer control.Close()
	s.cmd = exec.CommandContext(ctx, program, "serve", "--experimental", s.config, "--socket-addr=http="+o.Addr, "--control-fd=3")
	s.cmd.ExtraFiles = []*os.File{said}
	s.cmd.Stdout, s.cmd.Stderr = o.Log, o.Log
	err = s.cmd.Start()
	said.Close()
	if err != nil {
		s.cmd = nil
		return "", err
	}
	s.PID = s.cmd.Process.Pid
	lines := bufio.NewScanner(control)
	for lines.Scan() {
		var event struct {
			Event string
			Port  int
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			return "", fmt.Errorf("workerd: %w", err)
		}
		if event.Event == "listen" {
			host := o.Addr[:strings.LastIndexByte(o.Addr, ':')]
			return fmt.Sprintf("http://%s:%d", host, event.Port), nil
		}
	}
	return "", fmt.Errorf("workerd ended before it listened on %s", o.Addr)
}

// Wait returns when workerd has ended.
func (s *Server) Wait() error { return s.cmd.Wait() }

// Close ends workerd.
func (s *Server) Close() error {
	defer os.Remove(s.config)
	if s.cmd == nil {
		return nil
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	err := s.cmd.Wait()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return nil // by the signal
	}
	return err
}

// writeConfig writes workerd's configuration and returns its path.
func writeConfig(o Options) (string, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return "", err
	}
	names, err := modules(dir)
	if err != nil {
		return "", err
	}
	// The first module is the one that answers.
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	var list strings.Builder
	for _, name := range names {
		path := name // capnp takes it relative to the configuration
		if other, ok := o.Replace[name]; ok {
			if path, err = filepath.Rel(dir, other); err != nil {
				return "", err
			}
		}
		kind := "esModule"
		if strings.HasSuffix(name, ".wasm") {
			kind = "wasm"
		}
		fmt.Fprintf(&list, "        ( name = %q, %s = embed %q ),\n", name, kind, path)
	}
	var bindings strings.Builder
	for _, name := range slices.Sorted(maps.Keys(o.Env)) {
		fmt.Fprintf(&bindings, "        ( name = %q, text = %q ),\n", name, o.Env[name])
	}
	f, err := os.CreateTemp(dir, "*.capnp")
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, err = fmt.Fprintf(f, config, compatibilityDate, list.String(), bindings.String(), filepath.Join(dir, "assets"))
	return f.Name(), err
}

func rank(name string) int {
	if name == "worker.js" {
		return 0
	}
	return 1
}

// compatibilityDate is that of wrangler.toml.
const compatibilityDate = "2026-11-01"

const config = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "worker", worker = (
      compatibilityDate = %q,
      modules = [
%s      ],
      bindings = [
%s        ( name = "ASSETS", service = "assets" ),
      ],
    ) ),
    ( name = "assets", disk = ( path = %q ) ),
  ],
  sockets = [ ( name = "http", http = (), service = "worker" ) ],
);
`
