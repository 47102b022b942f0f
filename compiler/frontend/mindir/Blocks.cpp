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
  // As attributes or, in later versions, inputs; a block of one size is of the last two dimensions.
  Blocks blocks{{}, {}, 0};
  if (auto size = node.parameter("block_size", Node::none))
    blocks.shape = Integers(2, node.integer("block_size", Node::none));
  else
    blocks.shape = node.integers("block_shape", 1);
  auto given = node.parameter(margins, 2);
  const int64_t spatial = blocks.shape.size();
  blocks.first = node.rank(x) - spatial;
  if (node.failed() || !given || spatial < 1 || blocks.first < 1) {
    node.fail("x has fewer dimensions than block_shape has entries");
    return blocks;
  }
  blocks.margins = given->isTensor() ? node.integers(margins, 2) : flatIntegers(node, *given);
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
