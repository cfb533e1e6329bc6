package wasm_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"syscall/js"
	"testing"
	"testing/iotest"

	"github.com/fovea-run/fovea/wasm"
)

// engines are those of the Go host under GOOS=js.
var engines = []string{"bridge"}

// object evaluates a JavaScript expression.
func object(expression string) js.Value {
	return js.Global().Get("Function").New("return " + expression).Invoke()
}

// The runtime is found where a page puts it, or given; nothing else will do.
func TestOpenBridge(t *testing.T) {
	_, err := wasm.Open(background, wasm.Options{Engine: "wazero"})
	wantError(t, "engine", err, wasm.Error{Code: "unsupported", Op: "open", Arg: "Engine", Got: "wazero", Want: `"bridge" under GOOS=js`})
	_, err = wasm.Open(background, wasm.Options{MaxMemory: 1 << 20})
	wantError(t, "memory", err, wasm.Error{Code: "unsupported", Op: "open", Arg: "MaxMemory", Got: "1048576", Want: "0 under GOOS=js"})
	_, err = wasm.Open(background, wasm.Options{Training: true})
	wantError(t, "training", err, wasm.Error{Code: "unsupported", Op: "open", Arg: "Training", Got: "true", Want: "false under GOOS=js"})
	for text, got := range map[string]string{
		"undefined": "<undefined>", "null": "<null>", "7": "<number: 7>", "({})": "<object>", "({call: 1})": "<object>",
	} {
		_, err := wasm.OpenBridge(object(text))
		wantError(t, text, err, wasm.Error{Code: "unsupported", Op: "open", Arg: "bridge", Got: got, Want: "an object with a function call"})
	}
	found := js.Global().Get("foveaBridge")
	js.Global().Delete("foveaBridge")
	defer js.Global().Set("foveaBridge", found)
	_, err = wasm.Open(background, wasm.Options{})
	wantError(t, "none", err, wasm.Error{
		Code: "unsupported", Op: "open", Arg: "foveaBridge", Got: "<undefined>", Want: "an object with a function call",
	})
}

// scripted opens a bridge whose answer to everything is an expression of method.
func scripted(t *testing.T, answer string) *wasm.Runtime {
	t.Helper()
	rt, err := wasm.OpenBridge(object("({call(method, args, options) { this.last = options; " + answer + " }})"))
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

// Whatever is thrown, at once or by a promise, is an error with what it says.
func TestThrown(t *testing.T) {
	for _, c := range []struct {
		thrown string
		want   wasm.Error
	}{
		{"Object.assign(new Error('fovea: run: what the bridge says'), {name: 'FoveaError', code: 'trap', op: 'run', arg: 'a', got: 'g', want: 'w'})",
			wasm.Error{Code: "trap", Op: "run", Arg: "a", Got: "g", Want: "w"}},
		{"new TypeError('not so')", wasm.Error{Code: "internal", Op: "softmax", Got: "JavaScript error: not so"}},
		{"'a text'", wasm.Error{Code: "internal", Op: "softmax", Got: "a text"}},
		{"undefined", wasm.Error{Code: "internal", Op: "softmax", Got: "<undefined>"}},
	} {
		for _, answer := range []string{"throw " + c.thrown, "return Promise.reject(" + c.thrown + ")"} {
			_, err := scripted(t, answer).Op(background, "softmax", nil, nil)
			wantError(t, answer, err, c.want)
		}
	}
}

// A caller stops waiting for a promise when its context is done, and the
// bridge is told.
func TestCancelWaiting(t *testing.T) {
	bridge := object("({call(method, args, {signal}) { this.signal = signal; this.called(); return new Promise(() => {}) }})")
	ctx, cancel := context.WithCancel(background)
	called := js.FuncOf(func(js.Value, []js.Value) any { cancel(); return nil })
	defer called.Release()
	bridge.Set("called", called)
	rt, err := wasm.OpenBridge(bridge)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Op(ctx, "softmax", nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if !bridge.Get("signal").Get("aborted").Bool() {
		t.Error("the signal is not aborted")
	}
}

// A model that is loaded after its caller gave up is freed.
func TestCancelLoad(t *testing.T) {
	bridge := object(`({call(method, [id]) {
		if (method === 'free') return this.freed(id);
		const loading = new Promise((resolve) => { this.finish = () => resolve({id: 7, card: {}, programs: []}); });
		this.called();
		return loading;
	}})`)
	ctx, cancel := context.WithCancel(background)
	freed := make(chan int, 1)
	called := js.FuncOf(func(js.Value, []js.Value) any { cancel(); return nil })
	free := js.FuncOf(func(_ js.Value, args []js.Value) any { freed <- args[0].Int(); return nil })
	defer called.Release()
	defer free.Release()
	bridge.Set("called", called)
	bridge.Set("freed", free)
	rt, err := wasm.OpenBridge(bridge)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Load(ctx, bytes.NewReader(nil), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	bridge.Call("finish")
	if id := <-freed; id != 7 {
		t.Errorf("freed %d, want 7", id)
	}
}

// A model of JavaScript's can be used, and outlives its Go side.
func TestAttach(t *testing.T) {
	f := newTestFile(t)
	found := js.Global().Get("foveaBridge")
	loaded := awaited(t, found.Call("call", "load", []any{uint8Array(f.bytes(t))}))
	object := object("(f, m) => ({...m, call: (...a) => f.call(...a)})").Invoke(found, loaded)
	for range 2 {
		m, err := wasm.Attach(object)
		if err != nil {
			t.Fatal(err)
		}
		if m.Card().Name != "test" {
			t.Errorf("card %+v", m.Card())
		}
		wantPrograms(t, m.Programs())
		got, err := session(t, m, nil).Run(background, "embed", texts(sampleTexts...))
		if err != nil {
			t.Fatal(err)
		}
		near(t, got["embedding"].Float32s()[:out], f.embed(sampleTexts[0]), 2e-6)
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = m.Split(background, "x")
		wantError(t, "closed", err, wasm.Error{Code: "closed", Arg: "model"})
	}
	_, err := wasm.Attach(js.Null())
	wantError(t, "null", err, wasm.Error{Code: "unsupported", Op: "open", Arg: "model", Got: "<null>", Want: "an object with a function call"})
}

func uint8Array(b []byte) js.Value {
	v := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(v, b)
	return v
}

// awaited returns what v is, or what it promises.
func awaited(t *testing.T, v js.Value) js.Value {
	t.Helper()
	c := make(chan js.Value, 1)
	done := js.FuncOf(func(_ js.Value, args []js.Value) any { c <- args[0]; return nil })
	defer done.Release()
	js.Global().Get("Promise").Call("resolve", v).Call("then", done)
	return <-c
}

// A file can be bytes of JavaScript.
func TestBuffer(t *testing.T) {
	file := newTestFile(t).bytes(t)
	array := uint8Array(file)
	rt := open(t, wasm.Options{})
	for _, v := range []js.Value{array, array.Get("buffer")} {
		b, err := wasm.NewBuffer(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(io.NewSectionReader(b, 0, b.Size()), file); err != nil {
			t.Error(err)
		}
		m, err := rt.Load(background, b, b.Size())
		if err != nil {
			t.Fatal(err)
		}
		if m.Card().Name != "test" {
			t.Errorf("card %+v", m.Card())
		}
		_, err = rt.Load(background, b, b.Size()-1)
		ours(t, err)
	}
	_, err := wasm.NewBuffer(object("[1, 2]"))
	wantError(t, "array", err, wasm.Error{Code: "value", Op: "load", Arg: "the buffer", Got: "object", Want: "a Uint8Array or an ArrayBuffer"})
}
