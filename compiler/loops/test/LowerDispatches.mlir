// RUN: wasmind-opt %s --loops-prepare --loops-join-parts --loops-form-dispatches --loops-choose-strategy --loops-lower-dispatches --split-input-file | FileCheck %s

// Kernels get the memory of their operands, constants in panels, and what they work in.
// CHECK-LABEL: func.func private @f32_gemm_4x8(
// CHECK-LABEL: func.func private @f32_elementwise(
// CHECK-LABEL: func.func @run(%arg0: tensor<4x8xf32>, %arg1: tensor<4x4xf32>)
// CHECK: %[[Y:.*]] = loops.buffer : tensor<4x4xf32>
// CHECK: %[[PANELS:.*]] = graph.constant {{.*}} : tensor<256xi8>
// CHECK: %[[Z:.*]] = loops.buffer : tensor<4x4xf32>
// CHECK: %[[A:.*]] = loops.buffer : tensor<128xi8>
// CHECK: %[[C:.*]] = loops.buffer : tensor<128xi8>
// CHECK: loops.call @f32_gemm_4x8(%arg0, %[[Y]], %[[PANELS]], %[[A]], %[[C]]) writes [1] {{.*}}flops = 272{{.*}}kind = "contract", shape = "4x8*8x4", strategy = "gemm", tile = "4x8"
// CHECK: loops.call @f32_elementwise(%[[Y]], %arg1, %[[Z]]) writes [2] in_place [0, 1]
// CHECK: return %[[Y]], %[[Z]]
func.func @run(%x: tensor<4x8xf32>, %s: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %w = graph.constant dense<0.5> : tensor<8x4xf32> : tensor<8x4xf32>
  %0 = graph.contract %x, %w batch [] x [] contract [1] x [0] : tensor<4x8xf32>, tensor<8x4xf32>
  %1 = graph.unary tanh %0 : tensor<4x4xf32>
  %2 = graph.binary add %1, %s : tensor<4x4xf32>, tensor<4x4xf32>
  return %1, %2 : tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

// Loops and branches hold steps; what they carry or give is copied to where it lies.
// CHECK-LABEL: func.func @run(
// CHECK: loops.copy %arg2 to %[[R0:.*]] as tensor<4xf32>
// CHECK: loops.copy %arg3 to %[[R1:.*]] as tensor<4xf32>
// CHECK: loops.while %arg0, %{{.*}}, %{{.*}} {
// CHECK-NEXT: loops.call @{{.*}}(%[[R0]], %[[R1]], %[[SUM:.*]]) writes [2]
// CHECK: loops.call @{{.*}}(%[[R1]], %[[OLD:.*]]) writes [1]
// CHECK: loops.copy %[[OLD]] to %[[R0]]
// CHECK: loops.copy %[[SUM]] to %[[R1]]
// CHECK: }
// CHECK: loops.if %arg1 {
// CHECK-NEXT: loops.call
// CHECK: } else {
// CHECK-NEXT: loops.copy %[[R1]] to %[[Y:.*]] as tensor<4xf32>
// CHECK: }
func.func @run(%n: tensor<i64>, %go: tensor<i1>, %x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0:2 = graph.loop %n while %go carry %x, %y : tensor<4xf32>, tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %a: tensor<4xf32>, %b: tensor<4xf32>):
    %sum = graph.binary add %a, %b : tensor<4xf32>, tensor<4xf32>
    graph.yield %go, %b, %sum : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  } : tensor<i64>, tensor<i1> -> tensor<4xf32>, tensor<4xf32>
  %1 = graph.if %go {
    %e = graph.unary exp %0#1 : tensor<4xf32>
    graph.yield %e : tensor<4xf32>
  } else {
    graph.yield %0#1 : tensor<4xf32>
  } : tensor<i1> -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// Parts of a concatenation are views of it.
// CHECK-LABEL: func.func @run(
// CHECK: %[[WHOLE:.*]] = loops.buffer : tensor<1x4x4x5xf32>
// CHECK: loops.call @{{.*}}(%arg0, %[[WHOLE]]) writes [1]
// CHECK: %[[PART:.*]] = loops.view %[[WHOLE]] at 8 : tensor<1x4x4x5xf32> -> tensor<1x4x4x3xf32>
// CHECK: loops.call @{{.*}}(%arg1, %[[PART]]) writes [1]
func.func @run(%x: tensor<1x4x4x2xf32>, %y: tensor<1x4x4x3xf32>) -> tensor<1x4x4x5xf32> {
  %a = graph.unary exp %x : tensor<1x4x4x2xf32>
  %b = graph.unary tanh %y : tensor<1x4x4x3xf32>
  %0 = loops.join %a, %b dim 3 : (tensor<1x4x4x2xf32>, tensor<1x4x4x3xf32>) -> tensor<1x4x4x5xf32>
  return %0 : tensor<1x4x4x5xf32>
}
