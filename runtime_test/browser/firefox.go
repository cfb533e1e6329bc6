package browser

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// prefs keep Firefox from a word of its own to the network; the remote agent sets more like them.
const prefs = `
user_pref("app.update.disabledForTesting", true);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("network.dns.disablePrefetch", true);
user_pref("network.prefetch-next", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.enabled", false);
`

// webgpuPrefs let pages have WebGPU, on a software adapter where there is no other.
const webgpuPrefs = `
user_pref("dom.webgpu.enabled", true);
user_pref("gfx.webgpu.ignore-blocklist", true);
`

// Firefox is a headless Firefox with a fresh profile and one tab, driven over WebDriver BiDi.
type Firefox struct {
	cmd     *exec.Cmd
	profile string
	bidi    *bidi
	tab     string // its browsing context
}

// OpenFirefox starts Firefox with an empty page; of the options it has WebGPU.
func OpenFirefox(ctx context.Context, o Options) (*Firefox, error) {
	path, err := find(NotInstalled{"Firefox", "firefox-esr"}, "firefox-esr", "firefox")
	if err != nil {
		return nil, err
	}
	if o.WebGPU && !hasVulkan() {
		return nil, NotInstalled{"A Vulkan driver, which Firefox has WebGPU on,", "mesa-vulkan-drivers"}
	}
	f := &Firefox{}
	if f.profile, err = os.MkdirTemp("", "fovea-firefox-*"); err != nil {
		return nil, err
	}
	if err := f.start(ctx, path, o); err != nil {
		return nil, fmt.Errorf("firefox: %w", errors.Join(err, f.Close()))
	}
	return f, nil
}

// hasVulkan reports whether there is a Vulkan driver, where Linux looks for them.
func hasVulkan() bool {
	for _, dir := range []string{"/usr/share", "/usr/local/share", "/etc"} {
		if found, _ := filepath.Glob(filepath.Join(dir, "vulkan/icd.d/*.json")); len(found) > 0 {
			return true
		}
	}
	return runtime.GOOS != "linux"
}

func (f *Firefox) start(ctx context.Context, path string, o Options) error {
	user := prefs
	if o.WebGPU {
		user += webgpuPrefs
	}
	if err := os.WriteFile(filepath.Join(f.profile, "user.js"), []byte(user), 0o600); err != nil {
		return err
	}
	cmd := exec.Command(path, "--headless", "--no-remote", "--profile", f.profile, "--remote-debugging-port", "0", "about:blank")
	cmd.Env = append(os.Environ(), "MOZ_CRASHREPORTER_DISABLE=1", "HOME="+f.profile)
	cmd.WaitDelay = time.Second // children of its own keep standard error open
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	f.cmd = cmd
	address, err := listening(stderr)
	if err != nil {
		return err
	}
	go io.Copy(io.Discard, stderr) // or it would stop at a full pipe
	if f.bidi, err = dialBiDi(ctx, address+"/session"); err != nil {
		return err
	}
	return f.session()
}

// listening reads what the browser says until it tells the address of its WebDriver BiDi server.
func listening(stderr io.Reader) (string, error) {
	var said []string
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if _, address, ok := strings.Cut(lines.Text(), "WebDriver BiDi listening on "); ok {
			return address, nil
		}
		said = append(said, lines.Text())
	}
	return "", fmt.Errorf("it ended before it listened, and said %q", said)
}

// session opens a session and finds the tab.
func (f *Firefox) session() error {
	if err := f.bidi.call("session.new", map[string]any{"capabilities": struct{}{}}, nil); err != nil {
		return err
	}
	var tree struct{ Contexts []struct{ Context string } }
	if err := f.bidi.call("browsingContext.getTree", struct{}{}, &tree); err != nil {
		return err
	}
	if len(tree.Contexts) != 1 {
		return fmt.Errorf("%d tabs, want 1", len(tree.Contexts))
	}
	f.tab = tree.Contexts[0].Context
	return nil
}

// Navigate opens a URL and waits until the page is loaded.
func (f *Firefox) Navigate(url string) error {
	return f.bidi.call("browsingContext.navigate", map[string]any{"context": f.tab, "url": url, "wait": "complete"}, nil)
}

// Eval evaluates a JS expression in the page, awaits it if it is a promise, and returns the string that it gives.
func (f *Firefox) Eval(js string) (string, error) {
	var answer struct {
		Type             string
		Result           struct{ Type, Value string }
		ExceptionDetails struct{ Text string }
	}
	err := f.bidi.call("script.evaluate", map[string]any{
		"expression": js, "awaitPromise": true, "target": map[string]any{"context": f.tab},
	}, &answer)
	switch {
	case err != nil:
		return "", err
	case answer.Type != "success":
		return "", errors.New(answer.ExceptionDetails.Text)
	case answer.Result.Type != "string":
		return "", fmt.Errorf("a value of type %s, want a string", answer.Result.Type)
	}
	return answer.Result.Value, nil
}

// Close ends the browser and removes its profile.
func (f *Firefox) Close() error {
	var err error
	if f.bidi != nil {
		err = f.bidi.call("browser.close", struct{}{}, nil)
		f.bidi.conn.CloseNow() // the browser has gone, or will be ended
	}
	if f.cmd != nil {
		end(f.cmd)
	}
	return errors.Join(err, os.RemoveAll(f.profile))
}
