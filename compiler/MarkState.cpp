//===- MarkState.cpp ----------------------------------------------------------------------------------------------===//
#include "compiler/MarkState.h"
#include "compiler/frontend/Inputs.h"
#include "compiler/graph/Constants.h"
#include "compiler/graph/Dimensions.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace wasmind {
namespace {

using frontend::dtypeOf;

class Marking {
public:
  Marking(ModuleOp graph, const CompileOptions &options)
      : run(graph.lookupSymbol<func::FuncOp>("run")), dims(graph::getNamedDims(graph)), options(options) {
    for (unsigned i = 0; i < run.getNumArguments(); ++i)
      inputs.push_back(run.getArgAttrOfType<StringAttr>(i, "graph.name"));
    for (unsigned i = 0; i < run.getNumResults(); ++i)
      outputs.push_back(run.getResultAttrOfType<StringAttr>(i, "graph.name"));
  }

  llvm::Error mark(const CompileOptions::State &state) {
    const std::string pair = "--state " + state.input + "=" + state.output + ": ";
    auto input = find(inputs, state.input), output = find(outputs, state.output);
    if (!input)
      return llvm::createStringError(pair + unknown("input", state.input, inputs));
    if (!output)
      return llvm::createStringError(pair + unknown("output", state.output, outputs));
    if (run.getArgAttr(*input, "graph.state"))
      return llvm::createStringError(pair + "input '" + state.input + "' is fed from two outputs");
    const Type type = run.getArgumentTypes()[*input], next = run.getResultTypes()[*output];
    std::string open;
    for (AffineExpr extent : graph::getExtents(type))
      if (!graph::constantOf(extent))
        open += " --dim " + graph::toString(extent, dims) + "=N";
    if (!open.empty())
      return llvm::createStringError(pair + "input '" + state.input + "' is " + describe(type) +
                                     "; the shape of a state is fixed: set" + open);
    if (type != next)
      return llvm::createStringError(pair + "input '" + state.input + "' is " + describe(type) + " and output '" +
                                     state.output + "' is " + describe(next) +
                                     "; a state has one element type and one fixed shape, so it cannot grow from run "
                                     "to run: leave it an input");
    OpBuilder builder(run.getContext());
    run.setArgAttr(*input, "graph.state", builder.getI64IntegerAttr(*output));
    if (!options.showsStateOutputs)
      run.setResultAttr(*output, "graph.hidden", builder.getUnitAttr());
    return success();
  }

  /// A run that gives nothing is a mistake of who names the state.
  llvm::Error requireOutput() {
    for (unsigned i = 0; i < run.getNumResults(); ++i)
      if (!run.getResultAttr(i, "graph.hidden"))
        return success();
    return run.getNumResults() == 0
               ? success()
               : llvm::createStringError("--state: all outputs of the model feed state, so a run would give nothing; "
                                         "--state-outputs keeps them");
  }

  llvm::Error initialise(const std::string &input, const TensorData &value) {
    const std::string option = "--state-init " + input + ": ";
    auto position = find(inputs, input);
    if (!position || !run.getArgAttr(*position, "graph.state"))
      return llvm::createStringError(option + "'" + input + "' is no state; it becomes one with --state " + input +
                                     "=OUTPUT");
    auto type = cast<RankedTensorType>(run.getArgumentTypes()[*position]);
    // What writes arrays often has no bf16 and carries its bits in u16.
    const abi::DType dtype = dtypeOf(type.getElementType());
    const bool isOfType = dtype == value.dtype || (dtype == abi::DType::BF16 && value.dtype == abi::DType::U16);
    if (!isOfType || type.getShape() != ArrayRef<int64_t>(value.shape))
      return llvm::createStringError(
          option + "the array is " + std::string(abi::nameOf(value.dtype)) + " [" +
          llvm::join(llvm::map_range(value.shape, [](int64_t e) { return std::to_string(e); }), ", ") +
          "], the state is " + describe(type));
    if (value.bytes.size() != size_t(type.getNumElements()) * graph::byteWidth(type.getElementType()))
      return llvm::createStringError(option + "the array has another number of bytes than its shape");
    start(*position, value.bytes);
    return success();
  }

  /// A state's default value, whose type is that of its input.
  void initialise(const std::string &input, llvm::ArrayRef<char> value) {
    start(*find(inputs, input), {reinterpret_cast<const uint8_t *>(value.data()), value.size()});
  }

private:
  using Names = llvm::SmallVector<StringAttr>;
  func::FuncOp run;
  graph::Dims dims;
  const CompileOptions &options;
  Names inputs, outputs;

  void start(unsigned position, llvm::ArrayRef<uint8_t> bytes) {
    auto type = cast<RankedTensorType>(run.getArgumentTypes()[position]);
    if (type.getNumElements() != 0)
      run.setArgAttr(position, "graph.initial", elementsOf(type, bytes));
  }

  static llvm::Error success() { return llvm::Error::success(); }

  static std::optional<unsigned> find(const Names &names, StringRef name) {
    for (auto [i, known] : llvm::enumerate(names))
      if (known && known.getValue() == name)
        return unsigned(i);
    return std::nullopt;
  }

  static std::string unknown(const char *kind, const std::string &name, const Names &names) {
    std::string known;
    for (StringAttr each : names)
      if (each)
        known += (known.empty() ? "'" : ", '") + each.str() + "'";
    return "the model has no " + std::string(kind) + " '" + name + "'; it has " + (known.empty() ? "none" : known);
  }

  std::string describe(Type type) const {
    std::string text;
    for (AffineExpr extent : graph::getExtents(type))
      text += (text.empty() ? "" : ", ") + graph::toString(extent, dims);
    return std::string(abi::nameOf(dtypeOf(cast<RankedTensorType>(type).getElementType()))) + " [" + text + "]";
  }

  static ElementsAttr elementsOf(RankedTensorType type, llvm::ArrayRef<uint8_t> bytes) {
    if (type.getElementType().isInteger(1))
      return DenseElementsAttr::get(type, llvm::SmallVector<bool>(bytes.begin(), bytes.end()));
    return DenseElementsAttr::getFromRawBuffer(
        type, llvm::ArrayRef<char>(reinterpret_cast<const char *>(bytes.data()), bytes.size()));
  }
};

} // namespace

llvm::Error markState(ModuleOp graph, const CompileOptions &options,
                      const llvm::StringMap<llvm::ArrayRef<char>> &defaults) {
  Marking marking(graph, options);
  for (const CompileOptions::State &state : options.state)
    if (llvm::Error error = marking.mark(state))
      return error;
  if (llvm::Error error = marking.requireOutput())
    return error;
  for (const auto &[input, value] : options.stateInit)
    if (llvm::Error error = marking.initialise(input, value))
      return error;
  for (const CompileOptions::State &state : options.state)
    if (auto value = defaults.find(state.input); value != defaults.end() && !options.stateInit.contains(state.input))
      marking.initialise(state.input, value->second);
  return llvm::Error::success();
}

} // namespace wasmind
