package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// webdriver is a client of one session of a WebDriver server (https://www.w3.org/TR/webdriver2/).
type webdriver struct {
	server  string // URL
	session string // path below it: empty until there is a session
}

// call sends a command and decodes its value, which may be nil.
func (w *webdriver) call(method, path string, params, value any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, w.server+w.session+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct{ Value json.RawMessage }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, answer.Value)
	}
	if value == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, value)
}

// open makes the session, with limits of time that leave it to this side to lose patience.
func (w *webdriver) open() error {
	var answer struct{ SessionID string }
	if err := w.call(http.MethodPost, "/session", map[string]any{"capabilities": struct{}{}}, &answer); err != nil {
		return err
	}
	w.session = "/session/" + answer.SessionID
	limit := patience.Milliseconds()
	return w.call(http.MethodPost, "/timeouts", map[string]any{"script": limit, "pageLoad": limit}, nil)
}

// script evaluates an expression and, if it gives a promise, what comes of it; what goes wrong comes as a string too, under a
// name of its own.
const script = `
const done = arguments[arguments.length - 1];
(async () => (%s
))().then((value) => done({ value }), (err) => done({ broken: String(err) + '\n' + err?.stack }));`

func (w *webdriver) eval(js string) (string, error) {
	var answer struct{ Value, Broken string }
	err := w.call(http.MethodPost, "/execute/async", map[string]any{"script": fmt.Sprintf(script, js), "args": []any{}}, &answer)
	if err == nil && answer.Broken != "" {
		err = fmt.Errorf("in the page: %s", answer.Broken)
	}
	return answer.Value, err
}
