"""The compiler of the package `wasmind`, which is how it is used: `wasmind.compile`, `wasmind.te`."""
