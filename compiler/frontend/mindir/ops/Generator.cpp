//===- Generator.cpp ----------------------------------------------------------------------------------------------===//
//
// Generator(command, (seed, offset, ...)): a generator's seed, its offset, its state
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

// Only the step of a generator is read, which gives the numbers that draws are keyed with. That MindSpore counts its
// offset up here is what a module does by its own count of draws.
Operand Generator(Node &node) {
  constexpr int64_t step = 0;
  if (node.integer("cmd", 0) != step && !node.failed())
    return node.fail("only draws numbers; seed generators outside of the network");
  const Operand &inputs = node.input(1);
  if (node.failed() || !inputs.is(Operand::Kind::Sequence) || inputs.elements().size() < 2)
    return node.fail("takes a command, and a seed and an offset");
  return Operand::tuple({inputs.elements()[0], inputs.elements()[1], Operand::unavailable("the state of a generator")});
}

} // namespace wasmind::mindir::ops
