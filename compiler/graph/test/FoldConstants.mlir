// RUN: wasmind-opt %s --split-input-file --graph-fold-constants | FileCheck %s

// Arithmetic on constants is done, and what is dead afterwards is gone.
// CHECK-LABEL: func.func @arithmetic
// CHECK-NEXT: %[[C:.*]] = graph.constant dense<[4, 10]> : tensor<2xi64>
// CHECK-NEXT: return %[[C]]
func.func @arithmetic() -> tensor<2xi64> {
  %a = graph.constant dense<[1, 3]> : tensor<2xi64> : tensor<2xi64>
  %b = graph.constant dense<1> : tensor<1xi64> : tensor<1xi64>
  %0 = graph.binary mul %a, %a : tensor<2xi64>, tensor<2xi64>
  %1 = graph.binary add %a, %b : tensor<2xi64>, tensor<1xi64>
  %2 = graph.binary max %0, %1 : tensor<2xi64>, tensor<2xi64>
  %3 = graph.binary add %2, %b : tensor<2xi64>, tensor<1xi64>
  %4 = graph.binary sub %3, %b : tensor<2xi64>, tensor<1xi64>
  %5 = graph.constant dense<[2, 1]> : tensor<2xi64> : tensor<2xi64>
  %6 = graph.binary mul %4, %5 : tensor<2xi64>, tensor<2xi64>
  %7 = graph.constant dense<[0, 1]> : tensor<2xi64> : tensor<2xi64>
  %8 = graph.binary add %6, %7 : tensor<2xi64>, tensor<2xi64>
  return %8 : tensor<2xi64>
}

// A large broadcast stays an operation: a constant would cost memory for nothing.
// CHECK-LABEL: func.func @large_broadcast
// CHECK: graph.broadcast
func.func @large_broadcast() -> tensor<1024x1024xf32> {
  %a = graph.constant dense<1.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.broadcast %a : tensor<1x1xf32> -> tensor<1024x1024xf32>
  return %0 : tensor<1024x1024xf32>
}

// An operation on equal elements is done once, however large they are.
// CHECK-LABEL: func.func @splats
// CHECK-NEXT: graph.constant dense<3.000000e+00> : tensor<1024x1024xf32>
func.func @splats() -> tensor<1024x1024xf32> {
  %a = graph.constant dense<1.0> : tensor<1024x1024xf32> : tensor<1024x1024xf32>
  %b = graph.constant dense<2.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %0 = graph.binary add %a, %b : tensor<1024x1024xf32>, tensor<1x1xf32>
  return %0 : tensor<1024x1024xf32>
}

// What cannot be evaluated is left to run time.
// CHECK-LABEL: func.func @nothing_to_choose
// CHECK: graph.arg_reduce
func.func @nothing_to_choose() -> tensor<1xi64> {
  %a = graph.constant dense<1.0> : tensor<1x0xf32> : tensor<1x0xf32>
  %0 = graph.arg_reduce max %a dim 1 : tensor<1x0xf32>
  return %0 : tensor<1xi64>
}

// -----

module attributes {graph.dims = [{name = "n", min = 1 : i64, max = 4 : i64}]} {
  // A branch that the bounds of a dimension decide takes the place of the `if`.
  // CHECK-LABEL: func.func @branch
  // CHECK-NEXT: %[[R:.*]] = graph.unary exp %arg0
  // CHECK-NEXT: return %[[R]]
  func.func @branch(%x: tensor<?xf32, affine_map<()[s0] -> (s0)>>) -> tensor<?xf32, affine_map<()[s0] -> (s0)>> {
    %n = graph.extent affine_map<()[s0] -> (s0)> : tensor<i64>
    %limit = graph.constant dense<4> : tensor<i64> : tensor<i64>
    %c = graph.compare le %n, %limit : tensor<i64>, tensor<i64>
    %r = graph.if %c {
      %0 = graph.unary exp %x : tensor<?xf32, affine_map<()[s0] -> (s0)>>
      graph.yield %0 : tensor<?xf32, affine_map<()[s0] -> (s0)>>
    } else {
      graph.yield %x : tensor<?xf32, affine_map<()[s0] -> (s0)>>
    } : tensor<i1> -> tensor<?xf32, affine_map<()[s0] -> (s0)>>
    return %r : tensor<?xf32, affine_map<()[s0] -> (s0)>>
  }
}

// -----

// What weights of two dimensions become as factors is multiplied in the run: the table would be larger than they are.
// CHECK-LABEL: func.func @table_of_factors
// CHECK: %[[T:.*]] = graph.binary mul %{{.*}}, %{{.*}} : tensor<3x1xf32>, tensor<1x4xf32>
// CHECK: graph.binary mul %[[T]], %arg0
func.func @table_of_factors(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %a = graph.constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32> : tensor<3x1xf32>
  %b = graph.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32> : tensor<1x4xf32>
  %t = graph.binary mul %a, %b : tensor<3x1xf32>, tensor<1x4xf32>
  %0 = graph.binary mul %t, %x : tensor<3x4xf32>, tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

// -----

// Of a table of angles more is made than factors.
// CHECK-LABEL: func.func @table_of_angles
// CHECK-NOT: graph.unary
// CHECK: graph.binary mul %{{.*}}, %arg0
func.func @table_of_angles(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %a = graph.constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32> : tensor<3x1xf32>
  %b = graph.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32> : tensor<1x4xf32>
  %t = graph.binary mul %a, %b : tensor<3x1xf32>, tensor<1x4xf32>
  %c = graph.unary cos %t : tensor<3x4xf32>
  %0 = graph.binary mul %c, %x : tensor<3x4xf32>, tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}
