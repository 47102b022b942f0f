// RUN: wasmind-opt %s | wasmind-opt --graph-simplify-shapes --graph-verify --mlir-print-local-scope | FileCheck %s

module attributes {graph.dims = [{name = "h", min = 1, max = 64}, {name = "k", min = 1, max = 5},
                                 {name = "s", min = 1, max = 3}, {name = "e", min = 0, max = 64},
                                 {name = "c", min = 1, max = 8}]} {

// Constant attributes are lists; pads may be expressions while the extents still follow.
// CHECK-LABEL: @constant
func.func @constant(%x: tensor<1x?x4xf32, affine_map<()[s0] -> (1, s0, 4)>>, %w: tensor<?x4x8xf32, affine_map<()[s0, s1] -> (s1, 4, 8)>>) -> tensor<1x?x8xf32, affine_map<()[s0] -> (1, s0, 8)>> {
  // CHECK: graph.convolve %{{.*}}, %{{.*}} strides [1] pad [0] affine_map<()[s0, s1] -> (s1 - 1)> dilations [1] :
  %0 = graph.convolve %x, %w strides [1] pad [0] affine_map<()[s0, s1] -> (s1 - 1)> dilations [1] : tensor<1x?x4xf32, affine_map<()[s0] -> (1, s0, 4)>>, tensor<?x4x8xf32, affine_map<()[s0, s1] -> (s1, 4, 8)>>
  return %0 : tensor<1x?x8xf32, affine_map<()[s0] -> (1, s0, 8)>>
}

// Strides that are not constant, with the result's extents; each channel by itself.
// CHECK-LABEL: @depthwise
func.func @depthwise(%x: tensor<1x?x?xf32, affine_map<()[s0, s1, s2, s3, s4] -> (1, s0, s4)>>, %w: tensor<?x1x?xf32, affine_map<()[s0, s1, s2, s3, s4] -> (s1, 1, s4)>>) -> tensor<1x?x?xf32, affine_map<()[s0, s1, s2, s3, s4] -> (1, s3, s4)>> {
  // CHECK: graph.convolve %{{.*}}, %{{.*}} strides affine_map<()[s0, s1, s2] -> (s2)> pad [1] extents affine_map<()[s0, s1, s2, s3] -> (s3)> dilations [2] groups affine_map<()[s0, s1, s2, s3, s4] -> (s4)> :
  %0 = graph.convolve %x, %w strides affine_map<()[s0, s1, s2] -> (s2)> pad [1] extents affine_map<()[s0, s1, s2, s3] -> (s3)> dilations [2] groups affine_map<()[s0, s1, s2, s3, s4] -> (s4)> : tensor<1x?x?xf32, affine_map<()[s0, s1, s2, s3, s4] -> (1, s0, s4)>>, tensor<?x1x?xf32, affine_map<()[s0, s1, s2, s3, s4] -> (s1, 1, s4)>>
  return %0 : tensor<1x?x?xf32, affine_map<()[s0, s1, s2, s3, s4] -> (1, s3, s4)>>
}

// A window that does nothing goes; one whose size is only known at run time stays.
// CHECK-LABEL: @window
func.func @window(%x: tensor<?x4xf32, affine_map<()[s0] -> (s0, 4)>>) -> tensor<?x4xf32, affine_map<()[s0] -> (s0, 4)>> {
  // CHECK-NEXT: %[[W:.*]] = graph.window max %arg0 sizes affine_map<()[s0, s1] -> (s1, 1)> strides [1, 1] pad [0, 0] extents affine_map<()[s0] -> (s0, 4)> dilations [1, 1]
  // CHECK-NEXT: return %[[W]]
  %0 = graph.window max %x sizes affine_map<()[s0, s1] -> (s1, 1)> strides [1, 1] pad [0, 0] extents affine_map<()[s0] -> (s0, 4)> dilations [1, 1] : tensor<?x4xf32, affine_map<()[s0] -> (s0, 4)>>
  %1 = graph.window max %0 sizes [1, 1] strides [1, 1] pad [0, 0] extents affine_map<()[s0] -> (s0, 4)> dilations [2, 1] : tensor<?x4xf32, affine_map<()[s0] -> (s0, 4)>>
  return %1 : tensor<?x4xf32, affine_map<()[s0] -> (s0, 4)>>
}

}
