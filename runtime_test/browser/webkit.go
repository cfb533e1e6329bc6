package browser

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"
)

// WebKit is WebKitGTK's test browser with one tab, on a screen of its own, driven over WebDriver.
type WebKit struct {
	screen *Screen
	driver *exec.Cmd
	home   string
	webdriver
}

// OpenWebKit starts WebKit with an empty page.
func OpenWebKit(ctx context.Context) (*WebKit, error) {
	driver, err := find(NotInstalled{"WebKit's WebDriver", "webkit2gtk-driver"}, "WebKitWebDriver")
	if err != nil {
		return nil, err
	}
	screen, err := OpenScreen(1280, 900)
	if err != nil {
		return nil, err
	}
	k := &WebKit{screen: screen}
	if err := k.start(ctx, driver); err != nil {
		return nil, fmt.Errorf("webkit: %w", errors.Join(err, k.Close()))
	}
	return k, nil
}

func (k *WebKit) start(ctx context.Context, driver string) (err error) {
	if k.home, err = os.MkdirTemp("", "fovea-webkit-*"); err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	cmd := exec.Command(driver, "--port="+port)
	cmd.Env = append(os.Environ(), "DISPLAY="+k.screen.Display, "GDK_BACKEND=x11", "HOME="+k.home, "XDG_RUNTIME_DIR="+k.home,
		"LIBGL_ALWAYS_SOFTWARE=1", "NO_AT_BRIDGE=1")
	if err := cmd.Start(); err != nil {
		return err
	}
	k.driver = cmd
	k.server = "http://127.0.0.1:" + port
	if err := k.wait(ctx); err != nil {
		return err
	}
	return k.open()
}

// freePort returns a port that nobody listens on; the driver does not tell one of its own choice.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// wait asks the driver for its status until it answers.
func (k *WebKit) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := k.call(http.MethodGet, "/status", nil, nil)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Navigate opens a URL and waits until the page is loaded.
func (k *WebKit) Navigate(url string) error {
	return k.call(http.MethodPost, "/url", map[string]any{"url": url}, nil)
}

// Eval evaluates a JS expression in the page, awaits it if it is a promise, and returns the string that it gives.
func (k *WebKit) Eval(js string) (string, error) { return k.eval(js) }

// Close ends the browser, its driver and its screen.
func (k *WebKit) Close() error {
	var err error
	if k.session != "" {
		err = k.call(http.MethodDelete, "", nil, nil)
	}
	if k.driver != nil {
		k.driver.Process.Signal(os.Interrupt)
		end(k.driver)
	}
	k.screen.Close()
	return errors.Join(err, os.RemoveAll(k.home))
}
