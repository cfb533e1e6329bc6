//go:build js && wasm

// Command worker is the Go side of the Cloudflare Worker. worker.js starts it
// once in an isolate and calls it for every request: functions that compute
// before they return, a batch at most, so that nothing of one request is left
// to wait in another's.
package main

import (
	"context"
	"runtime/debug"
	"syscall/js"

	"github.com/fovea-run/fovea/demo/worker/api"
	"github.com/fovea-run/fovea/wasm"
)

func main() {
	// What Go has seen of JavaScript lives until Go collects it.
	debug.SetGCPercent(30)
	// As syumai/workers has it: context.env are the bindings of the deployment,
	// context.binding is where Go puts what JavaScript calls.
	env, binding := js.Global().Get("context").Get("env"), js.Global().Get("context").Get("binding")
	a, err := start(env, binding)
	if err != nil {
		binding.Set("error", err.Error())
		return
	}
	binding.Set("admit", js.FuncOf(func(_ js.Value, args []js.Value) any {
		response, limit := a.Admit(context.Background(), headOf(args[0]))
		if response == nil {
			return limit
		}
		return responseToJS(response)
	}))
	binding.Set("tooLarge", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return responseToJS(a.TooLarge(headOf(args[0])))
	}))
	jobs, last := map[int]*api.Job{}, 0
	binding.Set("begin", js.FuncOf(func(_ js.Value, args []js.Value) any {
		body := make([]byte, args[1].Length())
		js.CopyBytesToGo(body, args[1])
		last++
		jobs[last] = a.Begin(context.Background(), headOf(args[0]), body)
		return last
	}))
	binding.Set("step", js.FuncOf(func(_ js.Value, args []js.Value) any {
		if response := jobs[args[0].Int()].Step(); response != nil {
			return responseToJS(response)
		}
		return true
	}))
	binding.Set("stop", js.FuncOf(func(_ js.Value, args []js.Value) any {
		job := args[0].Int()
		jobs[job].Stop()
		delete(jobs, job)
		return true
	}))
	select {}
}

// start loads the model. The bridge answers at once.
func start(env, binding js.Value) (*api.API, error) {
	config, err := api.NewConfig(textOf(env, "API_KEYS"), textOf(env, "ALLOWED_ORIGINS"))
	if err != nil {
		return nil, err
	}
	rt, err := wasm.OpenBridge(binding.Get("bridge"))
	if err != nil {
		return nil, err
	}
	file, err := wasm.NewBuffer(binding.Get("model"))
	if err != nil {
		return nil, err
	}
	m, err := rt.Load(context.Background(), file, file.Size())
	if err != nil {
		return nil, err
	}
	return api.New(m, config)
}

func headOf(v js.Value) api.Head {
	return api.Head{
		Method: textOf(v, "method"), Path: textOf(v, "path"),
		Authorization: textOf(v, "authorization"), Origin: textOf(v, "origin"),
		ContentType: textOf(v, "type"), ContentEncoding: textOf(v, "encoding"),
		ContentLength: int64(v.Get("length").Int()),
	}
}

// textOf returns a property, "" if it is no string.
func textOf(v js.Value, name string) string {
	if p := v.Get(name); p.Type() == js.TypeString {
		return p.String()
	}
	return ""
}

func responseToJS(r *api.Response) js.Value {
	headers := map[string]any{}
	for name, value := range r.Header {
		headers[name] = value
	}
	body := js.Null()
	if r.Body != nil {
		body = js.Global().Get("Uint8Array").New(len(r.Body))
		js.CopyBytesToJS(body, r.Body)
	}
	return js.ValueOf(map[string]any{"status": r.Status, "headers": headers, "body": body, "broken": r.Broken})
}
