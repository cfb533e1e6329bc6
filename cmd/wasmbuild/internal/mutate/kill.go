package main

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"sync"
	"time"
)

// prepare builds the suites with the mutants in them and runs each without.
func prepare(root, dir string, mutants []*mutant, patterns []string) ([]*suite, error) {
	file, err := overlay(root, dir, mutants)
	if err != nil {
		return nil, err
	}
	suites, err := buildSuites(root, dir, file, patterns)
	if err != nil {
		return nil, err
	}
	total := time.Duration(0)
	for _, s := range suites {
		if err := s.baseline(dir); err != nil {
			return nil, err
		}
		total += s.took
	}
	fmt.Fprintf(os.Stderr, "%d mutants; %d tests, which take %.1f s\n", len(mutants), len(suites), total.Seconds())
	return suites, nil
}

// A history tells how often each suite has killed mutants of each file, so
// that those are asked first that kill most in the least time.
type history struct {
	sync.Mutex
	of map[string]map[*suite]*tried
}

// A tried counts mutants that a suite has been asked for alone, and those of
// them that it has killed.
type tried struct{ asked, killed int }

func newHistory() *history { return &history{of: map[string]map[*suite]*tried{}} }

// note notes that a suite has been asked for a mutant.
func (h *history) note(s *suite, m *mutant, killed bool) {
	h.Lock()
	defer h.Unlock()
	for _, file := range []string{m.file, ""} { // "" is all files
		if h.of[file] == nil {
			h.of[file] = map[*suite]*tried{}
		}
		t := h.of[file][s]
		if t == nil {
			t = &tried{}
			h.of[file][s] = t
		}
		t.asked++
		if killed {
			t.killed++
		}
	}
}

// start is the processor time that starting a test takes.
const start = 20 * time.Millisecond

// order sorts suites by the kills of a mutant that are to be expected in the
// time that they take.
func (h *history) order(suites []*suite, m *mutant) {
	h.Lock()
	defer h.Unlock()
	rate := map[*suite]float64{}
	for _, s := range suites {
		share := .5
		for _, file := range []string{"", m.file} {
			if t := h.of[file][s]; t != nil {
				share = (2*share + float64(t.killed)) / float64(2+t.asked)
			}
		}
		rate[s] = share / float64(s.took+start)
	}
	slices.SortStableFunc(suites, func(a, b *suite) int { return cmp.Compare(rate[b], rate[a]) })
}

// alone is how many suites are asked alone, before the rest is, a package at
// a time.
const alone = 5

// kill returns the suite that notices a mutant, nil if none does. The first is
// asked first, unless it is nil.
func (h *history) kill(suites []*suite, m *mutant, first *suite) *suite {
	var reached []*suite
	for _, s := range suites {
		if s.reach[m.id] {
			reached = append(reached, s)
		}
	}
	h.order(reached, m)
	if at := slices.Index(reached, first); at > 0 {
		reached = slices.Insert(slices.Delete(reached, at, at+1), 0, first)
	}
	var together [][]*suite
	for i, s := range reached {
		at := slices.IndexFunc(together, func(g []*suite) bool { return i >= alone && g[0].binary == s.binary })
		if at < 0 || i < alone {
			together = append(together, []*suite{s})
		} else {
			together[at] = append(together[at], s)
		}
	}
	for _, group := range together {
		limit := time.Second
		for _, s := range group {
			limit += 3 * s.took
		}
		_, out, err := run(m.id, limit, group)
		s := group[0]
		if err != nil {
			s = failed(group, string(out))
		}
		if err != nil || len(group) == 1 {
			h.note(s, m, err != nil)
		}
		if err != nil {
			return s
		}
	}
	return nil
}

var running = regexp.MustCompile(`(?m)^=== RUN +(\w+)$`)

// failed returns the suite of a group that failed, which is the last to start.
func failed(group []*suite, out string) *suite {
	all := running.FindAllStringSubmatch(out, -1)
	for _, s := range group {
		if len(all) > 0 && s.test == all[len(all)-1][1] {
			return s
		}
	}
	return group[0]
}

// A verdict says which suite killed a mutant, if any.
type verdict struct {
	*mutant
	by *suite
}

// tryAll tries every mutant that the log does not have, so many at a time,
// and returns the verdicts in the mutants' order.
func tryAll(suites []*suite, mutants []*mutant, log *record) ([]verdict, error) {
	h := newHistory()
	verdicts := make([]verdict, len(mutants))
	var todo []int
	for i, m := range mutants {
		by, known := log.verdict(suites, m)
		verdicts[i] = verdict{m, by}
		if !known {
			todo = append(todo, i)
		}
	}
	if old := len(mutants) - len(todo); old > 0 {
		fmt.Fprintf(os.Stderr, "%d verdicts are of an earlier run of the same tests\n", old)
	}
	jobs := make(chan int)
	failures := make(chan error, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			var err error
			for i := range jobs {
				verdicts[i].by = h.kill(suites, mutants[i], log.killer(suites, mutants[i]))
				if err == nil {
					err = log.add(suites, verdicts[i])
				}
			}
			failures <- err
		})
	}
	began := time.Now()
	for i, n := range todo {
		jobs <- n
		if i%100 == 99 {
			fmt.Fprintf(os.Stderr, "%d of %d tried in %s\n", i+1, len(todo), time.Since(began).Round(time.Second))
		}
	}
	close(jobs)
	wg.Wait()
	for range workers {
		if err := <-failures; err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}
