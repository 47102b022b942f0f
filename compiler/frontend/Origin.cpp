#include "compiler/frontend/Origin.h"
#include "compiler/graph/Constants.h"
#include "compiler/graph/Dimensions.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

namespace wasmind::frontend {

bool isWord(llvm::StringRef name) {
  return !name.empty() && llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; });
}

std::string optionText(llvm::StringRef option, llvm::StringRef name, llvm::StringRef value) {
  const llvm::StringRef quote = isWord(name) ? "" : "'";
  return (" " + option + " " + quote + name + "=" + value + quote).str();
}

std::string listed(llvm::StringRef kind, llvm::ArrayRef<std::string> names) {
  std::string text = kind.str() + (names.size() > 1 ? "s " : " ");
  constexpr size_t shown = 4;
  for (auto [i, name] : llvm::enumerate(names.take_front(shown)))
    text += (i == 0 ? "'" : i + 1 == names.size() ? " and '" : ", '") + name + "'";
  return names.size() > shown ? text + " and others" : text;
}

std::string Origin::text() const {
  return !inputs.empty() ? listed("input", inputs) : !dims.empty() ? listed("dimension", dims) : "a loop's iteration";
}

std::string Origin::options() const {
  std::string text;
  for (const std::string &name : inputs.empty() ? dims : inputs)
    text += inputs.empty() ? optionText("--dim", name, "N") : optionText("--constant", name, "...");
  return text;
}

std::string Origin::advice() const {
  const size_t count = (inputs.empty() ? dims : inputs).size();
  return count == 0 ? "" : (count == 1 ? "; fix it with" : "; fix them with") + options();
}

Origin originOf(mlir::Value value) {
  Origin origin;
  auto add = [](llvm::SmallVector<std::string> &names, llvm::StringRef name) {
    if (!llvm::is_contained(names, name))
      names.push_back(name.str());
  };
  auto module = value.getParentRegion()->getParentOfType<mlir::ModuleOp>();
  const auto dims = graph::getNamedDims(module);
  auto addDims = [&](mlir::AffineExpr expression) {
    expression.walk([&](mlir::AffineExpr part) {
      if (auto symbol = mlir::dyn_cast<mlir::AffineSymbolExpr>(part); symbol && symbol.getPosition() < dims.size())
        add(origin.dims, dims[symbol.getPosition()].name);
    });
  };
  llvm::SmallSetVector<mlir::Value, 16> values;
  values.insert(value);
  for (size_t i = 0; i < values.size(); ++i) { // grows while it is read
    if (auto argument = mlir::dyn_cast<mlir::BlockArgument>(values[i])) {
      mlir::Operation *owner = argument.getOwner()->getParentOp();
      if (auto function = mlir::dyn_cast<mlir::func::FuncOp>(owner))
        add(origin.inputs,
            function.getArgAttrOfType<mlir::StringAttr>(argument.getArgNumber(), "graph.name").getValue());
      else
        values.insert(owner->operand_begin(), owner->operand_end());
      continue;
    }
    if (auto expressions = graph::shapeValue(values[i])) {
      llvm::for_each(*expressions, addDims);
      continue;
    }
    for (mlir::AffineExpr extent : graph::getExtents(values[i].getType()))
      addDims(extent);
    // What an operation reads, in its regions too.
    values[i].getDefiningOp()->walk(
        [&](mlir::Operation *inner) { values.insert(inner->operand_begin(), inner->operand_end()); });
  }
  return origin;
}

} // namespace wasmind::frontend
