package wasm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"syscall/js"

	"github.com/fovea-run/fovea/wasm/program"
)

// bridgeName is the global in which Open finds the bridge.
const bridgeName = "foveaBridge"

// bridge is the host that computes in JavaScript: every method is one of the
// bridge's Core (js/core.js), which checks programs, shapes and files.
type bridge struct {
	object js.Value
	closed bool
	models map[*bridgeModel]struct{}
}

func openHost(_ context.Context, o Options) (host, error) {
	if o.Engine != "" && o.Engine != "bridge" {
		return nil, failure(program.ErrUnsupported, "open", "Engine", o.Engine, `"bridge" under GOOS=js`)
	}
	if o.MaxMemory != 0 {
		return nil, failure(program.ErrUnsupported, "open", "MaxMemory", o.MaxMemory, "0 under GOOS=js")
	}
	if o.Training {
		return nil, failure(program.ErrUnsupported, "open", "Training", o.Training, "false under GOOS=js")
	}
	return newBridge(bridgeName, js.Global().Get(bridgeName))
}

// OpenBridge returns a Runtime that computes with object, which Open takes
// from globalThis.foveaBridge. Its method call(method, args, options) gives
// what js/core.js's method of that name gives, at once or as a promise; options
// is {signal: AbortSignal} where the call's context can be done. In a page it is
// the property bridge of what js/fovea.js's open gives. Who opened it closes it:
// [Runtime.Close] frees only the models loaded through this Runtime.
//
// While a promise is awaited only the calling goroutine waits. A [js.Func]
// that calls into this package must therefore start a goroutine, unless the
// bridge answers at once.
func OpenBridge(object js.Value) (*Runtime, error) {
	b, err := newBridge("bridge", object)
	if err != nil {
		return nil, err
	}
	return &Runtime{b}, nil
}

// Attach returns a model that is loaded in JavaScript already: the property
// bridge of one of js/fovea.js, an object with the method call (see
// [OpenBridge]) and the properties id, card and programs. Close leaves it as it
// is.
func Attach(model js.Value) (*Model, error) {
	b, err := newBridge("model", model)
	if err != nil {
		return nil, err
	}
	return newBridgeModel(&bridgeModel{bridge: b, id: model.Get("id"), attached: true}, model), nil
}

func newBridge(name string, object js.Value) (*bridge, error) {
	if object.Type() != js.TypeObject || object.Get("call").Type() != js.TypeFunction {
		return nil, failure(program.ErrUnsupported, "open", name, object, "an object with a function call")
	}
	return &bridge{object: object, models: map[*bridgeModel]struct{}{}}, nil
}

// call calls a method of the bridge and awaits its answer. op says in errors
// what is being done.
func (b *bridge) call(ctx context.Context, op, method string, args ...any) (js.Value, error) {
	if err := ctx.Err(); err != nil {
		return js.Undefined(), err
	}
	if b.closed {
		return js.Undefined(), failure(program.ErrClosed, "", "runtime", "", "")
	}
	return b.invoke(ctx, op, method, args)
}

func (b *bridge) invoke(ctx context.Context, op, method string, args []any) (js.Value, error) {
	options, abort := js.Undefined(), func() {}
	if ctx.Done() != nil {
		controller := js.Global().Get("AbortController").New()
		options = js.ValueOf(map[string]any{"signal": controller.Get("signal")})
		abort = func() { controller.Call("abort") }
	}
	answer, err := try(func() js.Value { return b.object.Call("call", method, js.ValueOf(args), options) })
	if err != nil {
		return js.Undefined(), asError(op, err)
	}
	if !isThenable(answer) {
		return answer, nil
	}
	select {
	case s := <-settled(answer):
		return s.value, asError(op, s.err)
	case <-ctx.Done():
		abort()
		return js.Undefined(), ctx.Err()
	}
}

func (b *bridge) load(ctx context.Context, r io.ReaderAt, size int64) (*Model, error) {
	const op = "load"
	file, err := fileOf(r, size)
	if err != nil {
		return nil, because(err, program.ErrFile, op, "")
	}
	if ctx.Done() == nil {
		return b.loadFile(ctx, file)
	}
	type loaded struct {
		model *Model
		err   error
	}
	done := make(chan loaded, 1)
	go func() {
		m, err := b.loadFile(context.WithoutCancel(ctx), file)
		done <- loaded{m, err}
	}()
	select {
	case l := <-done:
		return l.model, l.err
	case <-ctx.Done():
		go func() { // what is loaded nevertheless must be freed
			if l := <-done; l.err == nil {
				l.model.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

func (b *bridge) loadFile(ctx context.Context, file js.Value) (*Model, error) {
	loaded, err := b.call(ctx, "load", "load", file)
	if err != nil {
		return nil, err
	}
	m := &bridgeModel{bridge: b, id: loaded.Get("id")}
	if b.closed { // meanwhile
		m.close()
		return nil, failure(program.ErrClosed, "", "runtime", "", "")
	}
	b.models[m] = struct{}{}
	return newBridgeModel(m, loaded), nil
}

// newBridgeModel makes a Model with the card and the programs that about has.
func newBridgeModel(m *bridgeModel, about js.Value) *Model {
	return &Model{m, cardFromJS(about.Get("card")), programsFromJS(about.Get("programs"))}
}

func (b *bridge) op(ctx context.Context, name string, attrs Attrs, in Tensors, outputs []string) (Tensors, error) {
	tensors, err := tensorsToJS(name, in)
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	for k, v := range attrs {
		values[k] = v
	}
	wanted := make([]any, len(outputs))
	for i, o := range outputs {
		wanted[i] = o
	}
	out, err := b.call(ctx, name, "op", name, values, tensors, wanted)
	if err != nil {
		return nil, err
	}
	return tensorsFromJS(out), nil
}

func (b *bridge) close() error {
	b.closed = true
	var errs []error
	for _, m := range slices.Collect(maps.Keys(b.models)) {
		errs = append(errs, m.close())
	}
	return errors.Join(errs...)
}

// A bridgeModel is a model by its number in the bridge.
type bridgeModel struct {
	bridge   *bridge
	id       js.Value
	attached bool // somebody else frees it
	closed   bool
}

func (m *bridgeModel) call(ctx context.Context, op, method string, args ...any) (js.Value, error) {
	if m.closed {
		return js.Undefined(), failure(program.ErrClosed, "", "model", "", "")
	}
	return m.bridge.call(ctx, op, method, append([]any{m.id}, args...)...)
}

func (m *bridgeModel) run(ctx context.Context, name string, dims Dims, in Tensors) (Tensors, error) {
	tensors, err := tensorsToJS(name, in)
	if err != nil {
		return nil, err
	}
	fixed := map[string]any{}
	for k, v := range dims {
		fixed[k] = v
	}
	out, err := m.call(ctx, name, "run", name, fixed, tensors)
	if err != nil {
		return nil, err
	}
	return tensorsFromJS(out), nil
}

func (m *bridgeModel) spans(ctx context.Context, export, text string, flags uint64, _ int) ([]uint32, error) {
	words, err := m.call(ctx, export, "spans", export, bytesToJS([]byte(text)), flags)
	if err != nil {
		return nil, err
	}
	return wordsOf(bytesFromJS(words)), nil
}

func (m *bridgeModel) plan(ctx context.Context, lens []uint32, maxBatch, maxTokens uint32) ([]Batch, error) {
	batches, err := m.call(ctx, "plan", "plan", wordsToJS(lens), maxBatch, maxTokens)
	if err != nil {
		return nil, err
	}
	out := make([]Batch, batches.Length())
	for i := range out {
		b := batches.Index(i)
		out[i] = Batch{Indices: intsFromJS(b.Get("indices")), Tokens: b.Get("tokens").Int()}
	}
	return out, nil
}

func (m *bridgeModel) choose(ctx context.Context, scores []float32, lens []uint32, budget float32) ([]int, error) {
	kept, err := m.call(ctx, "select", "select", arrayToJS("Float32Array", F32(scores).Data), wordsToJS(lens), budget)
	if err != nil {
		return nil, err
	}
	return intsFromJS(kept), nil
}

func (m *bridgeModel) windows(ctx context.Context, lens []uint32, maxTokens uint32) ([]Window, error) {
	cut, err := m.call(ctx, "windows", "windows", wordsToJS(lens), maxTokens)
	if err != nil {
		return nil, err
	}
	out := make([]Window, cut.Length())
	for i := range out {
		w := cut.Index(i)
		out[i] = Window{Text: w.Get("text").Int(), Start: w.Get("start").Int(), End: w.Get("end").Int()}
	}
	return out, nil
}

func (m *bridgeModel) best(ctx context.Context, scores []float32, owners []uint32, texts uint32) ([]float32, error) {
	best, err := m.call(ctx, "best", "best", arrayToJS("Float32Array", F32(scores).Data), wordsToJS(owners), texts)
	if err != nil {
		return nil, err
	}
	return Tensor{DType: Float32, Data: bytesFromJS(best)}.Float32s(), nil
}

func (m *bridgeModel) close() error {
	if m.closed {
		return nil
	}
	m.closed = true
	delete(m.bridge.models, m)
	if m.attached {
		return nil
	}
	_, err := m.bridge.invoke(context.Background(), "close", "free", []any{m.id})
	return err
}

// isThenable tells a promise from a value.
func isThenable(v js.Value) bool {
	return v.Type() == js.TypeObject && v.Get("then").Type() == js.TypeFunction
}

// A settlement is how a promise ended.
type settlement struct {
	value js.Value
	err   error
}

// settled returns a channel that gets a promise's end.
func settled(promise js.Value) <-chan settlement {
	c := make(chan settlement, 1)
	var fulfilled, rejected js.Func
	end := func(s settlement) any {
		fulfilled.Release()
		rejected.Release()
		c <- s
		return nil
	}
	fulfilled = js.FuncOf(func(_ js.Value, args []js.Value) any { return end(settlement{value: args[0]}) })
	rejected = js.FuncOf(func(_ js.Value, args []js.Value) any { return end(settlement{err: js.Error{Value: args[0]}}) })
	promise.Call("then", fulfilled, rejected)
	return c
}

// try returns what f throws as a js.Error.
func try(f func() js.Value) (v js.Value, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case js.Error:
			err = r
		default:
			panic(r)
		}
	}()
	return f(), nil
}

// asError makes an Error of what JavaScript threw: a FoveaError has its fields.
func asError(op string, err error) error {
	thrown, ok := err.(js.Error)
	if !ok {
		return err
	}
	if thrown.Type() != js.TypeObject {
		return failure(program.ErrInternal, op, "", fmt.Sprint(thrown.Value), "")
	}
	if stringOf(thrown.Value, "name") != "FoveaError" {
		return because(thrown, program.ErrInternal, op, "")
	}
	field := func(name string) string { return stringOf(thrown.Value, name) }
	return &Error{
		Code: field("code"), Op: field("op"), Arg: field("arg"), Got: field("got"), Want: field("want"),
		text: strings.TrimPrefix(field("message"), "fovea: "), cause: thrown,
	}
}
