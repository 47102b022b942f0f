// RUN: wasmind-opt %s --module-add-contract --split-input-file | FileCheck %s

// CHECK: func.func @wasmind_abi_version() -> i32 attributes {wasmind.export = "wasmind_abi_version"}
// CHECK-NEXT: arith.constant 1 : i32
// CHECK: func.func @wasmind_error() -> i32 attributes {wasmind.export = "wasmind_error"}
// CHECK-NEXT: llvm.mlir.addressof @wasmind_error_text
// CHECK: llvm.mlir.global internal constant @wasmind_error_text("\00")
module {}

// -----

// A module's own error text stays.
// CHECK: func.func @wasmind_error() -> i32
// CHECK-NEXT: arith.constant 70000
// CHECK-NOT: @wasmind_error_text
func.func @wasmind_error() -> i32 attributes {wasmind.export = "wasmind_error"} {
  %a = arith.constant 70000 : i32
  return %a : i32
}
