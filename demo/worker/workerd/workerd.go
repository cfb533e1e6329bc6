// Package workerd runs a Worker on this machine, in the program that Cloudflare
// runs it in.
package workerd

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
	"strconv"
	"strings"
	"syscall"
)

// A Config is what a Server runs.
type Config struct {
	Modules []Module          // of the Worker; the first one answers
	Env     map[string]string // its text bindings
	Disks   map[string]string // its bindings to folders, which it fetches files from
	Addr    string            // to listen on; port 0 for any
	Log     io.Writer         // what workerd says
	V8Flags []string          // of its JavaScript engine
}

// A Module is a file of code by the name that imports have for it.
type Module struct{ Name, Path string }

// A Server is a workerd process with one Worker.
type Server struct {
	URL string
	PID int

	cmd    *exec.Cmd
	config string // a file
}

// Start starts a Server; Close ends it.
func Start(ctx context.Context, c Config) (*Server, error) {
	program, err := Find()
	if err != nil {
		return nil, err
	}
	file, err := c.write()
	if err != nil {
		return nil, err
	}
	s := &Server{config: file}
	if s.URL, err = s.start(ctx, program, c); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, program string, c Config) (url string, err error) {
	control, said, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer control.Close()
	s.cmd = exec.CommandContext(ctx, program, "serve", "--experimental", s.config, "--socket-addr=http="+c.Addr, "--control-fd=3")
	s.cmd.ExtraFiles = []*os.File{said}
	s.cmd.Stdout, s.cmd.Stderr = c.Log, c.Log
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
			host := c.Addr[:strings.LastIndexByte(c.Addr, ':')]
			return fmt.Sprintf("http://%s:%d", host, event.Port), nil
		}
	}
	return "", fmt.Errorf("workerd ended before it listened on %s", c.Addr)
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

// write writes workerd's configuration to a file and returns its path.
func (c Config) write() (path string, err error) {
	f, err := os.CreateTemp("", "*.capnp")
	if err != nil {
		return "", err
	}
	defer f.Close()
	var modules, bindings, services strings.Builder
	for _, m := range c.Modules {
		path, err := relative(f.Name(), m.Path)
		if err != nil {
			return "", err
		}
		kind := "esModule"
		if strings.HasSuffix(m.Name, ".wasm") {
			kind = "wasm"
		}
		fmt.Fprintf(&modules, "        ( name = %q, %s = embed %q ),\n", m.Name, kind, path)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Env)) {
		fmt.Fprintf(&bindings, "        ( name = %q, text = %q ),\n", name, c.Env[name])
	}
	for _, name := range slices.Sorted(maps.Keys(c.Disks)) {
		fmt.Fprintf(&bindings, "        ( name = %q, service = %q ),\n", name, name)
		fmt.Fprintf(&services, "    ( name = %q, disk = ( path = %q, allowDotfiles = true ) ),\n", name, c.Disks[name])
	}
	_, err = fmt.Fprintf(f, config, compatibilityDate, modules.String(), bindings.String(), services.String(), quoted(c.V8Flags))
	return f.Name(), err
}

func quoted(flags []string) string {
	var list []string
	for _, flag := range flags {
		list = append(list, strconv.Quote(flag))
	}
	return strings.Join(list, ", ")
}

// relative is path as a file has it: capnp looks up other paths elsewhere.
func relative(file, path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.Rel(filepath.Dir(file), path)
}

// compatibilityDate is that of wrangler.toml, as are the flags below.
const compatibilityDate = "2026-11-01"

const config = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "worker", worker = (
      compatibilityDate = %q,
      compatibilityFlags = [ "enable_request_signal" ],
      modules = [
%s      ],
      bindings = [
%s      ],
    ) ),
%s  ],
  sockets = [ ( name = "http", http = (), service = "worker" ) ],
  v8Flags = [ %s ],
);
`
