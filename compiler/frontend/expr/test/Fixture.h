//===- Fixture.h - formulas traced, interpreted, raised, interpreted again ---------------------------------------===//
#pragma once
#include "compiler/frontend/expr/Trace.h"
#include "compiler/graph/Interpreter.h"
#include "compiler/graph/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "test/Tolerances.h"
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <random>

namespace wasmind::te {

/// A dense tensor of the reference: doubles hold the elements of every type used here.
struct Array {
  std::vector<int64_t> shape;
  std::vector<double> values;

  Array() = default;
  explicit Array(std::vector<int64_t> shape) : shape(std::move(shape)), values(count()) {}
  size_t count() const {
    size_t product = 1;
    for (int64_t extent : shape)
      product *= extent;
    return product;
  }
  template <typename... Indices> double &operator()(Indices... indices) {
    size_t at = 0, dim = 0;
    ((at = at * shape[dim++] + size_t(indices)), ...);
    return values.at(at);
  }
  /// The element, or `otherwise` where an index is outside.
  template <typename... Indices> double get(double otherwise, Indices... indices) const {
    int64_t at = 0;
    size_t dim = 0;
    bool isInside = true;
    auto step = [&](int64_t index) {
      isInside &= index >= 0 && index < shape[dim];
      at = at * shape[dim++] + index;
    };
    (step(indices), ...);
    return isInside ? values[at] : otherwise;
  }
};

class ExpressionTest : public ::testing::Test {
protected:
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  std::mt19937 generator{20250101};
  frontend::ImportOptions options;
  std::map<std::string, int64_t> dims; ///< values of vars in `check`
  std::vector<Var> vars;               ///< that need not be extents of inputs
  std::string raised;                  ///< the module after raising, as text

  /// Random elements: integers in [-8, 8] for integer types, 0 or 1 for bool.
  Array random(const Tensor &tensor, std::vector<int64_t> shape) {
    Array array(std::move(shape));
    bool isFloat = tensor.dtype() == DType::F32 || tensor.dtype() == DType::F64 || tensor.dtype() == DType::F16 ||
                   tensor.dtype() == DType::BF16;
    for (double &value : array.values) {
      value = std::uniform_real_distribution<double>(-2, 2)(generator);
      if (!isFloat)
        value = std::uniform_int_distribution<int>(tensor.dtype() == DType::Bool ? 0 : -8,
                                                   tensor.dtype() == DType::Bool ? 1 : 8)(generator);
      if (abi::nameOf(tensor.dtype()).front() == 'u')
        value = std::fabs(value);
      if (tensor.dtype() == DType::F32)
        value = float(value);
    }
    return array;
  }

  static graph::HostTensor toHost(const Array &array, mlir::Type element) {
    graph::HostTensor host{element, llvm::SmallVector<int64_t>(llvm::ArrayRef(array.shape)), {}};
    unsigned width = graph::byteWidth(element);
    host.bytes.resize(array.values.size() * width);
    for (size_t i = 0; i < array.values.size(); ++i)
      graph::storeDouble(element, array.values[i], host.bytes.data() + i * width);
    return host;
  }
  static Array fromHost(const graph::HostTensor &host) {
    Array array(std::vector<int64_t>(host.shape.begin(), host.shape.end()));
    unsigned width = graph::byteWidth(host.element);
    for (size_t i = 0; i < array.values.size(); ++i)
      array.values[i] = graph::loadDouble(host.element, host.bytes.data() + i * width);
    return array;
  }

  void expectNear(const Array &actual, const Array &expected, DType dtype, const std::string &what) {
    const test::Tolerance tolerance = test::toleranceOf(abi::nameOf(dtype));
    ASSERT_EQ(actual.shape, expected.shape) << what;
    for (size_t i = 0; i < expected.values.size(); ++i) {
      double a = actual.values[i], e = expected.values[i];
      ASSERT_TRUE(tolerance.accepts(a, e)) << what << ", element " << i << " is " << a << ", not " << e << "\n"
                                           << raised;
    }
  }

  Array interpret(mlir::ModuleOp module, llvm::ArrayRef<Array> inputs, const std::string &what) {
    auto function = *module.getOps<mlir::func::FuncOp>().begin();
    std::vector<graph::HostTensor> hosts;
    for (auto [array, type] : llvm::zip(inputs, function.getArgumentTypes()))
      hosts.push_back(toHost(array, llvm::cast<mlir::RankedTensorType>(type).getElementType()));
    llvm::SmallVector<int64_t> values;
    for (const graph::NamedDim &dim : graph::getNamedDims(module))
      values.push_back(dims.at(dim.name));
    auto results = graph::interpret(function, hosts, values);
    if (!results) {
      ADD_FAILURE() << what << ": " << llvm::toString(results.takeError());
      return {};
    }
    return fromHost(results->front());
  }

  /// Traces `output`, and compares what the graph interpreter makes of it, before and after the graph stage, with
  /// `expected`.
  void check(const Tensor &output, llvm::ArrayRef<std::pair<Tensor, Array>> inputs, const Array &expected) {
    raised.clear();
    std::vector<Tensor> tensors;
    std::vector<Array> arrays;
    for (auto &[tensor, array] : inputs) {
      tensors.push_back(tensor);
      arrays.push_back(array);
    }
    auto module = trace(context, tensors, output, options, vars);
    ASSERT_TRUE(bool(module)) << llvm::toString(module.takeError());
    llvm::raw_string_ostream(raised) << **module;
    expectNear(interpret(**module, arrays, "traced"), expected, output.dtype(), "traced");
    mlir::PassManager passes(&context);
    graph::buildGraphPipeline(passes);
    ASSERT_TRUE(mlir::succeeded(passes.run(**module)));
    raised.clear();
    llvm::raw_string_ostream(raised) << **module;
    expectNear(interpret(**module, arrays, "raised"), expected, output.dtype(), "raised");
  }
  bool has(llvm::StringRef operation) const {
    return llvm::StringRef(raised).contains("graph." + operation.str() + " ");
  }
  bool hasCompute() const { return llvm::StringRef(raised).contains("graph.compute("); }

  std::string errorOf(llvm::ArrayRef<Tensor> inputs, llvm::ArrayRef<Tensor> outputs) {
    auto module = trace(context, inputs, outputs, options, vars);
    if (module)
      return "";
    return llvm::toString(module.takeError());
  }
};

} // namespace wasmind::te
