// Package whole tells the long suites how much of them to run. Plain `go test ./...` is for while one works: every engine starts
// and answers some cases of each kind, all within minutes. With FOVEA_FULL in the environment, as `make test` and CI set it, every
// engine answers every case. What a machine lacks for a test is left out, too, but not in CI.
package whole

import (
	"os"
	"testing"
)

const how = "FOVEA_FULL=1 go test, or make test, runs all"

// Asked reports whether all is to run.
func Asked() bool { return os.Getenv("FOVEA_FULL") != "" }

// Only skips a test that the short form leaves out.
func Only(t testing.TB, what string) {
	t.Helper()
	if !Asked() {
		t.Skipf("short form: without %s; %s", what, how)
	}
}

// Some returns all in the full form, in the short one every n-th from the first on. The log says what is left out.
func Some[T any](t testing.TB, all []T, n int, what string) []T {
	t.Helper()
	if Asked() {
		return all
	}
	var some []T
	for i := 0; i < len(all); i += n {
		some = append(some, all[i])
	}
	Note(t, len(some), len(all), what)
	return some
}

// Note has the log say how many of how many the short form takes.
func Note(t testing.TB, some, all int, what string) {
	t.Helper()
	t.Logf("short form: %d of %d %s; %s", some, all, what, how)
}

// Lacks skips a test for want of what is not on this machine, and says what. CI must have everything, so there it fails.
func Lacks(t testing.TB, what ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what...)
	}
	t.Skip(what...)
}
