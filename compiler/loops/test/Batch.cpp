#include "compiler/loops/test/Batch.h"
#include "abi/Signature.h"
#include "compiler/graph/Passes.h"
#include "compiler/loops/test/MathHarness.h"
#include "compiler/module/Module.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "runtime/host/include/wasmind.hpp"
#include "test/Tolerances.h"
#include <cmath>

using namespace mlir;

namespace wasmind::loops::test {

static const Target targets[] = {{false}, {true}};
const llvm::ArrayRef<Target> allTargets = targets;

static MLIRContext &graphContext() {
  context().loadDialect<graph::GraphDialect>();
  return context();
}

Type typeNamed(llvm::StringRef name) { return elementType(name); }
std::string nameOf(Type element) {
  std::string text;
  llvm::raw_string_ostream(text) << element;
  return text;
}
static llvm::SmallVector<Type> typesOf(std::initializer_list<const char *> names) {
  graphContext();
  llvm::SmallVector<Type> types;
  for (const char *name : names)
    types.push_back(typeNamed(name));
  return types;
}
llvm::SmallVector<Type> floatTypes() { return typesOf({"f32", "f64", "f16", "bf16"}); }
llvm::SmallVector<Type> integerTypes() { return typesOf({"i8", "i16", "i32", "i64", "ui8", "ui16", "ui32", "ui64"}); }
llvm::SmallVector<Type> allTypes() {
  llvm::SmallVector<Type> types = floatTypes();
  types.append(integerTypes());
  types.push_back(typeNamed("i1"));
  return types;
}

Batch::Batch(unsigned seed) : builder(UnknownLoc::get(&graphContext()), &graphContext()), random(seed) {
  module = ModuleOp::create(builder.getLoc());
  builder.setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(builder, builder.getLoc(), "run", builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
}
Batch::~Batch() = default;

AffineExpr Batch::dim(llvm::StringRef name, int64_t min, int64_t max, int64_t actual) {
  AffineExpr symbol = graph::declareDim(*module, name, min, max);
  size_t position = cast<AffineSymbolExpr>(symbol).getPosition();
  dims.resize(std::max(dims.size(), position + 1));
  dims[position] = actual;
  return symbol;
}

HostTensor Batch::makeRandom(llvm::ArrayRef<int64_t> shape, Type element, std::optional<Span> span) {
  HostTensor tensor;
  tensor.element = element;
  tensor.shape.assign(shape.begin(), shape.end());
  unsigned width = graph::byteWidth(element);
  tensor.bytes.resize(tensor.elementCount() * width);
  bool isFloat = isa<FloatType>(element);
  double low = span ? span->low : isFloat ? -2 : element.isInteger(1) || element.isUnsignedInteger() ? 0 : -100;
  double high = span ? span->high : isFloat ? 2 : element.isInteger(1) ? 1 : element.isUnsignedInteger() ? 200 : 100;
  std::uniform_real_distribution<double> real(low, high);
  std::uniform_int_distribution<int64_t> whole(std::ceil(low), std::floor(high));
  for (char *to = tensor.bytes.data(), *end = to + tensor.bytes.size(); to != end; to += width)
    isFloat ? graph::storeDouble(element, real(random), to) : graph::storeInteger(element, whole(random), to);
  return tensor;
}

Value Batch::addInput(Type type, HostTensor tensor) {
  inputs.push_back(std::move(tensor));
  unsigned position = function.getNumArguments();
  (void)function.insertArgument(position, type, {}, builder.getLoc());
  return function.getArgument(position);
}

Value Batch::inputOf(llvm::ArrayRef<AffineExpr> extents, Type element, std::optional<Span> span) {
  llvm::SmallVector<int64_t> shape;
  for (AffineExpr extent : extents) {
    llvm::SmallVector<AffineExpr> values;
    for (int64_t value : dims)
      values.push_back(fixed(value));
    shape.push_back(*graph::constantOf(graph::normalise(extent.replaceSymbols(values))));
  }
  return addInput(graph::makeTensorType(extents, element), makeRandom(shape, element, span));
}
Value Batch::input(llvm::ArrayRef<int64_t> extents, Type element, std::optional<Span> span) {
  return addInput(RankedTensorType::get(extents, element), makeRandom(extents, element, span));
}
Value Batch::constant(llvm::ArrayRef<int64_t> extents, Type element, std::optional<Span> span) {
  HostTensor tensor = makeRandom(extents, element, span);
  return graph::makeConstant(builder, builder.getLoc(), RankedTensorType::get(extents, element),
                             llvm::ArrayRef<char>(tensor.bytes));
}
Value Batch::given(llvm::ArrayRef<int64_t> extents, Type element, llvm::ArrayRef<double> values) {
  HostTensor tensor = makeRandom(extents, element, Span{0, 0});
  unsigned width = graph::byteWidth(element);
  for (auto [i, value] : llvm::enumerate(values))
    graph::storeDouble(element, value, tensor.bytes.data() + i * width);
  return addInput(RankedTensorType::get(extents, element), std::move(tensor));
}

void Batch::expect(Value result, llvm::Twine label) {
  ASSERT_TRUE(result) << label.str() << " could not be built";
  results.push_back(result);
  labels.push_back(label.str());
}

void Batch::finish() {
  if (finished)
    return;
  finished = true;
  func::ReturnOp::create(builder, builder.getLoc(), results);
  llvm::SmallVector<Type> types(ValueRange(results).getTypes());
  function.setType(builder.getFunctionType(function.getArgumentTypes(), types));
  ASSERT_TRUE(succeeded(verify(*module)));
}

llvm::Expected<Program> Batch::lower(const Target &target, bool rewrite) {
  finish();
  lowered.emplace_back(cast<ModuleOp>(module->clone()));
  if (rewrite) {
    PassManager passes(&graphContext());
    graph::buildGraphPipeline(passes);
    if (failed(passes.run(*lowered.back())))
      return llvm::createStringError("the graph pipeline failed");
  }
  Options options;
  options.relaxedSimd = target.relaxedSimd;
  return lowerToLoops(*lowered.back(), options);
}

std::string Batch::refusal() {
  auto program = lower({});
  return program ? "" : llvm::toString(program.takeError());
}

//===- Running ----------------------------------------------------------------------------------------------------===//

static abi::DType dtypeOf(Type element) {
  std::string name = nameOf(element);
  if (name == "i1")
    name = "bool";
  else if (name[0] == 'u')
    name.erase(1, 1); // ui8
  return *abi::parseDType(name);
}

static abi::Tensor tensorOf(const Slot &slot, const Program &program) {
  abi::Tensor tensor{slot.name, dtypeOf(slot.type.getElementType()), {}, slot.offset, slot.byteLength};
  for (AffineExpr extent : graph::getExtents(slot.type)) {
    if (auto constant = graph::constantOf(extent)) {
      tensor.shape.push_back(abi::Extent::fixed(*constant));
      continue;
    }
    for (const ExtentSlot &known : program.extents)
      if (known.expression == extent)
        tensor.shape.push_back(abi::Extent::named(known.name));
  }
  return tensor;
}

static abi::Signature sign(const Program &program, const Target &target) {
  abi::Signature signature;
  signature.compiler = "loops_test";
  signature.features = {*abi::parseFeature("simd128")};
  if (target.relaxedSimd)
    signature.features.push_back(*abi::parseFeature("relaxed-simd"));
  for (const ExtentSlot &extent : program.extents) {
    abi::Dim &dim = signature.dims.emplace_back();
    dim.name = extent.name;
    dim.min = extent.min;
    dim.max = extent.max;
    dim.offset = extent.offset;
    dim.derived = extent.derived;
  }
  abi::Function run;
  run.name = "run";
  for (const Slot &slot : program.inputs)
    run.inputs.push_back(tensorOf(slot, program));
  for (const Slot &slot : program.outputs)
    run.outputs.push_back(tensorOf(slot, program));
  signature.functions.push_back(run);
  signature.memory.pages = program.pages;
  signature.memory.stack = {0, 16384};
  signature.memory.extents = {program.extentTable.offset, program.extentTable.byteLength};
  signature.memory.arena = {program.arena.offset, program.arena.byteLength};
  signature.memory.weights = {program.weights.offset, program.weights.byteLength};
  auto error = abi::validate(signature);
  EXPECT_FALSE(error) << error->text;
  return signature;
}

double vectorisedShare(Program &program) {
  module::Measurement measurement;
  for (const KernelRecord &kernel : program.kernels)
    measurement.functions.push_back(kernel.name);
  for (const ExtentSlot &extent : program.extents)
    measurement.extents[extent.offset] = int32_t(extent.max);
  std::vector<module::Work> work;
  llvm::Error error = module::lowerToLLVM(*program.code);
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  auto object = module::emitObject(*program.code, {}, &measurement, &work);
  EXPECT_TRUE(bool(object));
  double least = 1;
  for (const module::Work &each : work)
    least = std::min(least, each.vectorisedShare());
  return least;
}

void Batch::compare(const HostTensor &actual, const HostTensor &expected, llvm::Twine where) {
  ASSERT_EQ(actual.shape, expected.shape) << where.str();
  ASSERT_EQ(actual.bytes.size(), expected.bytes.size()) << where.str();
  unsigned width = graph::byteWidth(expected.element), wrong = 0;
  bool isFloat = isa<FloatType>(expected.element);
  const wasmind::test::Tolerance tolerance = wasmind::test::toleranceOf(nameOf(expected.element));
  for (int64_t i = 0, e = expected.elementCount(); i < e; ++i) {
    const char *a = actual.bytes.data() + i * width, *b = expected.bytes.data() + i * width;
    bool fine;
    std::string detail;
    llvm::raw_string_ostream text(detail);
    if (isFloat) {
      double x = graph::loadDouble(expected.element, a), y = graph::loadDouble(expected.element, b);
      fine = tolerance.accepts(x, y);
      text << x << ", not " << y;
    } else {
      int64_t x = graph::loadInteger(expected.element, a), y = graph::loadInteger(expected.element, b);
      fine = x == y;
      text << x << ", not " << y;
    }
    if (!fine && wrong++ < 3)
      ADD_FAILURE() << where.str() << ": element " << i << " of " << e << " is " << detail;
  }
}

void Batch::check(llvm::ArrayRef<Target> targets, bool rewrite) {
  finish();
  if (::testing::Test::HasFatalFailure())
    return;
  auto expected = graph::interpret(function, inputs, dims);
  if (!expected)
    FAIL() << llvm::toString(expected.takeError());
  for (const Target &target : targets) {
    std::string build = target.relaxedSimd ? "relaxed" : "strict";
    auto program = lower(target, rewrite);
    if (!program) {
      ADD_FAILURE() << build << ": " << llvm::toString(program.takeError());
      continue;
    }
    std::vector<module::DataSegment> data;
    for (const Segment &segment : program->segments)
      if (!segment.bytes.empty())
        data.push_back({segment.address, segment.bytes});
    module::ModuleInput input{*program->code, data, sign(*program, target), Options().base};
    auto emitted = module::emitModule(input, {target.relaxedSimd, 2});
    if (!emitted) {
      ADD_FAILURE() << build << ": " << llvm::toString(emitted.takeError());
      continue;
    }
    llvm::SmallVector<char, 0> bytes = emitted->bytes();
    LoadOptions load;
    load.disableCache = true;
    auto model = Model::load(std::span(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()), load);
    if (!model)
      FAIL() << build << ": " << model.error().text;
    auto instance = Instance::create(*model);
    if (!instance)
      FAIL() << build << ": " << instance.error().text;
    std::vector<Tensor> tensors;
    for (HostTensor &tensor : inputs)
      tensors.push_back(Tensor(static_cast<DType>(dtypeOf(tensor.element)), {tensor.shape.begin(), tensor.shape.end()},
                               tensor.bytes.data(), tensor.bytes.size()));
    // Twice: what the first run left in memory must not matter to the second.
    for (int repeat = 0; repeat < 2; ++repeat) {
      auto outputs = instance->run(tensors);
      if (!outputs)
        FAIL() << build << ": " << outputs.error().text;
      ASSERT_EQ(outputs->size(), expected->size());
      for (auto [i, output] : llvm::enumerate(*outputs)) {
        HostTensor actual;
        actual.element = (*expected)[i].element;
        actual.shape.assign(output.shape().begin(), output.shape().end());
        const char *begin = reinterpret_cast<const char *>(output.data());
        actual.bytes.assign(begin, begin + output.byteLength());
        compare(actual, (*expected)[i], llvm::Twine(labels[i]) + " (" + build + (repeat ? ", second run)" : ")"));
      }
      if (::testing::Test::HasFailure())
        break;
    }
  }
}

} // namespace wasmind::loops::test
