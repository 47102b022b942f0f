// RUN: wasmind-opt %s --loops-emit-entry --split-input-file --verify-diagnostics | FileCheck %s
// RUN: wasmind-opt %s --loops-emit-entry=profile=true --split-input-file --verify-diagnostics | FileCheck %s --check-prefix=PROFILE

module {
func.func private @kernel(%a: !llvm.ptr, %b: !llvm.ptr)
func.func private @pack(%a: !llvm.ptr, %b: !llvm.ptr, %n: i32)

// Weights are prepared by the first run; addresses are constants.
// CHECK-LABEL: func.func @run() -> i32 attributes {wasmind.export = "run"}
// CHECK-DAG: %[[FLAG:.*]] = llvm.inttoptr %c65792_i32
// CHECK: %[[DONE:.*]] = llvm.load %[[FLAG]]
// CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[DONE]]
// CHECK: scf.if %[[FIRST]] {
// CHECK: func.call @pack(
// CHECK: llvm.store
// CHECK: }
// CHECK: %[[Y:.*]] = arith.constant 65672
// CHECK-NEXT: %[[AT:.*]] = llvm.inttoptr %[[Y]]
// CHECK: call @kernel(%{{.*}}, %[[AT]])
// CHECK-NOT: loops.
// CHECK-NOT: @run_steps
// PROFILE: func.func private @profile_prepare()
// PROFILE: func.func private @profile_step0()
// PROFILE: func.func @run_steps() -> i32 attributes {wasmind.export = "run_steps"}
func.func @run(%x: tensor<4xf32> {loops.address = 65536 : i64}) -> tensor<8xf32> attributes {loops.plan = {end = 66000 : i64, extents = array<i64: 65536, 0>, least_arena_bytes = 0 : i64, prepared = array<i64: 65792, 96>, steps = array<i64: 65984, 8>, weights = array<i64: 65920, 32>}} {
  %w = graph.constant dense<0.5> : tensor<8xf32> {loops.address = 65920 : i64} : tensor<8xf32>
  %p = loops.prepare @pack(%w) sizes [8] {loops.address = 65856 : i64} : (tensor<8xf32>) -> tensor<32xi8>
  %y = loops.buffer {loops.address = 65664 : i64} : tensor<8xf32>
  %part = loops.view %y at 8 : tensor<8xf32> -> tensor<4xf32>
  loops.call @kernel(%p, %part) writes [1] : tensor<32xi8>, tensor<4xf32>
  return %y : tensor<8xf32>
}
}

// -----

// expected-error @+1 {{has no planned schedule @run; --loops-plan-memory makes one}}
module {
func.func @run(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
}

// -----

// expected-error @+1 {{has no planned schedule @run; --loops-plan-memory makes one}}
module {
func.func private @kernel(%a: !llvm.ptr, %b: !llvm.ptr)
func.func @run(%x: tensor<4xf32> {loops.address = 65536 : i64}) -> tensor<4xf32> attributes {loops.plan = {end = 66000 : i64, extents = array<i64: 65536, 0>, least_arena_bytes = 0 : i64}} {
  %y = loops.buffer : tensor<4xf32>
  loops.call @kernel(%x, %y) writes [1] : tensor<4xf32>, tensor<4xf32>
  return %y : tensor<4xf32>
}
}
