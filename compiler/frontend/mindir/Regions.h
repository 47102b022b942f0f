//===- Regions.h - parts of images, sampled between pixels --------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// Where samples of R regions lie along one dimension of their images, [R, samples] each.
struct RegionAxis {
  llvm::SmallVector<Value> positions; ///< of the pixels that make a sample, whole floats inside the image
  llvm::SmallVector<Value> weights;   ///< theirs; none: there is one pixel, which is the sample
};

/// The two pixels around positions `at`, which are moved inside 0..last, and their shares.
RegionAxis neighboursOf(Compose &compose, Value at, Value last);

/// Samples of images [N, H, W, C], of f32: [R, rows, columns, C]. `images`: that of each region, [R, 1], moved inside.
Value sampleRegions(Compose &compose, Value x, Value images, const RegionAxis &rows, const RegionAxis &columns);

/// Four numbers, an attribute, which are all `otherwise` where it is missing.
llvm::SmallVector<double> fourNumbers(Node &node, llvm::StringRef attribute, double otherwise);

/// Of boxes [N, 4 or more] (x1, y1, x2, y2, ...) in their order those of `open` [N] that share with none kept before
/// more than `threshold` (rank 0) of what both cover together: [N] bool.
Value keepApart(Compose &compose, Value boxes, Value threshold, Value open);

} // namespace wasmind::mindir
