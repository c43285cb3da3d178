# What a person does with aihio. `make` alone lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

# Everything that is fetched or compiled lives outside the clone, so that clones share it and `git clean` is harmless.
export AIHIO_CACHE ?= $(HOME)/.cache/aihio
export CARGO_TARGET_DIR ?= $(AIHIO_CACHE)/target
WITHOUT := $(AIHIO_CACHE)/without
# A model of static vectors, once `make vectors` has fetched it, and the questions that `make eval` asks.
VECTORS := $(AIHIO_CACHE)/vectors
FILE ?= tests/questions/manual.json
# What load is put on; PROFILE=dev compiles in a fraction of the time, and its figures mean nothing.
PROFILE ?= release
# The benchmarks of the engine that are timed; the others count instructions.
TIMED := billing journal lifecycle mailbox publication retrieval session
BUILT = $(CARGO_TARGET_DIR)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))

.NOTPARALLEL:
.PHONY: help run build test tools fmt lint unit docs web eval vectors loadtest compare faults cluster bench clean

help: ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

run: build ## start the server with its demo; data goes to ./data
	@AIHIO__DEMO__ENABLED=$${AIHIO__DEMO__ENABLED:-true} exec cargo run --quiet --bin aihio -- serve

build:
	@command -v cargo >/dev/null || { echo "aihio is built by cargo, which is not installed. Install Rust (rustup), then repeat."; exit 1; }
	if [ ! -e "$(CARGO_TARGET_DIR)/debug/aihio" ]; then
		echo "Compiling aihio and what it rests on into $(CARGO_TARGET_DIR): some minutes this once, seconds from then on."
	fi
	cargo build --locked --bin aihio

test: tools fmt lint unit docs web ## check everything, as CI does; installs what is missing
	@if [ -s "$(WITHOUT)" ]; then
		echo; echo "!! SKIPPED for want of: $$(cat "$(WITHOUT)"). Install it and repeat \`make test\`."
	fi

tools: ## install what the tests need beside Rust
	@.ci/prepare

fmt: ## check the layout of the source
	cargo fmt --all --check

lint: ## clippy, with warnings as errors
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked --package aihio --features faults --test faults -- -D warnings

unit: ## every Rust test, those with real servers, clients and a browser among them
	@export AIHIO_WITHOUT="$$(cat "$(WITHOUT)" 2>/dev/null || true)"
	cargo test --locked --workspace --no-fail-fast
	cargo test --locked --package aihio --features faults --test faults --no-fail-fast

docs: ## the API documentation, with warnings as errors
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --workspace

web: ## the browser's part: types, tests, and whether web/dist is what its source builds
	@if ! command -v npm >/dev/null; then
		echo "!! SKIPPED: npm is not installed, so web/ is not rebuilt and compared."
	elif [ -e web/package.json ]; then
		cd web && npm ci --no-audit --no-fund && npm run check && npm test && npm run drift
	fi

eval: ## answer quality over the manual's questions, or others: make eval FILE=questions.json
	@table="$(VECTORS)/table.safetensors" tokenizer="$(VECTORS)/tokenizer.json" words=()
	if [ -e "$$table" ]; then words=(--vectors "$$table" "$$tokenizer")
	else echo "!! Without vectors: \`make vectors\` fetches a model."; fi
	cargo run --locked --profile $(PROFILE) --package aihio-actors --example eval -- "$(FILE)" "$${words[@]}"

vectors: ## fetch a small model of static vectors (16 MB, MIT) to try `embeddings.kind = "static"` and for make eval
	@mkdir -p "$(VECTORS)" && python3 -m venv "$(VECTORS)/venv"
	"$(VECTORS)/venv/bin/pip" download --quiet --no-deps --dest "$(VECTORS)/package" wordllama==0.4.0.post1
	python3 -m zipfile -e "$(VECTORS)"/package/*.whl "$(VECTORS)/package"
	cp "$(VECTORS)/package/wordllama/weights/l2_supercat_256.safetensors" "$(VECTORS)/table.safetensors"
	cp "$(VECTORS)/package/wordllama/tokenizers/l2_supercat_tokenizer_config.json" "$(VECTORS)/tokenizer.json"
	rm -r "$(VECTORS)/package" "$(VECTORS)/venv"
	echo "AIHIO__EMBEDDINGS__KIND=static"
	echo "AIHIO__EMBEDDINGS__TABLE_FILE=$(VECTORS)/table.safetensors"
	echo "AIHIO__EMBEDDINGS__TOKENIZER_FILE=$(VECTORS)/tokenizer.json"

loadtest: ## some seconds of load on a fresh server, judged; on a running one: make loadtest ARGS="--help"
	@if [ -n "$(ARGS)" ]; then
		exec cargo run --locked --profile $(PROFILE) --package aihio-loadtest -- $(ARGS)
	fi
	cargo build --locked --profile $(PROFILE) --package aihio --package aihio-loadtest --bins
	"$(BUILT)/aihio-loadtest" run short --start "$(BUILT)/aihio"

compare: ## aihio beside bare WebSocket servers, in one table: make compare ARGS="--rounds 5"
	cargo build --locked --profile $(PROFILE) --package aihio --package aihio-loadtest --package aihio-loadtest-peers --bins
	"$(BUILT)/aihio-loadtest" compare $(ARGS)

faults: ## faults by the hundred against a real server, and a report: PERCENT=10 for fewer, AIHIO_FAULTS_SEED=… to repeat a run
	@report="$(CARGO_TARGET_DIR)/faults-report"
	export AIHIO_FAULTS_PERCENT="$${PERCENT:-100}" AIHIO_FAULTS_REPORT="$$report"
	cargo test --locked --package aihio --features faults --test faults -- --nocapture --test-threads 1 long thousand
	echo; cat "$$report"/*.txt; echo "The reports lie in $$report"

cluster: ## three nodes, HAProxy, PostgreSQL and Redis on this machine; REDIS=cluster for three masters
	@exec deploy/cluster.sh

bench: ## the hot path in microseconds, and in instructions beside the committed ones; BASELINE=write commits new ones
	@if [ "$(BASELINE)" != write ]; then
		cargo bench --locked --package aihio-actors --features faults $(foreach bench,$(TIMED),--bench $(bench))
		cargo bench --locked --package aihio --bench edge
	fi
	.ci/counts $(BASELINE)

clean: ## forget what was compiled and installed for tests; ./data stays
	rm -rf "$(AIHIO_CACHE)/target" "$(AIHIO_CACHE)/clients" "$(WITHOUT)" web/node_modules
