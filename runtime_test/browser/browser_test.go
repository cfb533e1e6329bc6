package browser

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/whole"
)

// TestDrivers asks the browsers that are driven over WebDriver for a value, a promise's value and an error.
func TestDrivers(t *testing.T) {
	type driven interface {
		Navigate(url string) error
		Eval(js string) (string, error)
		Close() error
	}
	open := map[string]func(context.Context) (driven, error){
		"Firefox": func(ctx context.Context) (driven, error) { return OpenFirefox(ctx, Options{}) },
		"WebKit":  func(ctx context.Context) (driven, error) { return OpenWebKit(ctx) },
	}
	for name, open := range open {
		t.Run(name, func(t *testing.T) {
			b, err := open(t.Context())
			if missing := (NotInstalled{}); errors.As(err, &missing) {
				whole.Lacks(t, err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := b.Close(); err != nil {
					t.Error("Close:", err)
				}
			}()
			if err := b.Navigate("data:text/html,<title>Hello</title>"); err != nil {
				t.Fatal(err)
			}
			for js, want := range map[string]string{
				"document.title": "Hello",
				"new Promise((done) => setTimeout(() => done('später \U0001F642'), 1))": "später \U0001F642",
			} {
				if got, err := b.Eval(js); got != want || err != nil {
					t.Errorf("%s gives %q and error %v, want %q", js, got, err, want)
				}
			}
			for _, js := range []string{"Promise.reject(new Error('refused'))", "(() => { throw new Error('refused') })()"} {
				if got, err := b.Eval(js); err == nil || !strings.Contains(err.Error(), "refused") {
					t.Errorf("%s gives %q and error %v, want one that it was refused", js, got, err)
				}
			}
		})
	}
}

func TestMissingProgram(t *testing.T) {
	_, err := find(NotInstalled{"Netscape", "netscape"}, "netscape-navigator-that-is-nowhere")
	if missing := (NotInstalled{}); !errors.As(err, &missing) || !strings.Contains(err.Error(), "apt-get install netscape") {
		t.Errorf("error %v, want one that says how to install it", err)
	}
}
