//===- Halves.cpp - operators of f16 and bf16 that take several steps are computed in f32 -------------------------===//
//
// A model's halves are rounded where a node ends and not inside it (decision 14): a mean of halves adds in f32 whatever
// number of them, and its sum may be larger than any half. So a node's halves are widened ahead of its converter or
// function body and its results narrowed after it.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/Halves.h"
#include "compiler/frontend/onnx/Importer.h"
#include "compiler/frontend/onnx/Schema.h"

namespace wasmind::onnx {

bool Importer::readsHalves(const ::onnx::NodeProto &node) {
  return llvm::any_of(node.input(), [&](const std::string &input) {
    const Datum *found = input.empty() ? nullptr : lookup(input);
    Value value = found ? found->tensor() : Value();
    return value && graph::isHalf(builder.elementOf(value));
  });
}

llvm::Error Importer::convertInF32(const ::onnx::NodeProto &node, int64_t opset) {
  // Where no input that is there says an output's type, the schema does.
  const std::vector<int> sources = inputsOfSameType(node, opset);
  std::vector<int64_t> inferred(node.output_size(), 0);
  if (llvm::is_contained(sources, -1))
    inferred = outputTypes(node, opset, inputTypes(node));
  Scope wide; // sees the node's inputs in f32
  wide.outer = scope;
  llvm::SmallVector<Type> given;
  const mlir::Location location = builder.getLoc();
  if (bodyDepth == 0)
    builder.setLoc(mlir::NameLoc::get(builder.getStringAttr(titleOf(node))));
  for (const std::string &input : node.input()) {
    const Datum *found = input.empty() ? nullptr : lookup(input);
    Value value = found ? found->tensor() : Value();
    given.push_back(value ? builder.elementOf(value) : Type());
    if (!value || !graph::isHalf(given.back()) || wide.values.contains(input))
      continue;
    Value cast = builder.cast(value, builder.getF32Type());
    mlir::Operation *op = cast.getDefiningOp();
    foldConstants(op->getBlock(), op->getPrevNode(), cast); // converters ask for constants
    wide.values[input] = cast;
  }
  {
    Entered entered(*this, wide);
    if (llvm::Error failure = convert(node, opset))
      return failure;
  }
  for (auto [output, source, inferredType] : llvm::zip(node.output(), sources, inferred)) {
    if (output.empty())
      continue;
    Datum datum = wide.values.lookup(output);
    const Type type = source >= 0 ? given[source] : elementTypeOf(inferredType, &context);
    if (Value value = datum.tensor(); value && type && graph::isHalf(type) && builder.elementOf(value).isF32())
      datum = builder.cast(value, type);
    if (llvm::Error failure = define(output, std::move(datum)))
      return failure;
  }
  builder.setLoc(location);
  return llvm::Error::success();
}

} // namespace wasmind::onnx
