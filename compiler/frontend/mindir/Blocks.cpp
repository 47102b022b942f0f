#include "compiler/frontend/mindir/Blocks.h"

using namespace llvm;
namespace wasmind::mindir {

/// The integers of a tuple of tuples, in order.
static Integers flatIntegers(Node &node, const Operand &operand) {
  if (operand.is(Operand::Kind::Integer))
    return {operand.integerValue};
  if (!operand.is(Operand::Kind::Sequence)) {
    node.fail("a parameter is not made of constant integers");
    return {};
  }
  Integers all;
  for (const Operand &element : operand.elements())
    all.append(flatIntegers(node, element));
  return all;
}

Blocks blocksOf(Node &node, Value x, StringRef margins) {
  Blocks blocks{node.integers("block_shape", Node::none), {}, 0};
  auto given = node.parameter(margins, Node::none);
  const int64_t spatial = blocks.shape.size();
  blocks.first = node.rank(x) - spatial;
  if (node.failed() || !given || spatial < 1 || blocks.first < 1) {
    node.fail("x has fewer dimensions than block_shape has entries");
    return blocks;
  }
  blocks.margins = flatIntegers(node, *given);
  if (int64_t(blocks.margins.size()) != 2 * spatial)
    node.fail(margins + " are not two per entry of block_shape");
  auto inside = [](ArrayRef<int64_t> numbers, int64_t low, int64_t high) {
    return all_of(numbers, [&](int64_t number) { return number >= low && number <= high; });
  };
  if (!inside(blocks.shape, 1, 1 << 20) || !inside(blocks.margins, 0, 1 << 30))
    node.fail("block_shape or " + margins + " are out of range");
  return blocks;
}

} // namespace wasmind::mindir
