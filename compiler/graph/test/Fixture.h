//===- Fixture.h - building, interpreting and comparing small graphs ----------------------------------------------===//
#pragma once
#include "compiler/graph/Compose.h"
#include "compiler/graph/Interpreter.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/Structured.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "test/Tolerances.h"
#include <gtest/gtest.h>
#include <random>

namespace wasmind::graph {

/// One module with one function, whose body the test writes.
class GraphTest : public ::testing::Test {
protected:
  GraphTest() : builder(mlir::UnknownLoc::get(&context), &context) {
    context.loadDialect<GraphDialect, mlir::func::FuncDialect>();
    context.disableMultithreading();
    module = mlir::ModuleOp::create(builder.getLoc());
    f32 = builder.getF32Type();
    i64 = builder.getI64Type();
  }

  mlir::Type tensor(llvm::ArrayRef<int64_t> shape, mlir::Type element) {
    return mlir::RankedTensorType::get(shape, element);
  }
  mlir::Type tensor(llvm::ArrayRef<int64_t> shape) { return tensor(shape, f32); }

  /// Opens the function; its arguments are `arg(i)`.
  void begin(llvm::ArrayRef<mlir::Type> inputs) {
    builder.setInsertionPointToEnd(module->getBody());
    function = mlir::func::FuncOp::create(builder, builder.getLoc(), "run", builder.getFunctionType(inputs, {}));
    builder.setInsertionPointToStart(function.addEntryBlock());
  }
  mlir::Value arg(unsigned i) { return function.getArgument(i); }

  void end(llvm::ArrayRef<mlir::Value> results) {
    for (mlir::Value result : results)
      ASSERT_TRUE(result != nullptr);
    mlir::func::ReturnOp::create(builder, builder.getLoc(), results);
    llvm::SmallVector<mlir::Type> types(mlir::ValueRange(results).getTypes());
    function.setType(builder.getFunctionType(function.getArgumentTypes(), types));
    ASSERT_TRUE(mlir::succeeded(mlir::verify(*module)));
  }

  std::vector<HostTensor> run(llvm::ArrayRef<HostTensor> inputs, llvm::ArrayRef<int64_t> dims = {}) {
    auto results = interpret(function, inputs, dims);
    if (!results) {
      ADD_FAILURE() << llvm::toString(results.takeError());
      return {};
    }
    return std::move(*results);
  }

  /// Runs a graph pass or the whole pipeline (empty name).
  bool apply(llvm::function_ref<void(mlir::OpPassManager &)> build) {
    mlir::PassManager manager(&context);
    build(manager);
    return mlir::succeeded(manager.run(*module));
  }

  /// Replaces an operation by the graph.compute that its StructuredOp interface describes.
  void spellOut(StructuredOp structured) {
    mlir::Operation *op = structured;
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(op);
    auto type = llvm::cast<mlir::RankedTensorType>(op->getResult(0).getType());
    llvm::SmallVector<mlir::AffineExpr> domain = structured.getDomain();
    unsigned reductions = structured.getReductionCount();
    mlir::TypedAttr initial;
    if (reductions)
      initial = builder.getFloatAttr(type.getElementType(), initialOf(op));
    auto compute =
        ComputeOp::create(builder, builder.getLoc(), type, op->getOperands(),
                          mlir::AffineMap::get(0, symbolCountOf(domain), domain, &context), uint64_t(reductions),
                          builder.getAffineMapArrayAttr(structured.getIndexingMaps()), initial);
    mlir::Block *body = builder.createBlock(&compute.getBody());
    for (mlir::Value operand : op->getOperands())
      body->addArgument(tensor({}, builder.elementOf(operand)), builder.getLoc());
    if (reductions)
      body->addArgument(tensor({}, type.getElementType()), builder.getLoc());
    YieldOp::create(builder, structured.buildBody(builder, builder.getLoc(), body->getArguments()));
    op->getResult(0).replaceAllUsesWith(compute.getResult());
    op->erase();
  }
  static double initialOf(mlir::Operation *op) {
    auto kind = ReduceKind::Sum;
    if (auto reduce = llvm::dyn_cast<ReduceOp>(op))
      kind = reduce.getKind();
    if (auto window = llvm::dyn_cast<WindowOp>(op))
      kind = window.getKind();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return kind == ReduceKind::Max ? -infinity : kind == ReduceKind::Min ? infinity : kind == ReduceKind::Prod;
  }

  template <typename Op> int64_t count() {
    int64_t n = 0;
    module->walk([&](Op) { ++n; });
    return n;
  }

  HostTensor floats(llvm::ArrayRef<int64_t> shape, std::vector<float> values) { return bytesOf(f32, shape, values); }
  HostTensor integers(llvm::ArrayRef<int64_t> shape, std::vector<int64_t> values) {
    return bytesOf(i64, shape, values);
  }
  template <typename T>
  HostTensor bytesOf(mlir::Type element, llvm::ArrayRef<int64_t> shape, const std::vector<T> &values) {
    HostTensor result;
    result.element = element;
    result.shape.assign(shape.begin(), shape.end());
    result.bytes.resize(values.size() * sizeof(T));
    std::memcpy(result.bytes.data(), values.data(), result.bytes.size());
    EXPECT_EQ(result.elementCount(), int64_t(values.size()));
    return result;
  }
  HostTensor random(llvm::ArrayRef<int64_t> shape, float low = -1, float high = 1) {
    int64_t elements = 1;
    for (int64_t extent : shape)
      elements *= extent;
    std::uniform_real_distribution<float> distribution(low, high);
    std::vector<float> values(elements);
    for (float &value : values)
      value = distribution(generator);
    return floats(shape, values);
  }
  mlir::Value constant(const HostTensor &tensor) {
    return makeConstant(builder, builder.getLoc(), mlir::RankedTensorType::get(tensor.shape, tensor.element),
                        llvm::ArrayRef<char>(tensor.bytes));
  }

  template <typename T = float> static std::vector<T> values(const HostTensor &tensor) {
    std::vector<T> result(tensor.bytes.size() / sizeof(T));
    std::memcpy(result.data(), tensor.bytes.data(), tensor.bytes.size());
    return result;
  }

  static void expectNear(const HostTensor &actual, llvm::ArrayRef<float> expected) {
    std::vector<float> got = values(actual);
    ASSERT_EQ(got.size(), expected.size());
    for (size_t i = 0; i < got.size(); ++i)
      ASSERT_TRUE(test::toleranceOf("f32").accepts(got[i], expected[i]))
          << "element " << i << " is " << got[i] << ", not " << expected[i];
  }
  /// Of a long chain of operations.
  static void expectNearAsAWhole(const HostTensor &actual, llvm::ArrayRef<float> expected) {
    std::vector<float> got = values(actual);
    ASSERT_EQ(got.size(), expected.size());
    float largest = 0;
    for (float value : expected)
      largest = std::max(largest, std::fabs(value));
    for (size_t i = 0; i < got.size(); ++i)
      ASSERT_NEAR(got[i], expected[i], test::toleranceOf("f32").whole * largest) << "element " << i;
  }

  mlir::MLIRContext context;
  Compose builder;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  mlir::Type f32, i64;
  std::mt19937 generator{20240607};
};

} // namespace wasmind::graph
