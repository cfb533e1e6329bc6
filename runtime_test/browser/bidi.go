package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// bidi is a WebDriver BiDi connection (https://w3c.github.io/webdriver-bidi/). It subscribes to no events and has one command
// under way at a time, so that what comes in is the answer to what went out.
type bidi struct {
	conn *websocket.Conn
	last int // id of the last command
}

func dialBiDi(ctx context.Context, url string) (*bidi, error) {
	conn, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(-1)
	return &bidi{conn: conn}, nil
}

// call sends a command and decodes its result, which may be nil.
func (b *bidi) call(method string, params, result any) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	b.last++
	command := struct {
		ID     int    `json:"id"`
		Method string `json:"method"`
		Params any    `json:"params"`
	}{b.last, method, params}
	if err := wsjson.Write(ctx, b.conn, command); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	var answer struct {
		ID             int
		Result         json.RawMessage
		Error, Message string
	}
	if err := wsjson.Read(ctx, b.conn, &answer); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	switch {
	case answer.Error != "":
		return fmt.Errorf("%s: %s: %s", method, answer.Error, answer.Message)
	case answer.ID != b.last:
		return fmt.Errorf("%s: answer to command %d, want %d", method, answer.ID, b.last)
	case result == nil:
		return nil
	}
	return json.Unmarshal(answer.Result, result)
}
