//go:build !js

package wasm

import (
	"context"
	"errors"
	"testing"

	"github.com/fovea-run/fovea/wasm/program"
)

// trapping is an engine whose instances trap at their first call.
type trapping struct{ calls int }

var errTrap = errors.New("wasm error: out of bounds memory access")

func (e *trapping) newInstance(context.Context) (instance, error) { return e, nil }
func (e *trapping) call(context.Context, string, ...uint64) (uint32, error) {
	e.calls++
	return 0, errTrap
}
func (e *trapping) memory() []byte              { return make([]byte, 2*pageSize) }
func (e *trapping) close(context.Context) error { return nil }

// After a trap the memory is in an unknown state: nothing is called again.
func TestTrapEndsMachine(t *testing.T) {
	ctx := context.Background()
	e := &trapping{}
	machine, err := newMachine(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	m := &Model{host: &machineModel{machine: machine}}
	for range 2 {
		_, err := m.Split(ctx, "text")
		var got *Error
		if !errors.As(err, &got) || got.Code != "trap" || got.Got != errTrap.Error() || !errors.Is(err, errTrap) {
			t.Errorf("error %v, want a trap", err)
		}
	}
	if e.calls != 1 {
		t.Errorf("%d calls, want 1", e.calls)
	}
}

// The runtime makes a new instance for operations after one has trapped.
func TestTrapReplacesOpMachine(t *testing.T) {
	e := &trapping{}
	h := &machines{engine: e, all: map[*machine]struct{}{}}
	rt := &Runtime{h}
	for range 3 {
		_, err := rt.Op(context.Background(), "softmax", nil, Tensors{"x": F32([]float32{1})})
		if !errors.Is(err, errTrap) {
			t.Errorf("error %v, want a trap", err)
		}
	}
	if e.calls != 3 || len(h.all) != 0 {
		t.Errorf("%d calls and %d machines, want 3 and 0", e.calls, len(h.all))
	}
}

// A caller that waits for its turn stops waiting when its context is done.
func TestTakeStopsWaiting(t *testing.T) {
	m := &machine{turn: make(chan struct{}, 1)}
	m.turn <- struct{}{}
	parent, cancel := context.WithCancel(context.Background())
	ctx := waitedFor{parent, make(chan struct{})}
	result := make(chan error)
	go func() { result <- m.take(ctx, "model") }()
	<-ctx.waiting
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// waitedFor is a context that tells when somebody waits for it.
type waitedFor struct {
	context.Context
	waiting chan struct{}
}

func (w waitedFor) Done() <-chan struct{} {
	close(w.waiting)
	return w.Context.Done()
}

func TestErrorMessages(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{failure(program.ErrInputShape, "encode", "ids", []int{2, 3}, []int{2, 4}),
			`fovea: encode: tensor "ids" has shape [2 3], not [2 4]`},
		{failure(program.ErrClosed, "", "model", "", ""), "fovea: the model is closed"},
		{recordError(program.Record{Code: program.ErrIndex, Op: 2, Arg: 7, Got: 0xFFFFFFFF, Want: 10}, "encode", "gather"),
			"fovea: encode: operation 2 (gather): index -1 at position 7 is not in 0..10-1"},
		{recordError(program.Record{Code: program.ErrShape, Op: 0, Arg: 17, Got: 5, Want: 3}, "attention", "attention"),
			"fovea: attention: output out: extent 5 where 3 is needed"},
		{recordError(program.Record{Code: 9999, Op: program.NoOp}, "load", ""), "fovea: load: error-9999"},
		{&Error{Code: "unheard-of"}, "fovea: unheard-of"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("message %q, want %q", got, c.want)
		}
	}
}
