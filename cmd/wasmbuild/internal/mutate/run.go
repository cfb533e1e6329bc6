package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A binary holds the tests of one package, built with all mutants in it.
type binary struct {
	name string // of the package, from the module's root
	dir  string
	path string
	sum  string // of the binary and what is in testdata
}

// A suite is one test.
type suite struct {
	*binary
	test  string
	took  time.Duration // of processor time without a mutant
	reach map[int]bool  // the mutants whose code it runs
}

func (s *suite) String() string { return s.name + "." + s.test }

// buildSuites builds the tests of the packages that match the patterns.
func buildSuites(root, dir, overlay string, patterns []string) ([]*suite, error) {
	all, err := list(root, patterns...)
	if err != nil {
		return nil, err
	}
	var suites []*suite
	for i, p := range all {
		if len(p.TestGoFiles)+len(p.XTestGoFiles) == 0 {
			continue
		}
		b := &binary{dir: p.Dir, path: filepath.Join(dir, fmt.Sprintf("%d.test", i))}
		if b.name, err = filepath.Rel(root, p.Dir); err != nil {
			return nil, err
		}
		cmd := exec.Command("go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay", overlay, "-o", b.path, "./"+b.name)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("building the tests of %s: %w\n%s", b.name, err, out)
		}
		if b.sum, err = sum(b.path, filepath.Join(p.Dir, "testdata")); err != nil {
			return nil, err
		}
		names, err := exec.Command(b.path, "-test.list", "^(Test|Fuzz)").Output()
		if err != nil {
			return nil, fmt.Errorf("listing the tests of %s: %w", b.name, err)
		}
		for _, test := range strings.Fields(string(names)) {
			if !skipped.MatchString(test) {
				suites = append(suites, &suite{binary: b, test: test})
			}
		}
	}
	return suites, nil
}

// sum returns the checksum of files and of what is in directories, which need
// not exist.
func sum(paths ...string) (string, error) {
	h := sha256.New()
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(name)
			fmt.Fprintf(h, "%d\n%s", len(data), data)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8]), nil
}

// baseline runs a suite without a mutant: it must pass. It notes how long
// that takes and what mutants are reached.
func (s *suite) baseline(dir string) error {
	log := filepath.Join(dir, "reached")
	if err := os.RemoveAll(log); err != nil {
		return err
	}
	cmd, out, err := run(0, time.Minute, []*suite{s}, "MUTANTS_REACHED="+log)
	if err != nil {
		return fmt.Errorf("%s fails without a mutant: %w\n%s", s, err, out)
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

// run runs suites of one binary with mutant n, 0 being none, for so much
// processor time, until one fails.
func run(n int, limit time.Duration, suites []*suite, env ...string) (*os.ProcessState, []byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var tests []string
	for _, s := range suites {
		tests = append(tests, s.test)
	}
	limits := fmt.Sprintf(`ulimit -d %d; ulimit -t %d; exec "$0" "$@"`, memoryLimit, 1+int(limit.Seconds()))
	cmd := exec.CommandContext(ctx, "sh", "-c", limits, suites[0].path,
		"-test.failfast", "-test.v", "-test.run=^("+strings.Join(tests, "|")+")$")
	cmd.Dir = suites[0].dir
	cmd.Env = append(append(os.Environ(), "GOMAXPROCS=1", "GOGC=400", fmt.Sprintf("MUTANT=%d", n)), env...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return cmd.ProcessState, out, err
}
