package engine

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// A Process runs cases in a child process: a case a line on its standard input, an answer a line on its output.
type Process struct {
	Label   string
	Command []string // program and arguments; run in the repository's root
	Install string   // how to install the program where it is missing
	Env     []string // beside the environment of the test

	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// Node runs cases on the JS bridge in node.
func Node(config Config) *Process {
	return &Process{
		Label:   "node/" + config.String(),
		Command: []string{"node", "runtime_test/runner/node.mjs", config.options()},
		Install: "apt-get install nodejs (version 20 or later)",
	}
}

// Name implements Engine.
func (p *Process) Name() string { return p.Label }

// Start implements Engine.
func (p *Process) Start(context.Context) error {
	path, err := exec.LookPath(p.Command[0])
	if err != nil {
		return &Missing{p.Command[0], p.Install}
	}
	p.cmd = exec.Command(path, p.Command[1:]...)
	p.cmd.Dir = Root()
	p.cmd.Env = append(os.Environ(), p.Env...)
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	p.out = bufio.NewReaderSize(out, 1<<20)
	return p.cmd.Start()
}

// Run implements Engine.
func (p *Process) Run(_ context.Context, c Case) (Result, error) {
	line, err := json.Marshal(c)
	if err != nil {
		return Result{}, err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return Result{}, fmt.Errorf("%s: %w", p.Label, err)
	}
	reply, err := p.out.ReadBytes('\n')
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", p.Label, err)
	}
	return decodeReply(reply)
}

// Close implements Engine: the process ends by itself when its input does.
func (p *Process) Close() error { return errors.Join(p.in.Close(), p.cmd.Wait()) }

// A reply is what every runner answers: a result, or what broke in the runner itself.
type reply struct {
	Result Result `json:"result"`
	Broken string `json:"broken,omitempty"`
}

func decodeReply(b []byte) (Result, error) {
	var r reply
	if err := json.Unmarshal(b, &r); err != nil {
		return Result{}, fmt.Errorf("runner's answer: %w", err)
	}
	if r.Broken != "" {
		return Result{}, fmt.Errorf("runner: %s", r.Broken)
	}
	return r.Result, nil
}

// Serve is the other end of a Process: it answers the cases on in with e until in ends.
func Serve(ctx context.Context, e Engine, in io.Reader, out io.Writer) error {
	if err := e.Start(ctx); err != nil {
		return err
	}
	defer e.Close()
	read, write := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var c Case
		if err := read.Decode(&c); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		var r reply
		var err error
		if r.Result, err = e.Run(ctx, c); err != nil {
			r.Broken = err.Error()
		}
		if err := write.Encode(r); err != nil {
			return err
		}
	}
}
