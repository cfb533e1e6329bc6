package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// A record is a file of verdicts, for a run that goes on where one was
// stopped. A verdict counts as long as nothing has changed that it rests on:
// what the test that killed the mutant is built of and reads, or, if the
// mutant is alive, what all are. Otherwise it only tells which test to try
// first. A nil record is empty and stays so.
type record struct {
	sync.Mutex
	file   *os.File
	old    map[string]entry // by mutant
	resume bool             // old verdicts count
}

// An entry is a line of a record: checksum, test and mutant, with tabs.
type entry struct{ sum, test string }

// none is the test of a mutant that is alive.
const none = "-"

// openRecord opens the record of that name; what it has counts if resume is
// set, and goes otherwise.
func openRecord(name string, resume bool) (*record, error) {
	r := &record{old: map[string]entry{}, resume: resume}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	if err := r.read(name); err != nil {
		return nil, err
	}
	flags := os.O_APPEND | os.O_CREATE | os.O_WRONLY
	if !resume {
		flags |= os.O_TRUNC
	}
	var err error
	r.file, err = os.OpenFile(name, flags, 0o644)
	return r, err
}

func (r *record) read(name string) error {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	lines := bufio.NewScanner(strings.NewReader(string(data)))
	for lines.Scan() {
		if f := strings.Split(lines.Text(), "\t"); len(f) == 3 { // the last may be cut off
			r.old[f[2]] = entry{f[0], f[1]}
		}
	}
	return errors.Join(err, lines.Err())
}

func (r *record) close() error { return r.file.Close() }

// verdict returns what killed m in an earlier run; known unless that is not
// known, or may be different now.
func (r *record) verdict(suites []*suite, m *mutant) (by *suite, known bool) {
	if r == nil || !r.resume {
		return nil, false
	}
	e := r.old[m.key()]
	if e.test == none {
		return nil, e.sum == sumOf(suites)
	}
	by = r.killer(suites, m)
	return by, by != nil && by.sum == e.sum
}

// killer returns the suite that killed m last, nil if none did.
func (r *record) killer(suites []*suite, m *mutant) *suite {
	if r == nil {
		return nil
	}
	at := slices.IndexFunc(suites, func(s *suite) bool { return s.String() == r.old[m.key()].test })
	if at < 0 {
		return nil
	}
	return suites[at]
}

func (r *record) add(suites []*suite, v verdict) error {
	if r == nil {
		return nil
	}
	e := entry{sumOf(suites), none}
	if v.by != nil {
		e = entry{v.by.sum, v.by.String()}
	}
	r.Lock()
	defer r.Unlock()
	_, err := fmt.Fprintf(r.file, "%s\t%s\t%s\n", e.sum, e.test, v.key())
	return err
}

// sumOf is the checksum of all suites.
func sumOf(suites []*suite) string {
	var sums []string
	last := ""
	for _, s := range suites {
		if s.sum != last {
			sums = append(sums, s.sum)
		}
		last = s.sum
	}
	return strings.Join(sums, "+")
}
