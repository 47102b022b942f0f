# The way in. Each target works as the first command on a fresh Debian 12 machine (as root or with sudo): it installs
# what it needs, which install/ pins, and shows how far it is.
SHELL := /bin/bash
ready := packages python node configure

# Where downloaded models and engines are kept between clones.
export WASMIND_CACHE ?= $(HOME)/.cache/wasmind
# Precompiled headers stay cacheable, and a second clone finds what the first one compiled.
export CCACHE_SLOPPINESS := pch_defines,time_macros
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
export CCACHE_PCH_EXTSUM := 1
# What is not in the cache is not preprocessed first: the compiler's list of headers tells the same.
export CCACHE_DEPEND := 1

.PHONY: help setup build packages demo test test-node endurance bench cost format docs pages operators tidy clean
help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

setup: ## installs the pinned tools: Debian packages, build/venv, Node
	@install/steps.sh packages python node

build: ## builds the tools into build/bin and the Python package of build/venv/bin/python
	@install/steps.sh $(ready) compile web

packages: ## makes what users install in build/packages: wheels, npm tarball, CMake package
	@install/steps.sh $(ready) compile web pack

demo: ## builds, compiles two real models and runs them on wasmtime and Node
	@install/steps.sh $(ready) compile:demo web demo

test: ## builds and runs every test; SUITES="style ctest" picks some
	@install/steps.sh $(ready) compile:all,tests web test

endurance: ## runs models and operators a million times in C++, Python and Node; prints memory before and after
	@install/steps.sh $(ready) compile:all,host_test web
	@export WASMIND_RUNS=1000000 WASMIND_SOURCE=$(CURDIR) WASMIND_BUILD=$(CURDIR)/build; \
	  build/bin/host_test --gtest_brief=1 --gtest_filter='Endurance.*' && \
	  build/venv/bin/python -m pytest -q -s --rootdir test -p no:cacheprovider python/test/test_endurance.py && \
	  build/node/bin/node --test runtime/web/test/endurance.test.mjs

test-node: ## runs every node test of the ONNX standard on wasmtime and Node; writes docs/generated/onnx-operators.md
	@install/steps.sh $(ready) compile web
	@build/venv/bin/python test/differential/onnx_nodes.py

bench: ## builds and measures models and operators against onnxruntime-web and TVM; writes docs/generated/*benchmark.md
	@install/steps.sh $(ready) compile web bench

cost: ## measures the processor time of what `make demo` compiles, where nothing is compiled yet; after make build
	@python3 install/cost.py

format: ## formats the C++ sources
	@git ls-files '*.h' '*.cpp' | grep -v third_party | xargs clang-format-22 -i

docs: ## writes the pages of docs/generated that follow from the tree
	@python3 docs/generate.py

pages: ## runs the operators' tests and writes docs/generated/operators.md from what passed
	@install/steps.sh $(ready) compile web
	@WASMIND_WRITE_PAGES=1 build/venv/bin/python -m pytest -q --rootdir test test/differential/test_operators.py

operators: ## builds operators, ours and TVM's, to objects, archive and module and runs them from C++ on wasmtime
	@install/steps.sh $(ready) compile:operators_demo operators

tidy: ## runs clang-tidy with the checks of .clang-tidy over the C++ sources
	@run-clang-tidy-22 -quiet -p build '^$(CURDIR)/(abi|compiler|runtime/host|tools)/'

clean: ## removes what was built; the caches stay
	@rm -rf build build-* node_modules
