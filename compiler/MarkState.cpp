//===- MarkState.cpp ----------------------------------------------------------------------------------------------===//
#include "compiler/MarkState.h"
#include "compiler/frontend/Inputs.h"
#include "compiler/graph/Constants.h"
#include "compiler/graph/State.h"
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
    if (run.getArgAttr(*input, graph::stateAttribute))
      return llvm::createStringError(pair + "input '" + state.input + "' is fed from two outputs");
    keepConstantExtents(*input, *output);
    if (llvm::Error wrong = compareShapes(pair, state, *input, *output))
      return wrong;
    OpBuilder builder(run.getContext());
    run.setArgAttr(*input, graph::stateAttribute, builder.getI64IntegerAttr(*output));
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
    if (!position || !run.getArgAttr(*position, graph::stateAttribute))
      return llvm::createStringError(option + "'" + input + "' is no state; it becomes one with --state " + input +
                                     "=OUTPUT");
    auto type = cast<RankedTensorType>(run.getArgumentTypes()[*position]);
    // What writes arrays often has no bf16 and carries its bits in u16.
    const abi::DType dtype = dtypeOf(type.getElementType());
    const bool isOfType = dtype == value.dtype || (dtype == abi::DType::BF16 && value.dtype == abi::DType::U16);
    bool fits = isOfType && size_t(type.getRank()) == value.shape.size();
    if (fits)
      for (auto [extent, given] : llvm::zip_equal(graph::getExtents(type), value.shape)) {
        auto symbol = dyn_cast<AffineSymbolExpr>(extent);
        fits &= symbol ? given >= dims[symbol.getPosition()].min && given <= dims[symbol.getPosition()].max
                       : graph::constantOf(extent) == given;
      }
    if (!fits)
      return llvm::createStringError(
          option + "the array is " + std::string(abi::nameOf(value.dtype)) + " [" +
          llvm::join(llvm::map_range(value.shape, [](int64_t e) { return std::to_string(e); }), ", ") +
          "], the state is " + describe(type, /*withBounds=*/true));
    size_t byteLength = graph::byteWidth(type.getElementType());
    for (int64_t extent : value.shape)
      byteLength *= size_t(extent);
    if (value.bytes.size() != byteLength)
      return llvm::createStringError(option + "the array has another number of bytes than its shape");
    start(*position, value.shape, value.bytes);
    return success();
  }

  /// A state's default value, whose type is that of its input.
  void initialise(const std::string &input, llvm::ArrayRef<char> value) {
    const unsigned position = *find(inputs, input);
    start(position, cast<RankedTensorType>(run.getArgumentTypes()[position]).getShape(),
          {reinterpret_cast<const uint8_t *>(value.data()), value.size()});
  }

  /// A state that starts with nothing and holds nothing after any run is a mistake of who names it.
  llvm::Error requireGrowth() {
    auto isGiven = [&](AffineExpr extent) { return llvm::is_contained(llvm::make_second_range(keptExtents), extent); };
    // What starts at 0 and stays there, whatever the runs are given.
    llvm::DenseMap<AffineExpr, AffineExpr> stuck;
    llvm::SmallVector<graph::KeptDim> keptDims = graph::getKeptDims(run);
    for (const graph::KeptDim &dim : keptDims)
      if (AffineExpr symbol = getAffineSymbolExpr(dim.symbol, run.getContext()); dim.initial == 0 && !isGiven(symbol))
        stuck[symbol] = getAffineConstantExpr(0, run.getContext());
    for (bool changes = true; changes;) {
      changes = false;
      for (const graph::KeptDim &dim : keptDims)
        if (AffineExpr symbol = getAffineSymbolExpr(dim.symbol, run.getContext());
            stuck.contains(symbol) && graph::boundsOf(graph::normalise(dim.next.replace(stuck)), dims).max > 0)
          changes |= stuck.erase(symbol);
    }
    for (const CompileOptions::State &state : options.state) {
      const unsigned position = *find(inputs, state.input);
      if (run.getArgAttr(position, graph::initialAttribute))
        continue;
      llvm::SmallVector<AffineExpr> open = graph::getExtents(run.getArgumentTypes()[position]);
      llvm::erase_if(open, [](AffineExpr extent) { return graph::constantOf(extent).has_value(); });
      const auto *at = llvm::find_if(open, [&](AffineExpr extent) { return stuck.contains(extent); });
      // Of what is given, as much is kept as there was before, as long as that is anything.
      if (at == open.end() && llvm::all_of(open, isGiven))
        at = open.begin();
      if (at == open.end())
        continue;
      AffineExpr extent = *at;
      for (auto [given, own] : keptExtents)
        if (own == extent)
          extent = getAffineSymbolExpr(given, run.getContext());
      const std::string name = graph::toString(extent, dims);
      return llvm::createStringError("--state " + state.input + "=" + state.output + ": '" + name +
                                     "' starts at 0 and no run changes that, so the state would never hold anything: "
                                     "set --dim " +
                                     name + "=N, or give what it holds at first with --state-init " + state.input +
                                     "=X.npy");
    }
    return success();
  }

  /// Where the kept dimensions start, and that a run stays within their bounds: that is required of it.
  llvm::Error keepDims() {
    ModuleOp module = run->getParentOfType<ModuleOp>();
    llvm::StringMap<int64_t> starts;
    for (const CompileOptions::State &state : options.state) {
      const unsigned position = *find(inputs, state.input);
      auto initial = run.getArgAttrOfType<ElementsAttr>(position, graph::initialAttribute);
      for (auto [axis, extent] : llvm::enumerate(graph::getExtents(run.getArgumentTypes()[position]))) {
        auto symbol = dyn_cast<AffineSymbolExpr>(extent);
        if (!symbol)
          continue;
        const graph::NamedDim &dim = dims[symbol.getPosition()];
        const int64_t start = initial ? initial.getShapedType().getDimSize(axis) : 0;
        if (start < dim.min)
          return llvm::createStringError("--state " + state.input + "=" + state.output + ": '" + dim.name +
                                         "' starts at 0 and --dim puts it in " + std::to_string(dim.min) + ".." +
                                         std::to_string(dim.max) + "; set --dim " + dim.name + "=0.." +
                                         std::to_string(dim.max) + ", or give what the state holds with --state-init");
        auto [known, isNew] = starts.try_emplace(dim.name, start);
        if (!isNew && known->second != start)
          return llvm::createStringError("--state " + state.input + "=" + state.output + ": '" + dim.name +
                                         "' starts at " + std::to_string(start) + " here and at " +
                                         std::to_string(known->second) + " in another state; give both arrays of one " +
                                         "extent with --state-init");
      }
    }
    for (const graph::KeptDim &kept : graph::getKeptDims(run)) {
      const graph::NamedDim &dim = dims[kept.symbol];
      const std::string bounds = std::to_string(dim.min) + ".." + std::to_string(dim.max);
      const std::string after = "the state '" + dim.name + "' would be " + graph::toString(kept.next, dims) +
                                " after the run, outside " + bounds + "; ";
      const graph::Dims known = graph::getNamedDims(module);
      const AffineExpr room = graph::normalise(dim.max - kept.next), rest = graph::normalise(kept.next - dim.min);
      if (!graph::isNeverNegative(room, known))
        graph::addRequirement(module, {room, false, after + "reset it, or compile with a larger --dim " + dim.name});
      if (!graph::isNeverNegative(rest, known))
        graph::addRequirement(module, {rest, false, after + "compile with a smaller minimum of --dim " + dim.name});
    }
    return success();
  }

private:
  using Names = llvm::SmallVector<StringAttr>;
  func::FuncOp run;
  graph::Dims dims;
  const CompileOptions &options;
  Names inputs, outputs;

  llvm::SmallDenseMap<unsigned, AffineExpr> keptExtents; ///< of states, by the dimension that hosts give
  llvm::SmallDenseMap<unsigned, std::pair<AffineExpr, std::string>> kept; ///< what each becomes, by which state

  /// Extents of a state that hosts give, as a batch, and that are what they were as long as the state holds anything.
  /// The state gets extents of its own for them, which the module keeps, and a run requires these to be equal.
  void keepConstantExtents(unsigned input, unsigned output) {
    auto module = run->getParentOfType<ModuleOp>();
    auto type = cast<RankedTensorType>(run.getArgumentTypes()[input]);
    llvm::SmallVector<AffineExpr> extents = graph::getExtents(type), given = extents,
                                  next = graph::getExtents(run.getResultTypes()[output]);
    if (extents.size() != next.size())
      return;
    for (size_t axis = 0; axis < extents.size(); ++axis) {
      auto symbol = dyn_cast<AffineSymbolExpr>(given[axis]);
      if (!symbol || next[axis] != given[axis] || !isGivenElsewhere(symbol))
        continue;
      AffineExpr &own = keptExtents[symbol.getPosition()];
      if (!own) {
        const graph::NamedDim &dim = dims[symbol.getPosition()];
        own = graph::declareDim(module, inputs[input].str() + "." + std::to_string(axis), 0, dim.max);
        dims = graph::getNamedDims(module);
      }
      // Of nothing, the extents may be any.
      llvm::SmallVector<AffineExpr> others(extents);
      others.erase(others.begin() + long(axis));
      const std::string name = dims[symbol.getPosition()].name;
      graph::addRequirement(
          module, {graph::productOf({given[axis] - own, graph::productOf(others, run.getContext())}, run.getContext()),
                   /*isZero=*/true,
                   "the state '" + inputs[input].str() + "' holds another '" + name +
                       "' than this run's; reset it, or keep the extent as it is"});
      extents[axis] = own;
    }
    if (extents == given)
      return;
    BlockArgument argument = run.getArgument(input);
    argument.setType(graph::makeTensorType(extents, type.getElementType()));
    OpBuilder builder = OpBuilder::atBlockBegin(&run.getBody().front());
    auto same = graph::ReshapeOp::create(builder, run.getLoc(), type, argument);
    argument.replaceAllUsesExcept(same, same);
    run.setFunctionType(FunctionType::get(run.getContext(), run.getBody().getArgumentTypes(), run.getResultTypes()));
  }

  /// Whether a host gives the extent by an input that is no state.
  bool isGivenElsewhere(AffineExpr extent) {
    auto isState = [&](StringAttr input) {
      return llvm::any_of(options.state, [&](const auto &state) { return input == state.input; });
    };
    return llvm::any_of(llvm::zip_equal(inputs, run.getArgumentTypes()), [&](auto pair) {
      return !isState(std::get<0>(pair)) && llvm::is_contained(graph::getExtents(std::get<1>(pair)), extent);
    });
  }

  /// Whether the output can be the input's next value. An extent that is a dimension becomes one that the module keeps.
  llvm::Error compareShapes(const std::string &pair, const CompileOptions::State &state, unsigned input,
                            unsigned output) {
    auto type = cast<RankedTensorType>(run.getArgumentTypes()[input]),
         next = cast<RankedTensorType>(run.getResultTypes()[output]);
    const std::string shapes = pair + "input '" + state.input + "' is " + describe(type) + " and output '" +
                               state.output + "' is " + describe(next);
    if (type.getElementType() != next.getElementType() || type.getRank() != next.getRank())
      return llvm::createStringError(shapes + "; a state has one element type and rank");
    for (auto [axis, own, after] : llvm::enumerate(graph::getExtents(type), graph::getExtents(next))) {
      if (own == after && graph::constantOf(own))
        continue;
      const std::string place = "; axis " + std::to_string(axis) + " ";
      if (graph::constantOf(own))
        return llvm::createStringError(shapes + place + "is one number and cannot grow from run to run: give it a " +
                                       "range, as in --dim NAME=0..N, or leave it an input");
      auto symbol = dyn_cast<AffineSymbolExpr>(own);
      if (!symbol)
        return llvm::createStringError(shapes + place + "is an expression; name it with --shape");
      const std::string &name = dims[symbol.getPosition()].name;
      if (own == after)
        return llvm::createStringError(shapes + place + "stays what it is and so cannot leave 0: set --dim " + name +
                                       "=N");
      auto [known, isNew] = kept.try_emplace(symbol.getPosition(), after, state.input);
      if (!isNew && !graph::provablyEqual(known->second.first, after, dims))
        return llvm::createStringError(shapes + place + "is '" + name + "', which becomes " +
                                       graph::toString(known->second.first, dims) + " in state '" +
                                       known->second.second + "'; give each a name of its own with --shape");
    }
    return success();
  }

  void start(unsigned position, llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<uint8_t> bytes) {
    auto type = cast<RankedTensorType>(run.getArgumentTypes()[position]);
    auto first = RankedTensorType::get(shape, type.getElementType());
    if (first.getNumElements() != 0)
      run.setArgAttr(position, graph::initialAttribute, elementsOf(first, bytes));
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

  std::string describe(Type type, bool withBounds = false) const {
    std::string text;
    for (AffineExpr extent : graph::getExtents(type))
      text +=
          (text.empty() ? "" : ", ") + (withBounds ? graph::boundsText(extent, dims) : graph::toString(extent, dims));
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
  if (llvm::Error error = marking.requireGrowth())
    return error;
  return marking.keepDims();
}

} // namespace wasmind
