// RUN: wasmind-opt %s --split-input-file --verify-diagnostics --graph-verify

func.func @fine(%x: tensor<3xf32>) -> tensor<3xf32> {
  %0 = graph.unary exp %x : tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

// expected-error @+1 {{graph.dims: 'n' has the bounds 5..4; they must be 0 <= min <= max < 2^31}}
module attributes {graph.dims = [{name = "n", min = 5 : i64, max = 4 : i64}]} {
}

// -----

// expected-error @+1 {{graph.dims: names must be present and unique, 'n' is not}}
module attributes {graph.dims = [{name = "n", min = 1 : i64, max = 4 : i64}, {name = "n", min = 1 : i64, max = 4 : i64}]} {
}

// -----

// expected-error @+1 {{an extent names a dimension that graph.dims does not have}}
func.func @unknown(%x: tensor<?xf32, affine_map<()[s0] -> (s0)>>) -> tensor<?xf32, affine_map<()[s0] -> (s0)>> {
  return %x : tensor<?xf32, affine_map<()[s0] -> (s0)>>
}

// -----

// expected-error @+1 {{a tensor of 4 GiB or more (100000 x 20000)}}
func.func @large_whatever_the_bounds(%x: tensor<100000x20000xf32>) {
  return
}

// -----

// expected-error @+1 {{a tensor needs an encoding with its extents exactly when one of them is not static}}
func.func @unnamed(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// -----

module attributes {graph.dims = [{name = "n", min = 1 : i64, max = 100000 : i64}]} {
  // expected-error @+1 {{a tensor of 4 GiB or more at the upper bounds of its dimensions (n <= 100000 x 20000); give smaller bounds with --dim}}
  func.func @large(%x: tensor<?x20000xf32, affine_map<()[s0] -> (s0, 20000)>>) {
    return
  }
}

// -----

func.func @foreign(%x: tensor<3xf32>) -> tensor<3xf32> {
  // expected-error @+1 {{operation of another dialect than graph}}
  %0 = arith.addf %x, %x : tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

func.func @blob() -> tensor<3xf32> {
  // expected-error @+1 {{the blob of a constant must hold 12 bytes}}
  %0 = graph.constant dense_resource<missing> : tensor<3xf32> : tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

module attributes {graph.dims = [{name = "h", min = 1, max = 64}]} {
func.func @run(%x: tensor<4x4xf32>) {
  // expected-error @+1 {{'sizes' names a dimension that graph.dims does not have}}
  %0 = graph.window max %x sizes affine_map<()[s0, s1] -> (s1, 1)> strides [1, 1] pad [0, 0] extents [4, 4] dilations [1, 1] : tensor<4x4xf32>
  return
}
}

// -----

// expected-error @+1 {{an extent of 2^31 or more (0 x 3000000000)}}
func.func @far(%x: tensor<0x3000000000xf32>) {
  return
}

// -----

// expected-error @+1 {{two outputs of the model are named 'y'}}
func.func @run(%x: tensor<3xf32>) -> (tensor<3xf32> {graph.name = "y"}, tensor<3xf32> {graph.name = "y"}) {
  return %x, %x : tensor<3xf32>, tensor<3xf32>
}

// -----

// expected-error @+1 {{input 0 of the model has no name}}
func.func @run(%x: tensor<3xf32> {graph.name = ""}) -> (tensor<3xf32> {graph.name = "y"}) {
  return %x : tensor<3xf32>
}

// -----

// expected-error @+1 {{input 'x' has rank 33, more than 32}}
func.func @run(%x: tensor<1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1xf32> {graph.name = "x"}) {
  return
}

// -----

module attributes {graph.dims = [{name = "n", min = 1, max = 8}]} {
func.func @run(%x: tensor<1xf32>) {
  // expected-error @+1 {{gives a tensor whose extent in dimension 0 may be negative: 'n - 3' (-2..5); compile with --dim n=3..8}}
  %0 = graph.broadcast %x : tensor<1xf32> -> tensor<?xf32, affine_map<()[s0] -> (s0 - 3)>>
  return
}
}

// -----

func.func @run(%h: tensor<3xf32> {graph.name = "h", graph.state = 1 : i64, graph.initial = dense<2.0> : tensor<3xf32>})
    -> (tensor<3xf32> {graph.name = "y"}, tensor<3xf32> {graph.name = "hn", graph.hidden}) {
  return %h, %h : tensor<3xf32>, tensor<3xf32>
}

// -----

// expected-error @+1 {{input 0: 'graph.state' is not the number of a result}}
func.func @run(%h: tensor<3xf32> {graph.state = 1 : i64}) -> tensor<3xf32> {
  return %h : tensor<3xf32>
}

// -----

// expected-error @+1 {{input 0: 'graph.state' is not the number of a result}}
func.func @run(%h: tensor<3xf32> {graph.initial = dense<2.0> : tensor<3xf32>}) -> tensor<3xf32> {
  return %h : tensor<3xf32>
}

// -----

// expected-error @+1 {{input 0: the extent of a state is a given dimension, or one number that is also that of the result that feeds it}}
func.func @run(%h: tensor<3xf32> {graph.state = 0 : i64}, %x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{input 0: a state and the result that feeds it have one element type and rank}}
func.func @run(%h: tensor<3xf32> {graph.state = 0 : i64}, %x: tensor<3x1xf32>) -> tensor<3x1xf32> {
  return %x : tensor<3x1xf32>
}

// -----

module attributes {graph.dims = [{name = "n", min = 0, max = 8}, {name = "s", min = 1, max = 2}]} {
func.func @run(%h: tensor<?x2xf32, affine_map<()[s0] -> (s0, 2)>> {graph.state = 0 : i64, graph.initial = dense<1.0> : tensor<3x2xf32>},
               %x: tensor<?x2xf32, affine_map<()[s0, s1] -> (s1, 2)>>) -> tensor<?x2xf32, affine_map<()[s0, s1] -> (s0 + s1, 2)>> {
  %0 = graph.concat %h, %x dim 0 : tensor<?x2xf32, affine_map<()[s0] -> (s0, 2)>>, tensor<?x2xf32, affine_map<()[s0, s1] -> (s1, 2)>>
  return %0 : tensor<?x2xf32, affine_map<()[s0, s1] -> (s0 + s1, 2)>>
}
}

// -----

module attributes {graph.dims = [{name = "n", min = 1, max = 8}]} {
// expected-error @+1 {{input 0: dimension 'n' of a state is 0 at first}}
func.func @run(%h: tensor<?xf32, affine_map<()[s0] -> (s0)>> {graph.state = 0 : i64}) -> tensor<?xf32, affine_map<()[s0] -> (s0)>> {
  return %h : tensor<?xf32, affine_map<()[s0] -> (s0)>>
}
}

// -----

module attributes {graph.dims = [{name = "n", min = 0, max = 8}]} {
// expected-error @+1 {{input 1: dimension 'n' of two states differs}}
func.func @run(%h: tensor<?xf32, affine_map<()[s0] -> (s0)>> {graph.state = 0 : i64},
               %g: tensor<?xf32, affine_map<()[s0] -> (s0)>> {graph.state = 1 : i64}, %x: tensor<1xf32>)
    -> (tensor<?xf32, affine_map<()[s0] -> (s0)>>, tensor<1xf32>) {
  return %h, %x : tensor<?xf32, affine_map<()[s0] -> (s0)>>, tensor<1xf32>
}
}

// -----

// expected-error @+1 {{input 0: 'graph.initial' has another type than the state}}
func.func @run(%h: tensor<3xf32> {graph.state = 0 : i64, graph.initial = dense<2> : tensor<3xi32>}) -> tensor<3xf32> {
  return %h : tensor<3xf32>
}
