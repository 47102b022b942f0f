//===- Operators.cpp - the primitives that have a file in ops/ ----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"
#include "llvm/ADT/StringMap.h"

namespace wasmind::mindir {
static constexpr llvm::StringLiteral names[] = {
#define OPERATOR(name) #name,
#include "compiler/frontend/mindir/Operators.inc"
#undef OPERATOR
};

llvm::ArrayRef<llvm::StringLiteral> operatorNames() { return names; }

Operand (*findOperator(llvm::StringRef primitive))(Node &) {
  static const llvm::StringMap<Operand (*)(Node &)> table = {
#define OPERATOR(name) {#name, ops::name},
#include "compiler/frontend/mindir/Operators.inc"
#undef OPERATOR
  };
  if (auto found = table.lookup(primitive))
    return found;
  // XView is X on memory that is shared, which tensors of a graph never need to know.
  return primitive.consume_back("View") ? table.lookup(primitive) : nullptr;
}

} // namespace wasmind::mindir
