# make run     serve the demo on a local address
# make worker  serve the Cloudflare Worker on this machine, in workerd
# make test    every test (installs what they need first); go test ./... asks each kind of engine for some of it, within minutes
# make bench   timings in headless Chromium beside onnxruntime-web, tfjs-wasm, jax-js and, where it is installed, clang
# make build   .build/bin/demo and .build/bin/wasmbuild
# make fuzz    run N random programs natively and compiled, and compare
# make fuzz-ops  N operations and programs of every kind, damaged or not, with poison around every tensor
# make fuzz-readers  fuzz each target for FUZZTIME
# make mutate  put faults into the compiler: which do the tests notice? (RESUME=1 goes on where a run was stopped)

GO       ?= go
N        ?= 10000
FUZZTIME ?= 30s
PEERS    := runtime_test/node_modules/.package-lock.json

.PHONY: run worker test bench build generate deps fuzz fuzz-ops fuzz-readers mutate check
run:
	$(GO) run ./demo

worker: $(PEERS)
	@$(GO) run ./demo worker

test: deps check
	FOVEA_FULL=1 $(GO) test -timeout 20m ./...
	GOAMD64=v3 $(GO) test ./kernels/...
	$(GO) test -tags relaxed ./kernels/...
	$(GO) test -tags threads ./kernels/...
	$(GO) test -tags train ./kernels/...
	$(GO) test -tags train,threads -run Crew ./kernels
	$(GO) test -tags train -run 'Train|Optimiser' ./wasm
	FOVEA_FULL=1 $(GO) test -tags train ./runtime_test/fuzzops
	node --test js/*.test.js
	./runtime_test/fuzz.sh 500x
	@cat .build/engines.txt

# Builds that the tests of this machine's platform would not notice.
check:
	$(GO) vet ./...
	GOOS=js GOARCH=wasm $(GO) vet ./wasm/... ./demo/worker/... ./demo/lens/...
	$(GO) vet -tags lens ./demo/lens/...
	GOARCH=arm64 $(GO) vet ./kernels/...
	$(GO) vet -tags relaxed,threads,train ./kernels/...

bench: deps
	$(GO) run ./runtime_test/bench

build:
	$(GO) build -trimpath -o .build/bin/ ./demo ./cmd/wasmbuild

# Everything that is generated and committed: error codes and operation table, then the modules.
generate:
	$(GO) generate ./...
	$(GO) run ./cmd/wasmbuild kernels

fuzz:
	@$(GO) run ./cmd/wasmbuild/internal/progen/fuzz -n $(N)

fuzz-ops:
	@$(GO) run -tags train ./runtime_test/fuzzops/fuzz -n $(N)

fuzz-readers:
	./runtime_test/fuzz.sh $(FUZZTIME)

mutate:
	$(GO) run ./cmd/wasmbuild/internal/mutate $(if $(RESUME),-resume)

deps: $(PEERS)
	./runtime_test/deps.sh browsers

$(PEERS): runtime_test/package-lock.json
	./runtime_test/deps.sh npm
