#include "compiler/frontend/mindir/Formats.h"

using namespace llvm;
namespace wasmind::mindir {

/// The two layouts, of four different letters each.
static std::pair<StringRef, StringRef> layouts(Node &node) {
  const StringRef from = node.text("src_format", Node::none, "NHWC"), to = node.text("dst_format", Node::none, "NCHW");
  for (StringRef layout : {from, to})
    if (layout.size() != 4 || any_of(StringRef("NCHW"), [&](char axis) { return layout.count(axis) != 1; }))
      node.fail("'" + layout + "' is no order of the letters NCHW");
  return {from, to};
}

Operand dimMap(Node &node) {
  Value x = node.tensor(0);
  const auto [from, to] = layouts(node);
  if (node.failed())
    return {};
  Integers places;
  for (char axis : to)
    places.push_back(from.find(axis));
  Compose &b = node.compose;
  Value table = b.cast(graph::makeIntegers(b, b.getLoc(), places), node.element(x));
  return b.gather(table, b.cast(x, b.getI64Type()), 0);
}

Operand permuteByFormat(Node &node) {
  Value x = node.tensor(0);
  const auto [from, to] = layouts(node);
  if (node.failed() || node.rank(x) < 1 || node.rank(x) > 2 || node.staticExtent(x, 0, "input 0") != 4)
    return node.fail("input 0 is not [4] or [4, 2]");
  Integers places;
  for (char axis : to)
    places.push_back(from.find(axis));
  return node.compose.gather(x, graph::makeIntegers(node.compose, node.compose.getLoc(), places), 0);
}

} // namespace wasmind::mindir
