package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A suite is one test, built with all mutants in it.
type suite struct {
	name   string // package/path.TestName
	dir    string
	binary string
	test   string
	took   time.Duration // of processor time without a mutant
	reach  map[int]bool  // the mutants whose code it runs
}

// buildSuites builds the tests of the packages that match the patterns.
func buildSuites(root, dir, overlay string, patterns []string) ([]*suite, error) {
	all, err := list(root, patterns...)
	if err != nil {
		return nil, err
	}
	var suites []*suite
	for i, p := range all {
		name, err := filepath.Rel(root, p.Dir)
		if err != nil {
			return nil, err
		}
		if len(p.TestGoFiles)+len(p.XTestGoFiles) == 0 {
			continue
		}
		binary := filepath.Join(dir, fmt.Sprintf("%d.test", i))
		cmd := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", binary, "./"+name)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("building the tests of %s: %w\n%s", name, err, out)
		}
		names, err := exec.Command(binary, "-test.list", "^(Test|Fuzz)").Output()
		if err != nil {
			return nil, fmt.Errorf("listing the tests of %s: %w", name, err)
		}
		for _, test := range strings.Fields(string(names)) {
			if skipped.MatchString(test) {
				continue
			}
			suites = append(suites, &suite{name: name + "." + test, dir: p.Dir, binary: binary, test: test})
		}
	}
	return suites, nil
}

// baseline runs a suite without a mutant: it must pass. It notes how long
// that takes and what mutants are reached.
func (s *suite) baseline(dir string) error {
	log := filepath.Join(dir, "reached")
	if err := os.RemoveAll(log); err != nil {
		return err
	}
	cmd, out, err := s.run(0, time.Minute, "MUTANTS_REACHED="+log)
	if err != nil {
		return fmt.Errorf("%s fails without a mutant: %w\n%s", s.name, err, out)
	}
	s.took = cmd.UserTime() + cmd.SystemTime()
	s.reach = map[int]bool{}
	f, err := os.Open(log)
	if errors.Is(err, os.ErrNotExist) {
		return nil // it reaches none
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			return err
		}
		s.reach[n] = true
	}
	return lines.Err()
}

const (
	// memoryLimit is what a test may take, in KiB of data: some faults would
	// take all there is.
	memoryLimit = 4 << 20

	// patience is how long a test may wait for a processor or anything else,
	// beside the processor time that it may take.
	patience = 5 * time.Minute
)

// run runs a suite with mutant n, 0 being none, for so much processor time.
func (s *suite) run(n int, limit time.Duration, env ...string) (*os.ProcessState, []byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	limits := fmt.Sprintf(`ulimit -d %d; ulimit -t %d; exec "$0" "$@"`, memoryLimit, 1+int(limit.Seconds()))
	cmd := exec.CommandContext(ctx, "sh", "-c", limits, s.binary, "-test.failfast", "-test.run=^"+s.test+"$")
	cmd.Dir = s.dir
	cmd.Env = append(append(os.Environ(), "GOMAXPROCS=1", fmt.Sprintf("MUTANT=%d", n)), env...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return cmd.ProcessState, out, err
}

// kill returns the suite that notices a mutant, nil if none does. The quick
// ones are asked first.
func kill(suites []*suite, m *mutant) *suite {
	for _, s := range suites {
		if !s.reach[m.id] {
			continue
		}
		if _, _, err := s.run(m.id, 3*s.took+time.Second); err != nil {
			return s
		}
	}
	return nil
}

// A verdict says which suite killed a mutant, if any.
type verdict struct {
	*mutant
	by *suite
}

// tryAll tries every mutant, so many at a time, and returns the verdicts in
// the mutants' order.
func tryAll(suites []*suite, mutants []*mutant, workers int) []verdict {
	verdicts := make([]verdict, len(mutants))
	jobs := make(chan int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range jobs {
				verdicts[i] = verdict{mutants[i], kill(suites, mutants[i])}
				if verdicts[i].by == nil {
					fmt.Fprintf(os.Stderr, "alive: %s\n", mutants[i])
				}
			}
		})
	}
	start := time.Now()
	for i := range mutants {
		jobs <- i
		if i%100 == 99 {
			fmt.Fprintf(os.Stderr, "%d of %d tried in %s\n", i+1, len(mutants), time.Since(start).Round(time.Second))
		}
	}
	close(jobs)
	wg.Wait()
	return verdicts
}

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
	for _, s := range suites {
		if err := s.baseline(dir); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(suites, func(a, b *suite) int { return int(a.took - b.took) })
	names := make([]string, len(suites))
	for i, s := range suites {
		names[i] = fmt.Sprintf("%s (%.2f s)", s.name, s.took.Seconds())
	}
	fmt.Fprintf(os.Stderr, "%d mutants; tests in this order: %s\n", len(mutants), strings.Join(names, ", "))
	return suites, nil
}
