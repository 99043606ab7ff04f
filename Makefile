# Two commands: `make run` starts everything with sample data, `make test` proves it. `make help` names the rest.
SHELL    := /bin/bash
BUILD    := .build
DEVSTACK := $(BUILD)/devstack
ARREARS  := $(BUILD)/arrears
BENCH    := $(BUILD)/bench
SIZE     ?= normal
# The product's tests share one PostgreSQL and one Temporal server; more packages at once than processors only adds waiting.
# The limit is for what hangs: the longest package takes minutes on two quiet processors, and a busy machine several times that.
GOTEST   := go test -timeout 1h

.PHONY: help run demo rehearse bench test test-fast test-product test-devstack build devstack fmt lint vet workflowcheck clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

run: devstack ## Start everything with sample data; Ctrl-C stops it
	@$(DEVSTACK) run

demo: devstack ## The same on a clock that runs a day in five seconds, telling the story
	@$(DEVSTACK) run --demo

# The report's figures that must be 0 end it with 4 when they are not.
rehearse: devstack build ## Try a policy: make rehearse ARGS="FILE --profile P --policy standard --from DATE"
	@$(DEVSTACK) exec -- sh -c 'ARREARS_DATABASE_URL=$$ARREARS_TEST_DATABASE_URL ARREARS_TEMPORAL_ADDRESS=$$ARREARS_TEST_TEMPORAL exec $(ARREARS) rehearse "$$@"' rehearse $(ARGS)

test: devstack ## Set up a private stack and pass every test
	@$(DEVSTACK) exec -- $(MAKE) --no-print-directory test-product test-devstack

# Fast ones first: what decides and what stores, then the whole system.
test-product:
	$(GOTEST) ./...
test-devstack:
	cd devstack && $(GOTEST) ./...

test-fast: devstack ## Only the product's own tests
	@$(DEVSTACK) exec -- $(MAKE) --no-print-directory test-product

KILLS ?= 100
test-faults: devstack ## Break everything on purpose (KILLS, SEED, REPORT=docs/faults.md)
	@$(DEVSTACK) exec -- env FAULTS_KILLS=$(KILLS) $(if $(SEED),FAULTS_SEED=$(SEED)) $(if $(REPORT),FAULTS_REPORT=$(abspath $(REPORT))) \
		$(MAKE) --no-print-directory run-faults
.PHONY: test-faults run-faults
run-faults:
	cd devstack && go test -count=1 -timeout 40m -v ./faults | grep -vE '^=== (RUN|PAUSE|CONT|NAME)'; exit $${PIPESTATUS[0]}

build: ## Build the product's binary
	@mkdir -p $(BUILD)
	go build -trimpath -o $(ARREARS) ./cmd/arrears

devstack: need-go ## Build the embedded stack (the first time takes minutes)
	@mkdir -p $(BUILD)
	@.ci/build-devstack $(DEVSTACK)

.PHONY: need-go
need-go:
	@command -v go >/dev/null || { echo "Go is missing: install Go 1.26 or newer, see https://go.dev/doc/install"; exit 1; }

bench: need-go ## Measure beside the limits of the parts; ONLY=wave takes one figure, SIZE=small a quick look
	@mkdir -p $(BUILD)
	@cd devstack && go build -o ../$(BENCH) ./bench
	@cd devstack && ../$(BENCH) run --size $(SIZE) $(if $(ONLY),--only $(ONLY)) $(if $(JSON),--json $(abspath $(JSON))) $(if $(PROFILE),--profile $(abspath $(PROFILE))) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(RECORD),--write ../docs/performance.md)

fmt: ## Format the code
	gofmt -w $$(git ls-files '*.go')

vet:
	go vet ./...
	cd devstack && go vet ./...

lint: ## Run the linters
	@echo "Preparing the linter (the first time it is compiled, which takes minutes)"
	go -C tools tool -n golangci-lint >/dev/null
	"$$(go -C tools tool -n golangci-lint)" run ./...
	cd devstack && "$$(go -C ../tools tool -n golangci-lint)" run --config ../.golangci.yml ./...

workflowcheck: ## Prove that workflows are deterministic
	"$$(go -C tools tool -n workflowcheck)" ./workflows/...

clean: ## Remove what was built (data in .arrears stays)
	rm -rf $(BUILD)
