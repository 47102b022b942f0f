"""`python -m wasmind.mindspore.bench`, which `wasmind bench mindspore` starts: networks in MindSpore and on wasm, what a call costs by each
route, and what fusion gains."""
