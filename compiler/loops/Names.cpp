#include "compiler/loops/Names.h"
#include "compiler/loops/Images.h"
#include "compiler/loops/Loops.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::loops {

static std::string textOf(Type element) {
  if (element.isInteger(1))
    return "bool";
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (element.isUnsignedInteger())
    stream << 'u' << element.getIntOrFloatBitWidth();
  else
    stream << element;
  return text;
}

SmallVector<Type> elementsOf(Operation *anchor) {
  return llvm::map_to_vector(anchor->getOperands().take_front(2), elementOf);
}

std::string functionName(TypeRange elements, StringRef strategy, StringRef tile) {
  std::string name;
  llvm::SmallSetVector<Type, 2> distinct(elements.begin(), elements.end());
  for (Type element : distinct)
    name += textOf(element);
  name += ("_" + strategy).str();
  return tile.empty() ? name : (name + "_" + tile).str();
}

std::string functionName(const Group &group, const KernelRecord &record) {
  const auto elements =
      group.anchors.empty() ? SmallVector<Type>{elementOf(group.root->getResult(0))} : elementsOf(group.anchors[0]);
  return functionName(elements, record.strategy, record.tile);
}

std::string textOf(const Tile &tile) { return std::to_string(tile.rows) + "x" + std::to_string(tile.columns); }

/// Extents along which a window slides; with `asOne` one number where all are equal.
static std::string numbers(ArrayRef<AffineExpr> extents, bool asOne) {
  std::string text;
  for (AffineExpr extent : asOne &&llvm::all_equal(extents) ? extents.take_front(1) : extents) {
    auto constant = constantOf(extent);
    text += (text.empty() ? "" : "x") + (constant ? std::to_string(*constant) : std::string("n"));
  }
  return text;
}

static std::string windowOf(ArrayRef<AffineExpr> sizes, ArrayRef<AffineExpr> strides, ArrayRef<AffineExpr> dilations) {
  std::string text = numbers(sizes, /*asOne=*/false) + "s" + numbers(strides, /*asOne=*/true);
  return llvm::all_of(dilations, isOne) ? text : text + "d" + numbers(dilations, /*asOne=*/true);
}

std::string windowOf(const Images &images) {
  const SpatialDim &rows = images.rows, &columns = images.columns;
  return windowOf({rows.kernel, columns.kernel}, {rows.stride, columns.stride}, {rows.dilation, columns.dilation});
}

std::string windowOf(WindowOp window) {
  SmallVector<AffineExpr> sizes, strides, dilations;
  for (auto [size, stride, dilation] :
       llvm::zip(window.getSizes().getResults(), window.getStrides().getResults(), window.getDilations().getResults()))
    if (!isOne(size)) {
      sizes.push_back(size);
      strides.push_back(stride);
      dilations.push_back(dilation);
    }
  return sizes.empty() ? "" : windowOf(sizes, strides, dilations);
}

std::string passesOf(const Group &group) {
  constexpr size_t mostNamed = 3;
  if (group.anchors.size() > mostNamed)
    return "passes" + std::to_string(group.anchors.size());
  std::string text;
  for (Operation *anchor : group.anchors)
    text += (text.empty() ? "" : "_") + stringifyReduceKind(cast<ReduceOp>(anchor).getKind()).str();
  const bool hasExponential = llvm::any_of(group.members, [](Operation *op) {
    auto unary = dyn_cast<UnaryOp>(op);
    return unary && unary.getKind() == UnaryKind::Exp;
  });
  return hasExponential && text == "max_sum" ? "softmax" : text;
}

std::string UniqueNames::take(StringRef stem) {
  for (;;) {
    unsigned &count = counts[stem];
    std::string name = ++count == 1 ? stem.str() : (stem + "_" + Twine(count)).str();
    if (count == 1 || counts.try_emplace(name, 1).second) // a stem may end in a number itself
      return name;
  }
}

void appendNodes(Location location, llvm::SetVector<StringAttr> &nodes) {
  location->walk([&](Location each) {
    if (auto name = dyn_cast<NameLoc>(each))
      nodes.insert(name.getName());
    return WalkResult::advance();
  });
}

} // namespace wasmind::loops
