package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// patience is how long a command may work without a word.
const patience = time.Second

// A progress says what a command is doing, once that takes long.
type progress struct {
	timer *time.Timer

	mu    sync.Mutex
	w     io.Writer
	late  bool
	doing string
}

func startProgress(w io.Writer) *progress {
	p := &progress{w: w}
	p.timer = time.AfterFunc(patience, p.isLate)
	return p
}

func (p *progress) isLate() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.late = true
	fmt.Fprintln(p.w, p.doing)
}

// stepf says what begins.
func (p *progress) stepf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.doing = fmt.Sprintf(format, args...)
	if p.late {
		fmt.Fprintln(p.w, p.doing)
	}
}

// stop ends what startProgress began: nothing is printed any more.
func (p *progress) stop() { p.timer.Stop() }
