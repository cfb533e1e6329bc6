package engine

import "encoding/json"

// A Config is how the bridge is opened; see open in js/fovea.js.
type Config struct {
	Variant  string `json:"variant"`            // "simd" or "relaxed"
	Threads  int    `json:"threads,omitempty"`  // 0 for one
	Backend  string `json:"backend,omitempty"`  // "webgpu", or "" for WebAssembly
	Training bool   `json:"training,omitempty"` // with the operations of level 1
}

// String names the configuration: simd, relaxed-threads, simd-webgpu …
func (c Config) String() string {
	name := c.Variant
	if c.Threads > 1 {
		name += "-threads"
	}
	if c.Training {
		name += "-training"
	}
	if c.Backend != "" {
		name += "-" + c.Backend
	}
	return name
}

// options is the argument of open, as JSON.
func (c Config) options() string {
	if c.Threads == 0 {
		c.Threads = 1
	}
	if c.Backend == "" {
		c.Backend = "wasm"
	}
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // it has nothing that JSON has not
	}
	return string(b)
}

// Stats is what the bridge says of itself; see Stats in js/fovea.js.
type Stats struct {
	Variant    string         `json:"variant"`
	Threads    int            `json:"threads"`
	Backend    string         `json:"backend"`
	Adapter    *Adapter       `json:"adapter"` // nil where no device is used
	Dispatches map[string]int `json:"dispatches"`
	Fallbacks  int            `json:"fallbacks"`
}

// An Adapter is what WebGPU runs on.
type Adapter struct {
	Vendor       string   `json:"vendor"`
	Architecture string   `json:"architecture"`
	Features     []string `json:"features"`
	Subgroups    bool     `json:"subgroups"` // the shaders use them
	F16          bool     `json:"f16"`
}
