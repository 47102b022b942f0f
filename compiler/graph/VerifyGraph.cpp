//===- VerifyGraph.cpp - what the loops stage may rely on ---------------------------------------------------------===//
#include "abi/Signature.h"
#include "compiler/graph/Constants.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/State.h"
#include "compiler/graph/Structured.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace wasmind::graph {
#define GEN_PASS_DEF_VERIFYGRAPH
#include "compiler/graph/GraphPasses.h.inc"

namespace {

constexpr int64_t tensorByteLimit = int64_t(1) << 32; // a wasm32 memory

struct VerifyGraph : impl::VerifyGraphBase<VerifyGraph> {
  void runOnOperation() override {
    dims = getNamedDims(getOperation());
    if (failed(verifyDims()) || failed(verifyOperations()))
      signalPassFailure();
  }

  LogicalResult verifyDims() {
    llvm::StringSet<> names;
    for (const NamedDim &dim : dims) {
      if (dim.name.empty() || !names.insert(dim.name).second)
        return getOperation().emitError("graph.dims: names must be present and unique, '") << dim.name << "' is not";
      if (dim.min < 0 || dim.max < dim.min || dim.max > extentLimit)
        return getOperation().emitError("graph.dims: '") << dim.name << "' has the bounds " << dim.min << ".."
                                                         << dim.max << "; they must be 0 <= min <= max < 2^31";
    }
    return success();
  }

  LogicalResult verifyType(Operation *op, Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return op->emitError("only ranked tensors may occur, not ") << type;
    Attribute encoding = tensor.getEncoding();
    if (tensor.hasStaticShape() == bool(encoding) || (encoding && !isa<AffineMapAttr>(encoding)))
      return op->emitError(
                 "a tensor needs an encoding with its extents exactly when one of them is not static, unlike ")
             << type;
    SmallVector<AffineExpr> extents = getExtents(type);
    if (int64_t(extents.size()) != tensor.getRank() || symbolCountOf(extents) > dims.size())
      return op->emitError("an extent names a dimension that graph.dims does not have: ") << type;
    if (llvm::any_of(extents, [&](AffineExpr extent) { return isUnbounded(extent, dims); }))
      return success(); // of an operator: the caller's memory bounds it
    for (AffineExpr extent : extents)
      if (boundsOf(extent, dims).max > extentLimit)
        return op->emitError("an extent of 2^31 or more (") << shapeText(extents) << ")";
    auto count = boundedElementCount(type, dims);
    if (!count || *count * byteWidth(tensor.getElementType()) >= tensorByteLimit)
      return op->emitError("a tensor of 4 GiB or more")
             << (tensor.hasStaticShape() ? " (" + shapeText(extents) + ")"
                                         : " at the upper bounds of its dimensions (" + shapeText(extents) +
                                               "); give smaller bounds with --dim");
    return success();
  }

  /// Whether the operation's own expressions (window attributes, starts, domains) name dimensions that there are.
  LogicalResult verifyExpressions(Operation *op) {
    for (NamedAttribute attribute : op->getAttrDictionary())
      if (auto map = dyn_cast<AffineMapAttr>(attribute.getValue());
          map && symbolCountOf(map.getValue().getResults()) > dims.size())
        return op->emitError("'") << attribute.getName().getValue()
                                  << "' names a dimension that graph.dims does not have";
    return success();
  }

  std::string shapeText(ArrayRef<AffineExpr> extents) {
    std::string text;
    for (AffineExpr extent : extents) {
      text += text.empty() ? "" : " x ";
      text += toString(extent, dims);
      if (!constantOf(extent))
        text += " <= " + std::to_string(boundsOf(extent, dims).max);
    }
    return text;
  }

  /// Whether the function's inputs, or its outputs, can be told apart and described to a host.
  LogicalResult verifyTensors(func::FuncOp function, StringRef kind, TypeRange types,
                              llvm::function_ref<StringAttr(unsigned)> nameOf) {
    llvm::StringSet<> names;
    for (auto [i, type] : llvm::enumerate(types)) {
      StringAttr name = nameOf(i);
      if (!name)
        continue; // not an entry
      if (name.empty())
        return function.emitError(kind) << ' ' << i << " of the model has no name";
      if (!names.insert(name).second)
        return function.emitError("two ") << kind << "s of the model are named '" << name.getValue() << "'";
      if (auto tensor = dyn_cast<RankedTensorType>(type); tensor && tensor.getRank() > int64_t(abi::maxRank))
        return function.emitError(kind) << " '" << name.getValue() << "' has rank " << tensor.getRank()
                                        << ", more than " << int64_t(abi::maxRank);
    }
    return success();
  }

  /// Whether each state of the function is fed from a result of its element type and rank, whose extents are those of
  /// the state or become the dimensions that it keeps.
  LogicalResult verifyState(func::FuncOp function) {
    llvm::SmallDenseMap<AffineExpr, std::pair<AffineExpr, int64_t>> kept; // what each becomes, and where it starts
    for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
      Attribute state = function.getArgAttr(i, stateAttribute), initial = function.getArgAttr(i, initialAttribute);
      if (!state && !initial)
        continue;
      auto result = dyn_cast_or_null<IntegerAttr>(state);
      if (!result || !result.getType().isInteger(64) || result.getInt() < 0 ||
          result.getInt() >= int64_t(function.getNumResults()))
        return function.emitError("input ") << i << ": 'graph.state' is not the number of a result";
      auto own = dyn_cast<RankedTensorType>(type),
           next = dyn_cast<RankedTensorType>(function.getResultTypes()[result.getInt()]);
      if (!own || !next || own.getElementType() != next.getElementType() || own.getRank() != next.getRank())
        return function.emitError("input ")
               << i << ": a state and the result that feeds it have one element type and "
               << "rank, not " << type << " and " << function.getResultTypes()[result.getInt()];
      auto elements = dyn_cast_or_null<ElementsAttr>(initial);
      auto first = elements ? dyn_cast<RankedTensorType>(elements.getType()) : RankedTensorType();
      if (initial && (!first || first.getElementType() != own.getElementType() || first.getRank() != own.getRank()))
        return function.emitError("input ") << i << ": 'graph.initial' has another type than the state";
      for (auto [axis, extent, after] : llvm::enumerate(getExtents(own), getExtents(next))) {
        auto symbol = dyn_cast<AffineSymbolExpr>(extent);
        const bool isKept = symbol && symbol.getPosition() < dims.size() && !dims[symbol.getPosition()].measured;
        if (isKept) {
          const NamedDim &dim = dims[symbol.getPosition()];
          const int64_t start = first ? first.getDimSize(axis) : 0;
          auto [known, isNew] = kept.try_emplace(extent, after, start);
          if (!isNew && (known->second.second != start || !provablyEqual(known->second.first, after, dims)))
            return function.emitError("input ") << i << ": dimension '" << dim.name << "' of two states differs";
          if (start < dim.min || start > dim.max)
            return function.emitError("input ")
                   << i << ": dimension '" << dim.name << "' of a state is " << start << " at first";
        } else if (!constantOf(extent) || extent != after) {
          return function.emitError("input ")
                 << i << ": the extent of a state is a given dimension, or one number that "
                 << "is also that of the result that feeds it";
        } else if (first && first.getDimSize(axis) != *constantOf(extent)) {
          return function.emitError("input ") << i << ": 'graph.initial' has another type than the state";
        }
      }
    }
    return success();
  }

  LogicalResult verifyOperations() {
    for (Operation &op : *getOperation().getBody())
      if (!isa<func::FuncOp>(op))
        return op.emitError("only functions may occur in a graph module");
    llvm::SmallDenseSet<uint64_t> measured;
    WalkResult result = getOperation()->walk([&](Operation *op) -> WalkResult {
      if (op == getOperation())
        return WalkResult::advance();
      if (auto function = dyn_cast<func::FuncOp>(op);
          function &&
          (failed(verifyTensors(function, "input", function.getArgumentTypes(),
                                [&](unsigned i) { return function.getArgAttrOfType<StringAttr>(i, "graph.name"); })) ||
           failed(
               verifyTensors(function, "output", function.getResultTypes(),
                             [&](unsigned i) { return function.getResultAttrOfType<StringAttr>(i, "graph.name"); })) ||
           failed(verifyState(function))))
        return WalkResult::interrupt();
      if (!isa<func::FuncOp, func::ReturnOp>(op) && !isa_and_nonnull<GraphDialect>(op->getDialect()))
        return op->emitError("operation of another dialect than graph");
      if (failed(verifyExpressions(op)) || failed(verifyExtents(op)))
        return WalkResult::interrupt();
      for (Type type : op->getResultTypes())
        if (failed(verifyType(op, type)))
          return WalkResult::interrupt();
      for (Region &region : op->getRegions())
        for (Block &block : region)
          for (Type type : block.getArgumentTypes())
            if (failed(verifyType(op, type)))
              return WalkResult::interrupt();
      if (auto measure = dyn_cast<MeasureOp>(op); measure && !measured.insert(measure.getDim()).second)
        return op->emitError("dimension '") << dims[measure.getDim()].name << "' is measured twice";
      return WalkResult::advance();
    });
    return failure(result.wasInterrupted());
  }

  Dims dims;
};
} // namespace
} // namespace wasmind::graph
