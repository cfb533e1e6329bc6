package api

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// A Job is an admitted request that is being answered. It computes only within
// Step, and must be stepped to its end or stopped.
type Job struct {
	next func() (*Response, bool)
	stop func()
}

// Begin begins to answer an admitted request with its whole body.
func (a *API) Begin(ctx context.Context, h Head, body []byte) *Job {
	next, stop := iter.Pull(func(yield func(*Response) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		yield(a.answer(&work{ctx, cancel, func() bool { return yield(nil) }}, h, body))
	})
	return &Job{next, stop}
}

// Step computes until the end of a batch. It returns the answer, or nil if
// there is more to do.
func (j *Job) Step() *Response {
	r, _ := j.next()
	return r
}

// Finish takes all steps that are left.
func (j *Job) Finish() *Response {
	for {
		if r := j.Step(); r != nil {
			return r
		}
	}
}

// Stop gives up a job that is not at its end. It does nothing after that.
func (j *Job) Stop() { j.stop() }

// work is the context of what a job computes.
type work struct {
	context.Context
	cancel context.CancelCauseFunc
	pause  func() bool // false: the job is stopped
}

// reading returns what is to be called as arg is read: it refuses too many
// tokens and pauses after each batch.
func (w *work) reading(arg string) func(done, total int) {
	return func(done, total int) {
		switch {
		case total > MaxTokens:
			w.cancel(&problem{
				status: 413, Code: "too-many", Message: "these are too many tokens", Arg: arg,
				Got: fmt.Sprint(total), Want: fmt.Sprintf("at most %d", MaxTokens),
			})
		case done > 0 && done < total && !w.pause():
			w.cancel(nil)
		}
	}
}

// because returns why the work was cancelled, where a problem was the reason,
// else err.
func (w *work) because(err error) error {
	var p *problem
	if errors.As(context.Cause(w), &p) {
		return p
	}
	return err
}
