// RUN: wasmind-opt %s --module-lower-to-llvm --verify-diagnostics

// expected-error @+1 {{needs a non-empty string as 'wasmind.export'}}
func.func @entry() -> i32 attributes {wasmind.export} {
  %c0 = arith.constant 0 : i32
  return %c0 : i32
}
