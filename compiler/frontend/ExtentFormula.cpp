//===- ExtentFormula.cpp ------------------------------------------------------------------------------------------===//
#include "compiler/frontend/ExtentFormula.h"
#include "compiler/frontend/Origin.h"
#include "compiler/graph/Dimensions.h"

using namespace mlir;

namespace wasmind::frontend {
namespace {

bool isNameStart(char c) { return llvm::isAlpha(c) || c == '_'; }
bool isNamePart(char c) { return llvm::isAlnum(c) || llvm::StringRef("_.:#$").contains(c); }

//===- Reading -------------------------------------------------------------------------------------------------===//

class Parser {
public:
  Parser(llvm::StringRef text, MLIRContext *context) : text(text), context(context) {}

  std::optional<ExtentFormula> run() {
    constexpr size_t lengthLimit = 256;
    if (text.size() > lengthLimit)
      return std::nullopt;
    auto sum = parseSum();
    // A name alone, or numbers alone, which may be names of somebody's choice.
    if (!sum || at != text.size() || operatorCount == 0 || operatorCount > operatorLimit || names.empty())
      return std::nullopt;
    return ExtentFormula{graph::normalise(sum->expression), std::move(names)};
  }

private:
  struct Part {
    AffineExpr expression;
    double size = 0;         ///< at least the sum of the coefficients
    bool isQuotient = false; ///< rounded where the whole may not be
  };
  static constexpr double sizeLimit = 1e12;                      ///< products with extents fit 64 bits
  static constexpr unsigned depthLimit = 32, operatorLimit = 16; ///< a product of sums multiplies their terms

  llvm::StringRef text;
  MLIRContext *context;
  size_t at = 0;
  unsigned operatorCount = 0, depth = 0;
  llvm::SmallVector<std::string> names;

  void skipSpace() {
    while (at < text.size() && text[at] == ' ')
      ++at;
  }
  bool take(llvm::StringRef token) {
    skipSpace();
    if (!text.substr(at).starts_with(token))
      return false;
    at += token.size();
    return true;
  }
  AffineExpr number(int64_t value) { return getAffineConstantExpr(value, context); }

  std::optional<Part> parseSum() {
    const bool isNegative = take("-");
    auto sum = parseProduct();
    if (sum && isNegative)
      sum->expression = sum->expression * -1;
    while (sum) {
      const size_t before = at;
      const bool isMinus = !take("+");
      if (isMinus && !take("-"))
        break;
      const size_t sign = at - 1;
      if (isMinus && before == sign && at < text.size() && isNamePart(text[sign - 1]) && isNamePart(text[at]))
        return std::nullopt; // a hyphen
      auto next = parseProduct();
      if (!next || (sum->isQuotient && next->isQuotient) || sum->size + next->size > sizeLimit)
        return std::nullopt;
      ++operatorCount;
      sum = Part{isMinus ? sum->expression - next->expression : sum->expression + next->expression,
                 sum->size + next->size, sum->isQuotient || next->isQuotient};
    }
    return sum;
  }

  std::optional<Part> parseProduct() {
    auto product = parseFactor();
    while (product) {
      const bool isFloor = take("//"), isQuotient = isFloor || take("/");
      if (!isQuotient && (text.substr(at).ltrim(' ').starts_with("**") || !take("*")))
        break;
      auto factor = parseFactor();
      if (!factor)
        return std::nullopt;
      ++operatorCount;
      if (!isQuotient) {
        product = Part{product->expression * factor->expression, product->size * factor->size,
                       product->isQuotient || factor->isQuotient};
        if (product->size > sizeLimit)
          return std::nullopt;
        continue;
      }
      const auto divisor = graph::constantOf(factor->expression), value = graph::constantOf(product->expression);
      if (!divisor || *divisor <= 0 || (value && *value % *divisor != 0))
        return std::nullopt;
      product = Part{product->expression.floorDiv(*divisor), product->size, !isFloor};
    }
    return product;
  }

  std::optional<Part> parseFactor() {
    skipSpace();
    const size_t begin = at;
    if (at == text.size() || depth == depthLimit)
      return std::nullopt;
    if (llvm::isDigit(text[at])) {
      while (at < text.size() && isNamePart(text[at]))
        ++at;
      int64_t value = 0;
      if (text.slice(begin, at).getAsInteger(10, value) || value > INT32_MAX)
        return std::nullopt;
      return Part{number(value), double(value)};
    }
    if (isNameStart(text[at])) {
      while (at < text.size() && isNamePart(text[at]))
        ++at;
      const llvm::StringRef name = text.slice(begin, at);
      if (text.substr(at).ltrim(' ').starts_with("(") && name != "floor")
        return std::nullopt; // a function
      if (name != "floor" || !text.substr(at).ltrim(' ').starts_with("(")) {
        const size_t index = llvm::find(names, name) - names.begin();
        if (index == names.size())
          names.push_back(name.str());
        return Part{getAffineDimExpr(index, context), 1};
      }
      ++operatorCount;
    }
    if (!take("("))
      return std::nullopt;
    const bool isFloor = text[begin] != '(';
    ++depth;
    auto inner = parseSum();
    --depth;
    if (!inner || !take(")"))
      return std::nullopt;
    inner->isQuotient &= !isFloor;
    return inner;
  }
};

//===- Declaring -----------------------------------------------------------------------------------------------===//

class Formulas {
public:
  Formulas(ModuleOp module, const ImportOptions &options, llvm::StringSet<> &usedDims)
      : module(module), context(module.getContext()), options(options), usedDims(usedDims) {}

  llvm::Expected<FormulaExtents>
  run(llvm::ArrayRef<Input> inputs,
      llvm::function_ref<llvm::Expected<AffineExpr>(const Input &, size_t axis)> declare) {
    for (const Input &input : inputs)
      for (size_t axis = 0; input.shape && !input.constant && axis < input.shape->size(); ++axis) {
        const InputExtent &extent = (*input.shape)[axis];
        if (extent.isNumber())
          continue;
        const bool isPlace = extent.name == input.name + "." + std::to_string(axis);
        if (auto formula = isPlace ? std::nullopt : parseExtentFormula(extent.name, context)) {
          const std::string place = "axis " + std::to_string(axis) + " of input '" + input.name + "'";
          if (llvm::none_of(open, [&](const Open &other) { return other.name == extent.name; }))
            open.push_back({extent.name, place, *formula});
          continue;
        }
        auto declared = declare(input, axis);
        if (!declared)
          return declared.takeError();
        known[extent.name] = *declared;
      }
    for (const Open &each : open)
      for (const std::string &name : each.formula.names)
        if (auto given = options.dims.find(name); given != options.dims.end() && !known.contains(name)) {
          if (llvm::Error wrong = checkBounds(name, given->second))
            return std::move(wrong);
          if (given->second.min == given->second.max) {
            usedDims.insert(name);
            known[name] = getAffineConstantExpr(given->second.min, context);
          }
        }
    // What one formula leaves for a name may settle the next.
    for (bool goesOn = true; std::exchange(goesOn, false);)
      for (size_t i = 0; i < open.size() && !goesOn; ++i) {
        auto settled = settle(open[i]);
        if (!settled)
          return settled.takeError();
        if (*settled) {
          open.erase(open.begin() + i);
          goesOn = true;
        }
      }
    return std::move(equals);
  }

private:
  struct Open {
    std::string name, place;
    ExtentFormula formula;
  };

  ModuleOp module;
  MLIRContext *context;
  const ImportOptions &options;
  llvm::StringSet<> &usedDims;
  llvm::StringMap<AffineExpr> known; ///< what names stand for
  llvm::SmallVector<Open> open;
  FormulaExtents equals;

  /// Whether the names of a formula are known, or it settled the one that is not.
  llvm::Expected<bool> settle(const Open &each) {
    const auto &names = each.formula.names;
    std::optional<size_t> unknown;
    llvm::SmallVector<AffineExpr> values;
    for (auto [i, name] : llvm::enumerate(names)) {
      auto found = known.find(name);
      if (found == known.end() && unknown)
        return false;
      if (found == known.end())
        unknown = i;
      values.push_back(found == known.end() ? getAffineDimExpr(0, context) : found->second);
    }
    const AffineExpr value = graph::normalise(each.formula.expression.replaceDims(values));
    if (unknown)
      return solve(each, value, names[*unknown]);
    const graph::Dims dims = graph::getNamedDims(module);
    if (graph::constantOf(value) && !options.dims.contains(each.name)) {
      if (*graph::constantOf(value) < 0)
        return refuse(each, "is " + std::to_string(*graph::constantOf(value)));
      equals[each.name] = value;
      return true;
    }
    if (llvm::Error large = checkSize(each, value, dims))
      return std::move(large);
    const graph::Interval range = graph::boundsOf(value, dims);
    auto own = declareAs(each, range);
    if (!own)
      return own.takeError();
    const AffineExpr difference = graph::normalise(*own - value);
    const graph::Interval distance = graph::boundsOf(difference, graph::getNamedDims(module));
    if (distance.min > 0 || distance.max < 0)
      return refuse(each, "is never within its bounds");
    equals[each.name] = value;
    if (!graph::constantOf(difference))
      graph::addRequirement(
          module, {difference, /*isZero=*/true, each.place + " must be " + textOf(value) + ", as its name says"});
    return true;
  }

  /// Whether `value`, in which d0 stands for `name`, is the name once or less it once, plus what is known.
  llvm::Expected<bool> solve(const Open &each, AffineExpr value, const std::string &name) {
    const AffineExpr variable = getAffineDimExpr(0, context);
    int64_t sign = 0;
    for (const graph::Term &term : graph::termsOf(value)) {
      const bool isVariable = term.variables.size() == 1 && term.variables[0] == variable;
      if (isVariable && (term.coefficient == 1 || term.coefficient == -1))
        sign = term.coefficient;
      else if (llvm::any_of(term.variables, [](AffineExpr part) { return part.isFunctionOfDim(0); }))
        return false;
    }
    if (sign == 0)
      return false;
    const graph::Dims dims = graph::getNamedDims(module);
    const AffineExpr rest = graph::normalise(value - variable * sign);
    graph::NamedDim bounds{name, 1, options.defaultMaxOf(name, 1)};
    if (auto given = options.dims.find(name); given != options.dims.end()) {
      usedDims.insert(name);
      bounds.min = given->second.min;
      bounds.max = given->second.max;
    }
    if (llvm::Error large = checkSize(each, rest, dims))
      return std::move(large);
    const graph::Interval around = graph::boundsOf(rest, dims);
    auto own = declareAs(
        each, {around.min + (sign > 0 ? bounds.min : -bounds.max), around.max + (sign > 0 ? bounds.max : -bounds.min)});
    if (!own)
      return own.takeError();
    const AffineExpr solved = graph::normalise((*own - rest) * sign);
    const graph::Dims all = graph::getNamedDims(module);
    for (AffineExpr room : {solved - bounds.min, bounds.max - solved}) {
      room = graph::normalise(room);
      if (graph::boundsOf(room, all).max < 0)
        return refuse(each,
                      "leaves no '" + name + "' in " + std::to_string(bounds.min) + ".." + std::to_string(bounds.max));
      if (!graph::isNeverNegative(room, all))
        graph::addRequirement(module, {room, /*isZero=*/false,
                                       each.place + " leaves " + textOf(solved) + " for '" + name +
                                           "', which is outside its bounds " + std::to_string(bounds.min) + ".." +
                                           std::to_string(bounds.max) + "; compile with --dim " + name + "=MIN..MAX"});
    }
    known[name] = solved;
    return true;
  }

  /// The dimension of a formula: as the user bounds it, else where it lies by those of its names.
  llvm::Expected<AffineExpr> declareAs(const Open &each, graph::Interval range) {
    DimBounds bounds{std::max<int64_t>(range.min, 0), std::max<int64_t>(range.max, 0)};
    if (auto given = options.dims.find(each.name); given != options.dims.end()) {
      usedDims.insert(each.name);
      if (llvm::Error wrong = checkBounds(each.name, given->second))
        return std::move(wrong);
      bounds = given->second;
    }
    if (range.max < 0)
      return refuse(each, "is negative").takeError();
    if (bounds.min == bounds.max)
      return getAffineConstantExpr(bounds.min, context);
    return graph::declareDim(module, each.name, bounds.min, bounds.max);
  }

  /// Names that read like formulas in double quotes.
  std::string textOf(AffineExpr value) {
    graph::Dims dims = graph::getNamedDims(module);
    for (graph::NamedDim &dim : dims)
      if (!isWord(dim.name))
        dim.name = "\"" + dim.name + "\"";
    return graph::toString(value, dims);
  }

  /// The run computes with 32 bits.
  llvm::Error checkSize(const Open &each, AffineExpr value, const graph::Dims &dims) {
    bool fits = true;
    value.walk([&](AffineExpr part) {
      const graph::Interval range = graph::boundsOf(part, dims);
      fits &= range.min > -graph::extentLimit && range.max < graph::extentLimit;
    });
    return fits ? llvm::Error::success() : refuse(each, "may be over 2^31").takeError();
  }

  llvm::Expected<bool> refuse(const Open &each, const llvm::Twine &what) {
    return llvm::createStringError(each.place + " is '" + each.name + "', which " + what +
                                   "; bound its names with --dim, or name the extent otherwise with --shape");
  }
};

} // namespace

std::optional<ExtentFormula> parseExtentFormula(llvm::StringRef text, MLIRContext *context) {
  return Parser(text, context).run();
}

llvm::Expected<FormulaExtents>
declareFormulas(ModuleOp module, llvm::ArrayRef<Input> inputs, const ImportOptions &options,
                llvm::StringSet<> &usedDims,
                llvm::function_ref<llvm::Expected<AffineExpr>(const Input &, size_t axis)> declare) {
  return Formulas(module, options, usedDims).run(inputs, declare);
}

} // namespace wasmind::frontend
