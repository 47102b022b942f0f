//===- Errors.cpp - what errors of the importer say ---------------------------------------------------------------===//
#include "compiler/frontend/onnx/Importer.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

namespace wasmind::onnx {
namespace {

bool isWordPart(char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; }

bool isWord(llvm::StringRef name) { return !name.empty() && llvm::all_of(name, isWordPart); }

// Whether the text has the word somewhere.
bool mentions(llvm::StringRef text, llvm::StringRef word) {
  for (size_t at = text.find(word); at != llvm::StringRef::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || !isWordPart(text[at - 1])) && (end == text.size() || !isWordPart(text[end])))
      return true;
  }
  return false;
}

std::string option(llvm::StringRef name) {
  return isWord(name) ? ("--dim " + name + "=N").str() : ("--dim '" + name + "=N'").str();
}

std::string listed(llvm::StringRef kind, llvm::ArrayRef<std::string> names) {
  std::string text = kind.str() + (names.size() > 1 ? "s " : " ");
  constexpr size_t shown = 4;
  for (auto [i, name] : llvm::enumerate(names.take_front(shown)))
    text += (i == 0 ? "'" : i + 1 == names.size() ? " and '" : ", '") + name + "'";
  return names.size() > shown ? text + " and others" : text;
}

// The values that an operation reads, in its regions too.
void addOperands(mlir::Operation *op, llvm::SmallSetVector<Value, 16> &values) {
  op->walk([&](mlir::Operation *inner) { values.insert(inner->operand_begin(), inner->operand_end()); });
}

} // namespace

llvm::Error Importer::errorAt(const ::onnx::NodeProto &node, int64_t opset, const llvm::Twine &text) {
  std::string kind = qualified(node);
  if (opset > 0)
    kind += ", opset " + std::to_string(opset);
  std::string reason = withNames(text.str());
  // Where extents that vary do not fit, fixing them is the way out.
  if (moduleOp && !llvm::StringRef(reason).contains("--dim")) {
    std::string options, odd;
    unsigned count = 0;
    for (const graph::NamedDim &dim : graph::getNamedDims(*moduleOp)) {
      if (!mentions(reason, isWord(dim.name) ? dim.name : "\"" + dim.name + "\""))
        continue;
      options += " " + option(dim.name);
      ++count;
      if (!isWord(dim.name))
        odd = "; \"" + dim.name + "\" is a dimension of its own, whatever its name says";
    }
    if (count > 0)
      reason += odd + (count == 1 ? "; fix it with" : "; fix them with") + options;
  }
  for (const std::string &advice : branches)
    reason += advice;
  return error("node '" + titleOf(node) + "' (" + kind + "): " + reason);
}

void Importer::nodeError(const llvm::Twine &text) {
  if (firstError.empty())
    firstError = text.str();
}

graph::Dims Importer::displayedDims() {
  auto dims = moduleOp ? graph::getNamedDims(*moduleOp) : graph::Dims();
  for (graph::NamedDim &dim : dims)
    if (!isWord(dim.name))
      dim.name = "\"" + dim.name + "\"";
  return dims;
}

// Diagnostics of the dialect know dimensions by number (s0); users by name.
std::string Importer::withNames(llvm::StringRef text) {
  const auto dims = displayedDims();
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const bool wordStart = i == 0 || !(llvm::isAlnum(text[i - 1]) || text[i - 1] == '_');
    size_t end = i + 1;
    while (end < text.size() && llvm::isDigit(text[end]))
      ++end;
    unsigned number = 0;
    if (text[i] == 's' && wordStart && end > i + 1 && (end == text.size() || !llvm::isAlpha(text[end])) &&
        !text.slice(i + 1, end).getAsInteger(10, number) && number < dims.size()) {
      result += dims[number].name;
      i = end;
    } else {
      result += text[i] == '\n' ? ' ' : text[i];
      ++i;
    }
  }
  return result;
}

//===- Where a value comes from --------------------------------------------------------------------------------===//

Importer::Origin Importer::originOf(Value value) {
  Origin origin;
  auto add = [](llvm::SmallVector<std::string> &names, llvm::StringRef name) {
    if (!llvm::is_contained(names, name))
      names.push_back(name.str());
  };
  const auto dims = graph::getNamedDims(*moduleOp);
  auto addDims = [&](AffineExpr expression) {
    expression.walk([&](AffineExpr part) {
      if (auto symbol = mlir::dyn_cast<mlir::AffineSymbolExpr>(part); symbol && symbol.getPosition() < dims.size())
        add(origin.dims, dims[symbol.getPosition()].name);
    });
  };
  llvm::SmallSetVector<Value, 16> values;
  values.insert(value);
  for (size_t i = 0; i < values.size(); ++i) { // grows while it is read
    auto type = mlir::cast<mlir::RankedTensorType>(values[i].getType());
    if (auto argument = mlir::dyn_cast<mlir::BlockArgument>(values[i])) {
      if (argument.getOwner() == entry) {
        auto function = mlir::cast<mlir::func::FuncOp>(entry->getParentOp());
        add(origin.inputs,
            function.getArgAttrOfType<mlir::StringAttr>(argument.getArgNumber(), "graph.name").getValue());
        origin.isFixable &= type.hasStaticShape() && type.getNumElements() == 1 &&
                            (type.getElementType().isInteger(32) || type.getElementType().isInteger(64));
      } else if (mlir::Operation *owner = argument.getOwner()->getParentOp()) {
        values.insert(owner->operand_begin(), owner->operand_end());
      }
      continue;
    }
    if (auto expressions = graph::shapeValue(values[i])) {
      llvm::for_each(*expressions, addDims);
      continue;
    }
    mlir::Operation *op = values[i].getDefiningOp();
    for (AffineExpr extent : graph::getExtents(type))
      addDims(extent);
    addOperands(op, values);
  }
  return origin;
}

std::string Importer::Origin::text() const {
  return !inputs.empty() ? listed("input", inputs) : !dims.empty() ? listed("dimension", dims) : "a loop's iteration";
}

std::string Importer::Origin::advice() const {
  if (inputs.empty() ? dims.empty() : !isFixable)
    return "";
  return ((inputs.empty() ? dims : inputs).size() == 1 ? "; fix it with" : "; fix them with") + options();
}

std::string Importer::Origin::options() const {
  std::string text;
  for (const std::string &name : inputs.empty() ? dims : inputs)
    text += " " + option(name);
  return text;
}

} // namespace wasmind::onnx
