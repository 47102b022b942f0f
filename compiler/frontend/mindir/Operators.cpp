//===- Operators.cpp - the primitives that have a file in ops/ ----------------------------------------------------===//
#include "compiler/frontend/mindir/Importer.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Regex.h"

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

std::string refusalOf(llvm::StringRef primitive) {
  struct Row {
    const char *is, *instead, *names;
  };
  static constexpr Row rows[] = {
#define REFUSAL(is, instead, names) {is, instead, names},
#include "compiler/frontend/mindir/Refusals.def"
#undef REFUSAL
  };
  const std::string start = "this primitive is not supported";
  for (const Row &row : rows)
    if (llvm::Regex(row.names).match(primitive))
      return start + ": it " + row.is + "; " + row.instead;
  return start + " yet; see compiler/frontend/mindir/README.md for those that are";
}

} // namespace wasmind::mindir
