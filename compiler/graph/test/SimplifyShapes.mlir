// RUN: wasmind-opt %s --split-input-file --graph-simplify-shapes | FileCheck %s

// CHECK-DAG: #[[$ROW:.*]] = affine_map<() -> (0, 2)>
// CHECK-DAG: #[[$ONE:.*]] = affine_map<() -> (1)>
// CHECK-DAG: #[[$FIVE:.*]] = affine_map<() -> (5)>

// A gather of one known row is a slice.
// CHECK-LABEL: func.func @gather_scalar
// CHECK-NEXT: %[[S:.*]] = graph.slice %arg0 from #[[$ROW]] by [1, 1] : tensor<4x3xf32> -> tensor<4x1xf32>
// CHECK-NEXT: graph.reshape %[[S]] : tensor<4x1xf32> -> tensor<4xf32>
func.func @gather_scalar(%x: tensor<4x3xf32>) -> tensor<4xf32> {
  %i = graph.constant dense<-1> : tensor<i64> : tensor<i64>
  %0 = graph.gather %x, %i dim 1 : tensor<4x3xf32>, tensor<i64>
  return %0 : tensor<4xf32>
}

// Even steps are a slice with a stride; other orders stay a gather.
// CHECK-LABEL: func.func @gather_steps
// CHECK: graph.slice %arg0 from #[[$ONE]] by [2] : tensor<9xf32> -> tensor<3xf32>
// CHECK: graph.gather %arg0
func.func @gather_steps(%x: tensor<9xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %i = graph.constant dense<[1, 3, 5]> : tensor<3xi64> : tensor<3xi64>
  %j = graph.constant dense<[1, 3, 4]> : tensor<3xi64> : tensor<3xi64>
  %0 = graph.gather %x, %i dim 0 : tensor<9xf32>, tensor<3xi64>
  %1 = graph.gather %x, %j dim 0 : tensor<9xf32>, tensor<3xi64>
  return %0, %1 : tensor<3xf32>, tensor<3xf32>
}

// Elementwise operations repeat by themselves, where the other operand gives the extent.
// CHECK-LABEL: func.func @broadcast
// CHECK-NEXT: %[[B:.*]] = graph.broadcast %arg0
// CHECK-NEXT: graph.binary add %arg0, %arg1 : tensor<1x3xf32>, tensor<4x3xf32>
// CHECK-NEXT: graph.binary add %[[B]], %arg2
func.func @broadcast(%a: tensor<1x3xf32>, %b: tensor<4x3xf32>, %c: tensor<1x3xf32>) -> (tensor<4x3xf32>, tensor<4x3xf32>) {
  %0 = graph.broadcast %a : tensor<1x3xf32> -> tensor<4x3xf32>
  %1 = graph.binary add %0, %b : tensor<4x3xf32>, tensor<4x3xf32>
  %2 = graph.binary add %0, %c : tensor<4x3xf32>, tensor<1x3xf32>
  return %1, %2 : tensor<4x3xf32>, tensor<4x3xf32>
}

// CHECK-LABEL: func.func @slices
// CHECK-NEXT: graph.slice %arg0 from #[[$FIVE]] by [6] : tensor<30xf32> -> tensor<4xf32>
func.func @slices(%x: tensor<30xf32>) -> tensor<4xf32> {
  %0 = graph.slice %x from affine_map<() -> (1)> by [2] : tensor<30xf32> -> tensor<14xf32>
  %1 = graph.slice %0 from affine_map<() -> (2)> by [3] : tensor<14xf32> -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// One element reduced is itself.
// CHECK-LABEL: func.func @reduce_unit
// CHECK-NEXT: graph.reshape %arg0 : tensor<4x1x1xf32> -> tensor<4xf32>
// CHECK-NEXT: return
func.func @reduce_unit(%x: tensor<4x1x1xf32>) -> tensor<4xf32> {
  %0 = graph.reduce max %x dims [1, 2] : tensor<4x1x1xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @cut_and_joined
// CHECK-NEXT: %[[S:.*]] = graph.slice %arg0 from #{{.*}} by [1] : tensor<9xf32> -> tensor<7xf32>
// CHECK-NEXT: graph.concat %[[S]], %arg0 dim 0
func.func @cut_and_joined(%x: tensor<9xf32>) -> tensor<16xf32> {
  %0 = graph.slice %x from affine_map<() -> (1)> by [1] : tensor<9xf32> -> tensor<3xf32>
  %1 = graph.slice %x from affine_map<() -> (4)> by [1] : tensor<9xf32> -> tensor<4xf32>
  %2 = graph.slice %x from affine_map<() -> (0)> by [1] : tensor<9xf32> -> tensor<6xf32>
  %3 = graph.slice %x from affine_map<() -> (6)> by [1] : tensor<9xf32> -> tensor<3xf32>
  %4 = graph.concat %0, %1, %2, %3 dim 0 : tensor<3xf32>, tensor<4xf32>, tensor<6xf32>, tensor<3xf32>
  return %4 : tensor<16xf32>
}

// -----

// CHECK-LABEL: func.func @concat
// CHECK-NEXT: graph.concat %arg0, %arg1, %arg0 dim 0
// CHECK-NEXT: return
func.func @concat(%x: tensor<4xf32>, %y: tensor<2xf32>, %e: tensor<0xf32>) -> tensor<10xf32> {
  %0 = graph.concat %x, %y, %e dim 0 : tensor<4xf32>, tensor<2xf32>, tensor<0xf32>
  %1 = graph.concat %0, %x dim 0 : tensor<6xf32>, tensor<4xf32>
  return %1 : tensor<10xf32>
}

// -----

// CHECK-DAG: #[[$PRODUCT:.*]] = affine_map<()[s0] -> (s0 * 6)>
// CHECK-DAG: #[[$LAST:.*]] = affine_map<()[s0] -> (s0 - 1)>
module attributes {graph.dims = [{name = "n", min = 1 : i64, max = 4 : i64}]} {
  // Shape arithmetic that gives a known number, or an expression over the dimensions.
  // CHECK-LABEL: func.func @shape_arithmetic
  // CHECK-DAG: %[[F:.*]] = graph.constant dense<false> : tensor<i1>
  // CHECK-DAG: %[[E:.*]] = graph.extent #[[$PRODUCT]] : tensor<i64>
  // CHECK: return %[[F]], %[[E]]
  func.func @shape_arithmetic() -> (tensor<i1>, tensor<i64>) {
    %n = graph.extent affine_map<()[s0] -> (s0)> : tensor<i64>
    %minus = graph.constant dense<-1> : tensor<i64> : tensor<i64>
    %six = graph.constant dense<6> : tensor<i64> : tensor<i64>
    %0 = graph.compare eq %n, %minus : tensor<i64>, tensor<i64>
    %1 = graph.binary mul %n, %six : tensor<i64>, tensor<i64>
    return %0, %1 : tensor<i1>, tensor<i64>
  }

  // A row that a run-time extent might not have is clamped: it stays a gather.
  // CHECK-LABEL: func.func @gather_at_run_time
  // CHECK: graph.gather
  // CHECK: graph.slice %arg0 from #[[$LAST]]
  func.func @gather_at_run_time(%x: tensor<?xf32, affine_map<()[s0] -> (s0)>>) -> (tensor<f32>, tensor<f32>) {
    %two = graph.constant dense<2> : tensor<i64> : tensor<i64>
    %last = graph.constant dense<-1> : tensor<i64> : tensor<i64>
    %0 = graph.gather %x, %two dim 0 : tensor<?xf32, affine_map<()[s0] -> (s0)>>, tensor<i64>
    %1 = graph.gather %x, %last dim 0 : tensor<?xf32, affine_map<()[s0] -> (s0)>>, tensor<i64>
    return %0, %1 : tensor<f32>, tensor<f32>
  }
}
