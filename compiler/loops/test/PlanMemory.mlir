// RUN: wasmind-opt %s --loops-plan-memory --split-input-file --verify-diagnostics | FileCheck %s

func.func private @kernel(%a: !llvm.ptr, %b: !llvm.ptr)

// What is needed at different times shares memory: %2 lies where %0 did. %1 is computed where %0 lies.
// CHECK-LABEL: func.func @run(
// CHECK-SAME: %arg0: tensor<4xf32> {loops.address = 65536 : i64}
// CHECK-SAME: loops.plan = {arena = array<i64: 65792, 256>
// CHECK: loops.buffer {loops.address = 65664 : i64}
// CHECK: loops.buffer {loops.address = [[FIRST:.*]] : i64}
// CHECK: loops.buffer {loops.address = [[FIRST]] : i64}
// CHECK: loops.buffer {loops.address = [[SECOND:.*]] : i64}
// CHECK: loops.buffer {loops.address = [[FIRST]] : i64}
func.func @run(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = loops.buffer : tensor<4xf32>
  %0 = loops.buffer : tensor<4xf32>
  %1 = loops.buffer : tensor<4xf32>
  %2 = loops.buffer : tensor<4xf32>
  %3 = loops.buffer : tensor<4xf32>
  loops.call @kernel(%x, %0) writes [1] : tensor<4xf32>, tensor<4xf32>
  loops.call @kernel(%0, %1) writes [1] in_place [0] : tensor<4xf32>, tensor<4xf32>
  loops.call @kernel(%1, %2) writes [1] : tensor<4xf32>, tensor<4xf32>
  loops.call @kernel(%2, %3) writes [1] : tensor<4xf32>, tensor<4xf32>
  loops.call @kernel(%3, %y) writes [1] : tensor<4xf32>, tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func private @kernel(%a: !llvm.ptr, %b: !llvm.ptr)

// What a loop reads from before it lives until its end, so that nothing inside may lie there.
// CHECK-LABEL: func.func @run(
// CHECK: loops.buffer {loops.address = {{.*}} : i64} : tensor<4xf32>
// CHECK: loops.buffer {loops.address = [[OUTER:.*]] : i64} : tensor<4xf32>
// CHECK-NOT: loops.buffer {loops.address = [[OUTER]] : i64} : tensor<4xf32>
// CHECK: return
func.func @run(%x: tensor<4xf32>, %n: tensor<i64>, %go: tensor<i1>) -> tensor<4xf32> {
  %y = loops.buffer : tensor<4xf32>
  %0 = loops.buffer : tensor<4xf32>
  %1 = loops.buffer : tensor<4xf32>
  %2 = loops.buffer : tensor<4xf32>
  %i = loops.buffer : tensor<i64>
  loops.call @kernel(%x, %0) writes [1] : tensor<4xf32>, tensor<4xf32>
  loops.while %n, %go, %i {
    loops.call @kernel(%0, %1) writes [1] in_place [0] : tensor<4xf32>, tensor<4xf32>
    loops.call @kernel(%1, %2) writes [1] : tensor<4xf32>, tensor<4xf32>
    loops.call @kernel(%2, %y) writes [1] : tensor<4xf32>, tensor<4xf32>
  } : tensor<i64>, tensor<i1>, tensor<i64>
  return %y : tensor<4xf32>
}

// -----

func.func private @kernel(%a: !llvm.ptr, %b: !llvm.ptr)

// The next value of a state is computed where the state lies where nothing reads the old one later; else it is copied.
// CHECK-LABEL: func.func @run(
// CHECK-SAME: loops.address = [[S:.*]] : i64}, %arg1: {{.*}}loops.address = [[T:.*]] : i64})
// CHECK: loops.buffer {loops.address = [[S]] : i64}
// CHECK: %[[NEXT:.*]] = loops.buffer
// CHECK-NOT: [[T]]
// CHECK: loops.copy %[[NEXT]] to %arg1 as tensor<4xf32>
// CHECK-NEXT: return
func.func @run(%s: tensor<4xf32> {graph.state = 1 : i64}, %t: tensor<4xf32> {graph.state = 2 : i64}) -> (tensor<4xf32>, tensor<4xf32> {graph.hidden}, tensor<4xf32> {graph.hidden}) {
  %y = loops.buffer : tensor<4xf32>
  %0 = loops.buffer : tensor<4xf32>
  %1 = loops.buffer : tensor<4xf32>
  loops.call @kernel(%s, %1) writes [1] : tensor<4xf32>, tensor<4xf32>
  loops.call @kernel(%t, %0) writes [1] : tensor<4xf32>, tensor<4xf32>
  loops.call @kernel(%t, %y) writes [1] : tensor<4xf32>, tensor<4xf32>
  return %y, %0, %1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// expected-error @+1 {{is no schedule; --loops-lower-dispatches makes one}}
func.func @run(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = loops.dispatch elementwise (%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %1 = graph.unary exp %a : tensor<4xf32>
    graph.yield %1 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

// A constant without elements lies in weights without bytes.
// CHECK-LABEL: func.func @run()
// CHECK-SAME: weights = array<i64: [[WEIGHTS:.*]], 0>}
// CHECK: graph.constant dense<> : tensor<0x3xi64> {loops.address = [[WEIGHTS]] : i64}
func.func @run() -> tensor<0x3xi64> {
  %y = loops.buffer : tensor<0x3xi64>
  %0 = graph.constant dense<> : tensor<0x3xi64> : tensor<0x3xi64>
  loops.copy %0 to %y as tensor<0x3xi64> : tensor<0x3xi64>, tensor<0x3xi64>
  return %y : tensor<0x3xi64>
}
