// What the importer's tests share: a model in ONNX text format in, printed IR or the error out.
#pragma once
#include "compiler/frontend/onnx/Onnx.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

namespace wasmind::onnx {

/// A model of one graph: `body` is "(inputs) => (outputs) { nodes }".
inline std::string modelText(llvm::StringRef body, int opset = 17, llvm::StringRef functions = "") {
  return ("<ir_version: 8, opset_import: [\"\" : " + llvm::Twine(opset) +
          ", \"ai.onnx.ml\" : 3, \"local\" : 1]>\ntest " + body + "\n" + functions)
      .str();
}

inline frontend::ImportOptions withDims(std::initializer_list<std::pair<llvm::StringRef, frontend::DimBounds>> dims) {
  frontend::ImportOptions options;
  for (auto [name, bounds] : dims)
    options.dims[name] = bounds;
  return options;
}

/// The IR, or "error: <text>".
inline std::string importText(llvm::StringRef text, const frontend::ImportOptions &options = {}) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto imported = importOnnxBytes(context, text, "m.onnx", "", /*isText=*/true, options);
  if (!imported)
    return "error: " + llvm::toString(imported.takeError());
  std::string ir;
  llvm::raw_string_ostream stream(ir);
  imported->module->print(stream);
  for (const std::string &note : imported->notes)
    stream << "note: " << note << "\n";
  return ir;
}

inline std::string importGraph(llvm::StringRef body, int opset = 17, const frontend::ImportOptions &options = {}) {
  return importText(modelText(body, opset), options);
}

/// Whether the lines of `text` contain `parts` in this order.
inline testing::AssertionResult containsInOrder(llvm::StringRef text, std::initializer_list<llvm::StringRef> parts) {
  size_t at = 0;
  for (llvm::StringRef part : parts) {
    const size_t found = text.find(part, at);
    if (found == llvm::StringRef::npos)
      return testing::AssertionFailure() << "no '" << part.str() << "' after position " << at << " of\n" << text.str();
    at = found + part.size();
  }
  return testing::AssertionSuccess();
}

} // namespace wasmind::onnx
