//===- NonMaxSuppressionWithOverlaps.cpp --------------------------------------------------------------------------===//
//
// NonMaxSuppressionWithOverlaps(overlaps [N, N], scores [N], max_output_size, overlap_threshold, score_threshold): the
// numbers of those that score more than the threshold and overlap none that was kept before, by descending score
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Regions.h"

namespace wasmind::mindir::ops {

Operand NonMaxSuppressionWithOverlaps(Node &node) {
  Value overlaps = node.tensor(0), scores = node.tensor(1), threshold = node.tensor(3);
  if (!node.expectRank(overlaps, 2, "overlaps") || !node.expectRank(scores, 1, "scores") || node.failed())
    return {};
  Compose &b = node.compose;
  const AffineExpr count = b.extentsOf(scores)[0];
  node.expectAtLeast(count, 1, "no score");
  for (const AffineExpr extent : b.extentsOf(overlaps))
    node.expectEqual(extent, count, "overlaps are not those of all scores");
  if (node.failed())
    return {};
  overlaps = b.reshape(overlaps, {count, count});
  threshold = b.cast(b.reshape(threshold, Integers()), node.element(overlaps));
  return suppress(node, scores, [&](Value order) {
    // Those of a candidate with what is kept stand in the candidate's row.
    Value sorted = b.transpose(b.gather(b.gather(overlaps, order, 0), order, 1), {1, 0});
    return b.compare(CompareKind::Greater, sorted, threshold);
  });
}

} // namespace wasmind::mindir::ops
