#!/bin/bash
# usage: update.sh VERSION - takes the C API's headers from the Rust registry and writes conf.h for the PyPI library.
set -euo pipefail
version=$1
cd "$(dirname "$0")"
crate=$(mktemp -d)
trap 'rm -rf "$crate"' EXIT
mkdir "$crate/src"
touch "$crate/src/lib.rs"
cat > "$crate/Cargo.toml" <<TOML
[package]
name = "headers"
version = "0.1.0"
edition = "2021"
[dependencies]
wasmtime-c-api-impl = { version = "=$version", default-features = false }
TOML
(cd "$crate" && CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS=allow cargo vendor -q vendored > /dev/null)
rm -rf include
cp -r "$crate/vendored/wasmtime-c-api-impl/include" include
rm include/wasmtime/conf.h.in
# Every feature of the library but ALL_ARCH, DISABLE_LOGGING and GC_COPYING; check with `nm -D`.
features="PROFILING WAT CACHE PARALLEL_COMPILATION WASI LOGGING COREDUMP ADDR2LINE DEMANGLE THREADS GC GC_DRC GC_NULL ASYNC
          CRANELIFT WINCH POOLING_ALLOCATOR PULLEY COMPILER"
{
  echo "#ifndef WASMTIME_CONF_H"
  echo "#define WASMTIME_CONF_H"
  for feature in $features; do echo "#define WASMTIME_FEATURE_$feature"; done
  echo "#endif"
} > include/wasmtime/conf.h
