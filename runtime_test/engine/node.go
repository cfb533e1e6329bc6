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
	"path/filepath"
)

// Node runs cases in a child process of node: a case a line on its standard input, an answer a line on its output.
type Node struct {
	Variant string // module variant, "simd" or "relaxed"
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

// Name implements Engine.
func (n *Node) Name() string { return "node/" + n.Variant }

// Start implements Engine.
func (n *Node) Start(context.Context) error {
	path, err := exec.LookPath("node")
	if err != nil {
		return &Missing{"node", "apt-get install nodejs npm (version 20 or later)"}
	}
	n.cmd = exec.Command(path, filepath.Join(Root(), "runtime_test/runner/node.mjs"), n.Variant)
	n.cmd.Dir = Root()
	n.cmd.Stderr = os.Stderr
	if n.in, err = n.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	n.out = bufio.NewReaderSize(out, 1<<20)
	return n.cmd.Start()
}

// Run implements Engine.
func (n *Node) Run(_ context.Context, c Case) (Result, error) {
	line, err := json.Marshal(c)
	if err != nil {
		return Result{}, err
	}
	if _, err := n.in.Write(append(line, '\n')); err != nil {
		return Result{}, fmt.Errorf("node: %w", err)
	}
	reply, err := n.out.ReadBytes('\n')
	if err != nil {
		return Result{}, fmt.Errorf("node: %w", err)
	}
	return decodeReply(reply)
}

// Close implements Engine: node ends by itself when its input does.
func (n *Node) Close() error { return errors.Join(n.in.Close(), n.cmd.Wait()) }

// decodeReply reads {"result": …} or {"broken": "stack"}, what both JS runners answer.
func decodeReply(b []byte) (Result, error) {
	var reply struct {
		Result Result `json:"result"`
		Broken string `json:"broken"`
	}
	if err := json.Unmarshal(b, &reply); err != nil {
		return Result{}, fmt.Errorf("runner's answer: %w", err)
	}
	if reply.Broken != "" {
		return Result{}, fmt.Errorf("runner: %s", reply.Broken)
	}
	return reply.Result, nil
}
