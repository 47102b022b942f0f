// RUN: wasmind-opt %s --loops-prepare --split-input-file | FileCheck %s

// Every result is written by one kernel: an argument and a second mention of a value are copied.
// CHECK-LABEL: func.func @results
// CHECK: %[[Y:.*]] = graph.unary neg %arg0
// CHECK-DAG: %[[A:.*]] = graph.broadcast %arg0
// CHECK-DAG: %[[B:.*]] = graph.broadcast %[[Y]]
// CHECK: return %[[Y]], %[[A]], %[[B]]
func.func @results(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %y = graph.unary neg %x : tensor<4xf32>
  return %y, %x, %y : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// A call is the body of what it calls, whose function is gone.
// CHECK-LABEL: func.func @caller
// CHECK-NEXT: %[[Y:.*]] = graph.unary exp %arg0
// CHECK-NEXT: return %[[Y]]
// CHECK-NOT: func.func
func.func @caller(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = graph.call @called(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
func.func private @called(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = graph.unary exp %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Carried values that change places are copied before either is written; the condition has memory of its own.
// CHECK-LABEL: func.func @fibonacci
// CHECK: %[[C:.*]] = graph.broadcast %arg1
// CHECK: graph.loop %arg0 while %[[C]]
// CHECK: %[[SUM:.*]] = graph.binary add
// CHECK: %[[COPY:.*]] = graph.broadcast
// CHECK: graph.yield %{{.*}}, %[[COPY]], %[[SUM]]
func.func @fibonacci(%n: tensor<i64>, %go: tensor<i1>, %x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0:2 = graph.loop %n while %go carry %x, %y : tensor<4xf32>, tensor<4xf32> {
  ^bb0(%i: tensor<i64>, %a: tensor<4xf32>, %b: tensor<4xf32>):
    %sum = graph.binary add %a, %b : tensor<4xf32>, tensor<4xf32>
    graph.yield %go, %b, %sum : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  } : tensor<i64>, tensor<i1> -> tensor<4xf32>, tensor<4xf32>
  return %0#1 : tensor<4xf32>
}

// -----

// What is no matrix in memory is transposed: constants now, the rest by a kernel.
// CHECK-LABEL: func.func @matrices
// CHECK-DAG: %[[W:.*]] = graph.constant {{.*}} : tensor<2x2x5x3xf32>
// CHECK-DAG: %[[X:.*]] = graph.transpose %arg0 [0, 2, 1] : tensor<4x3x6xf32>
// CHECK: graph.contract %[[X]], %[[W]] batch [] x [] contract [2] x [3]
func.func @matrices(%x: tensor<4x3x6xf32>) -> tensor<4x6x2x2x5xf32> {
  %w = graph.constant dense<0.5> : tensor<2x2x3x5xf32> : tensor<2x2x3x5xf32>
  %0 = graph.contract %x, %w batch [] x [] contract [1] x [2] : tensor<4x3x6xf32>, tensor<2x2x3x5xf32>
  return %0 : tensor<4x6x2x2x5xf32>
}
