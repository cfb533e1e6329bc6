package page

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// TestTerminal asks the marked queries in the terminal and prints how long one took.
func TestTerminal(t *testing.T) {
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	q := markedQueries(t)[0]
	begin := time.Now()
	cmd := exec.CommandContext(t.Context(), path, "focus", "-query", q.Query, "demo/article/opticks.txt")
	cmd.Dir = engine.Root()
	out, err := cmd.Output()
	took := time.Since(begin)
	if err != nil {
		t.Fatalf("demo focus: %v", err)
	}
	t.Logf("%d ms\n%s", took.Milliseconds(), out)
	for _, beginning := range q.Relevant {
		if strings.Contains(squeeze(string(out)), beginning) {
			return
		}
	}
	t.Errorf("no marked sentence in\n%s", out)
}

// TestTerminalRefuses asks for words and an exit code where there is nothing to focus on.
func TestTerminalRefuses(t *testing.T) {
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{}, {"no-such-file.txt"}, {"/dev/null"}, {"-budget", "NaN", "x"}} {
		cmd := exec.CommandContext(t.Context(), path, append([]string{"focus"}, args...)...)
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Run(); err == nil || said.Len() < 15 || strings.Contains(said.String(), "goroutine") {
			t.Errorf("focus %q: %v, saying %q; want an error in words", args, err, said.String())
		}
	}
}
