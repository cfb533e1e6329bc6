//go:build !js

package wasm

import (
	"context"
	"encoding/binary"

	"github.com/fovea-run/fovea/wasm/program"
)

// Addresses and sizes that the module and its hosts share; see
// kernels/memory.go and kernels/bind.go.
const (
	mailboxAt    = 1024
	mailboxBytes = 4096
	recordWords  = 7

	tableTensors = 32 // bytes before the tensors of a bound table
	tableTensor  = 48 // bytes of one
)

// A machine is an instance with turns, a memory of traps and the module's
// calling conventions.
type machine struct {
	instance
	turn   chan struct{} // holds a value while a goroutine has the machine
	broken error         // the trap that left the memory in an unknown state
	closed bool
}

func newMachine(ctx context.Context, e engine) (*machine, error) {
	in, err := e.newInstance(ctx)
	if err != nil {
		return nil, because(err, program.ErrInternal, "instantiate", "")
	}
	return &machine{instance: in, turn: make(chan struct{}, 1)}, nil
}

// take waits for the machine's turn, or until ctx is done. The caller must
// give it back.
func (m *machine) take(ctx context.Context, what string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case m.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if m.closed {
		m.give()
		return failure(program.ErrClosed, "", what, "", "")
	}
	return nil
}

// begin takes the machine's turn and frees its transient memory.
func (m *machine) begin(ctx context.Context, op string) error {
	err := m.take(ctx, "model")
	if err != nil {
		return err
	}
	if _, err = m.do(ctx, op, "reset"); err != nil {
		m.give()
	}
	return err
}

func (m *machine) give() { <-m.turn }

// shut waits for the machine's turn and closes it for good.
func (m *machine) shut(ctx context.Context) error {
	m.turn <- struct{}{}
	defer m.give()
	if m.closed {
		return nil
	}
	m.closed = true
	return m.instance.close(ctx)
}

// do calls an export. op says in errors what is being done.
func (m *machine) do(ctx context.Context, op, export string, args ...uint64) (uint32, error) {
	if m.broken != nil {
		return 0, m.broken
	}
	r, err := m.call(ctx, export, args...)
	if err != nil {
		m.broken = because(err, program.ErrTrap, op, "")
		return 0, m.broken
	}
	return r, nil
}

// need is do for an export that returns 0 when it fails.
func (m *machine) need(ctx context.Context, op, export string, args ...uint64) (uint32, error) {
	r, err := m.do(ctx, op, export, args...)
	if err == nil && r == 0 {
		err = m.failure(ctx, op, nil)
	}
	return r, err
}

// failure returns the error of the last call, nil if there is none. operation
// names an operation of the program that it was about, if it was; the index
// may be program.NoOp.
func (m *machine) failure(ctx context.Context, op string, operation func(index uint32) string) error {
	at, err := m.do(ctx, op, "error")
	if err != nil {
		return err
	}
	w := m.words(at, recordWords)
	r := program.Record{Code: w[0], Op: w[1], Arg: w[2], Got: w[3], Want: w[4]}
	if r.Code == 0 {
		return nil
	}
	if w[5] != 0 {
		r.Name = string(m.bytes(w[5], w[6]))
	}
	name := ""
	if operation != nil {
		name = operation(r.Op)
	}
	return recordError(r, op, name)
}

// program decodes the program at handle.
func (m *machine) program(handle uint32) (*program.Program, error) {
	header := m.words(handle, program.HeaderWords)
	return program.Decode(m.bytes(handle, header[program.HeaderBytes]))
}

// bytes is a view of n bytes at addr, stale after the next call.
func (m *machine) bytes(addr, n uint32) []byte {
	return m.memory()[addr:][:n]
}

// words returns a copy of n words at addr.
func (m *machine) words(addr uint32, n int) []uint32 {
	b := m.memory()[addr:]
	w := make([]uint32, n)
	for i := range w {
		w[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return w
}

// post writes words to the mailbox.
func (m *machine) post(op string, words []uint32) error {
	if len(words) > mailboxBytes/4 {
		return failure(program.ErrNameLen, op, "", 4*len(words), mailboxBytes)
	}
	b := m.bytes(mailboxAt, mailboxBytes)
	for i, w := range words {
		binary.LittleEndian.PutUint32(b[4*i:], w)
	}
	return nil
}

// postName writes a name to the mailbox.
func (m *machine) postName(op, name string) error {
	if len(name) > mailboxBytes {
		return failure(program.ErrNameLen, op, "", len(name), mailboxBytes)
	}
	copy(m.bytes(mailboxAt, mailboxBytes), name)
	return nil
}

// alloc takes n bytes of transient memory.
func (m *machine) alloc(ctx context.Context, op string, n int) (uint32, error) {
	if uint64(n) > 0xFFFFFFFF {
		return 0, failure(program.ErrMemory, op, "", n, "")
	}
	return m.need(ctx, op, "alloc", uint64(n))
}

// put copies words to transient memory.
func (m *machine) put(ctx context.Context, op string, words []uint32) (uint32, error) {
	at, err := m.alloc(ctx, op, 4*len(words))
	if err != nil {
		return 0, err
	}
	b := m.bytes(at, uint32(4*len(words)))
	for i, w := range words {
		binary.LittleEndian.PutUint32(b[4*i:], w)
	}
	return at, nil
}

// array reads the result of an export: a count, then count groups of width
// words.
func (m *machine) array(at uint32, width int) []uint32 {
	n := m.words(at, 1)[0]
	return m.words(at+4, int(n)*width)
}
