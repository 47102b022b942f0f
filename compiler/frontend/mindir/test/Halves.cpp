//===- Halves.cpp - operators of f16 and bf16 are f32 inside where they take several steps ------------------------===//
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/mindir/test/Builder.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

using namespace wasmind::mindir::test;

namespace {

/// The graph of a primitive on x [2, 4] of `elementType` (10 f16, 16 bf16, 1 f32) and the given constants.
std::string graphOf(const std::string &primitive, int64_t elementType, const std::vector<Message> &constants = {}) {
  std::vector<Message> nodes;
  std::vector<std::string> names{"g:x"};
  for (const Message &constant : constants) {
    names.push_back("c" + std::to_string(names.size()));
    nodes.push_back(node("Constant", names.back(), {}, {constant}));
  }
  nodes.push_back(node(primitive, "n", names));
  std::string bytes = model(graph("g", {value("g:x", tensor(elementType, {2, 4}))}, nodes, "n")).bytes;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto imported = wasmind::mindir::importMindIRBytes(context, bytes, "m.mindir", "", {});
  if (!imported)
    return "error: " + llvm::toString(imported.takeError());
  std::string ir;
  llvm::raw_string_ostream stream(ir);
  imported->module->print(stream);
  return ir;
}

TEST(Halves, OfSeveralStepsAreF32Inside) {
  std::vector<Message> axes{constantTuple({1})};
  for (auto [primitive, constants] :
       {std::pair("Softmax", axes), std::pair("ReduceMean", axes), std::pair("Mish", std::vector<Message>()),
        std::pair("GeLU", std::vector<Message>())})
    for (int64_t elementType : {10, 16}) {
      std::string ir = graphOf(primitive, elementType, constants), half = elementType == 10 ? "xf16>" : "xbf16>";
      size_t widened = ir.find("graph.cast %arg0"), narrowed = ir.rfind("graph.cast");
      ASSERT_NE(widened, std::string::npos) << ir;
      EXPECT_NE(widened, narrowed) << ir;
      EXPECT_NE(ir.find(half, narrowed), std::string::npos) << ir;
      for (const char *step : {"graph.binary", "graph.unary", "graph.reduce"})
        for (size_t at = ir.find(step); at != std::string::npos; at = ir.find(step, at + 1))
          EXPECT_EQ(ir.substr(at, ir.find('\n', at) - at).find(half), std::string::npos) << ir;
    }
}

TEST(Halves, OfOneStepStay) {
  for (const char *primitive : {"ReLU", "Exp", "Square", "Neg"}) {
    std::string ir = graphOf(primitive, 10);
    EXPECT_EQ(ir.find("error"), std::string::npos) << ir;
    EXPECT_EQ(ir.find("f32"), std::string::npos) << ir;
  }
}

} // namespace
