//===- PixelShuffle.cpp - PixelShuffle(x [..., C, H, W], upscale_factor): rows and columns out of channels --------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand PixelShuffle(Node &node) {
  Value x = node.tensor(0);
  int64_t factor = node.integer("upscale_factor", 1), rank = node.rank(x);
  if (!node.failed() && rank < 3)
    return node.fail("input 0 has rank " + llvm::Twine(rank) + ", at least 3 is needed");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Extents e = b.extentsOf(x), apart(e.begin(), e.end() - 3), joined = apart;
  AffineExpr size = b.getAffineConstantExpr(factor),
             rest = factor < 1 || factor > 1024 ? AffineExpr() : b.quotientOf(e[rank - 3], factor * factor);
  if (!rest)
    return node.fail("the channels do not divide by upscale_factor squared");
  apart.append({rest, size, size, e[rank - 2], e[rank - 1]});
  joined.append({rest, e[rank - 2] * factor, e[rank - 1] * factor});
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, rank - 2));
  order.append({rank, rank - 2, rank + 1, rank - 1});
  return b.reshape(b.transpose(b.reshape(x, apart), order), joined);
}

} // namespace wasmind::mindir::ops
