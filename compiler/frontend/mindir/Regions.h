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

/// [N, N]: whether two boxes (x1, y1, x2, y2, ...) of [N, 4 or more] share more than `threshold` (rank 0) of what they
/// cover together.
Value overlapping(Compose &compose, Value boxes, Value threshold);
/// Of N in their order those of `open` [N] that overlap none kept before, as `overlaps` [N, N] says: [N] bool.
Value keepApart(Compose &compose, Value overlaps, Value open);
/// The same of N by descending scores [N], at least one, of those that score more than input 4: their numbers, at most
/// as many as parameter 2. `overlapsOf` is given the order.
Operand suppress(Node &node, Value scores, llvm::function_ref<Value(Value order)> overlapsOf);

} // namespace wasmind::mindir
