//===- Halves.h - operators of f16 and bf16 that take several steps are computed in f32 ---------------------------===//
//
// A model's halves are rounded where a node ends and not inside it (decision 14): a node's halves are widened ahead of
// its operator and its results narrowed after it.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// The first of f16 and bf16 among the element types of inputs, or null.
Type halfAmong(llvm::ArrayRef<Operand> inputs, mlir::MLIRContext *context);

/// Gives constants of halves in f32.
class WideConstants : public NodeContext {
public:
  WideConstants(Compose &compose, NodeContext &context) : compose(compose), context(context) {}
  llvm::Expected<Value> materialize(const TensorProto &tensor) override;
  llvm::Expected<Integers> integers(const TensorProto &tensor) override { return context.integers(tensor); }
  AffineExpr measure(Value scalar, llvm::StringRef name, std::optional<int64_t> max) override {
    return context.measure(scalar, name, max);
  }
  void note(const llvm::Twine &text) override { context.note(text); }
  std::optional<uint64_t> seed() const override { return context.seed(); }

private:
  Compose &compose;
  NodeContext &context;
};

/// The inputs' tensors of halves in f32, also those in tuples.
void widen(Compose &compose, llvm::MutableArrayRef<Operand> inputs);
/// The results that the file declares to be halves, or does not declare, in that type.
Operand narrow(Node &node, const Operand &result, Type half);

} // namespace wasmind::mindir
