#include "compiler/graph/Einsum.h"
#include "llvm/ADT/StringExtras.h"

using mlir::AffineExpr;
using mlir::Value;

namespace wasmind::graph {
namespace {
using Integers = llvm::SmallVector<int64_t>;
using Fail = llvm::function_ref<void(const llvm::Twine &)>;

// A tensor with one label per dimension.
struct Labelled {
  Value value;
  std::string labels;
};

// Dimensions that an ellipsis stands for get labels below 'A', aligned at the right: '@' is the last one.
constexpr char ellipsisLast = '@';
constexpr int64_t ellipsisLimit = 24;

std::optional<std::string> expandEllipsis(Fail fail, std::string labels, int64_t count) {
  const size_t at = labels.find("...");
  if (count < 0 || count > ellipsisLimit) {
    fail("does not fit the ranks of the inputs");
    return std::nullopt;
  }
  std::string dims;
  for (int64_t i = count - 1; i >= 0; --i)
    dims += char(ellipsisLast - i);
  if (at != std::string::npos)
    labels.replace(at, 3, dims);
  return labels;
}

Value dropDim(Compose &compose, Value x, size_t dim) { return compose.squeeze(x, {int64_t(dim)}); }

// x[.., i, .., i, ..] -> x[.., i, ..]: the two dimensions become one of n * n, of which every (n + 1)-th is taken.
std::optional<Labelled> diagonals(Compose &compose, Fail fail, Labelled term) {
  for (size_t i = 0; i < term.labels.size(); ++i) {
    const size_t other = term.labels.find(term.labels[i], i + 1);
    if (other == std::string::npos)
      continue;
    const Compose::Extents sizes = compose.extentsOf(term.value);
    const auto n = constantOf(sizes[i]);
    if (!n || constantOf(sizes[other]) != n || *n < 1) {
      fail("takes a diagonal, which needs equal static extents");
      return std::nullopt;
    }
    Integers permutation;
    for (size_t dim = 0; dim < term.labels.size(); ++dim)
      if (dim != i && dim != other)
        permutation.push_back(dim);
    permutation.append({int64_t(i), int64_t(other)});
    std::string labels;
    for (int64_t dim : llvm::ArrayRef(permutation).drop_back())
      labels += term.labels[dim];
    Value x = compose.transpose(term.value, permutation);
    Compose::Extents extents = compose.extentsOf(x);
    extents.pop_back();
    extents.back() = compose.getAffineConstantExpr(*n * *n);
    term = {compose.sliceDim(compose.reshape(x, extents), -1, compose.getAffineConstantExpr(0),
                             compose.getAffineConstantExpr(*n), *n + 1),
            labels};
    i = size_t(-1);
  }
  return term;
}

// Sums over the labels that nothing else needs.
void reduceUnused(Compose &compose, Labelled &term, llvm::StringRef needed) {
  Integers dims;
  std::string kept;
  for (auto [i, label] : llvm::enumerate(term.labels))
    needed.contains(label) ? void(kept += label) : dims.push_back(i);
  if (!dims.empty())
    term = {compose.reduce(ReduceKind::Sum, term.value, dims, /*keepDims=*/false), kept};
}

// Extents of 1 against longer ones are repeated, that is, left out.
void dropRepeated(Compose &compose, Labelled &term, const Labelled &other) {
  for (size_t i = term.labels.size(); i-- > 0;) {
    const size_t at = other.labels.find(term.labels[i]);
    if (at != std::string::npos && isOne(compose.extentsOf(term.value)[i]) &&
        !isOne(compose.extentsOf(other.value)[at])) {
      term.value = dropDim(compose, term.value, i);
      term.labels.erase(i, 1);
    }
  }
}

std::optional<Labelled> contract(Compose &compose, Fail fail, Labelled lhs, Labelled rhs, llvm::StringRef needed) {
  dropRepeated(compose, lhs, rhs);
  dropRepeated(compose, rhs, lhs);
  reduceUnused(compose, lhs, needed.str() + rhs.labels);
  reduceUnused(compose, rhs, needed.str() + lhs.labels);
  // Batch dimensions first, then matmul of [batch, free, sum] with [batch, sum, free].
  std::string batch, sum, lhsFree, rhsFree;
  for (char label : lhs.labels)
    (rhs.labels.find(label) == std::string::npos ? lhsFree : needed.contains(label) ? batch : sum) += label;
  for (char label : rhs.labels)
    if (lhs.labels.find(label) == std::string::npos)
      rhsFree += label;
  auto flatten = [&](const Labelled &term, llvm::StringRef second, llvm::StringRef third) {
    Integers permutation;
    for (char label : batch + second.str() + third.str())
      permutation.push_back(term.labels.find(label));
    Value x = compose.transpose(term.value, permutation);
    Compose::Extents all = compose.extentsOf(x), extents(all.begin(), all.begin() + batch.size());
    llvm::ArrayRef<AffineExpr> rest = llvm::ArrayRef(all).drop_front(batch.size());
    extents.push_back(productOf(rest.take_front(second.size()), compose.getContext()));
    extents.push_back(productOf(rest.drop_front(second.size()), compose.getContext()));
    return compose.reshape(x, extents);
  };
  Compose::Extents shape = compose.extentsOf(rhs.value);
  for (char label : batch + sum) {
    const AffineExpr wanted = compose.extentsOf(lhs.value)[lhs.labels.find(label)];
    AffineExpr &own = shape[rhs.labels.find(label)];
    if (!compose.equate(own, wanted)) {
      fail("meets extents of '" + llvm::Twine(llvm::StringRef(&label, 1)) + "' that differ");
      return std::nullopt;
    }
    own = wanted;
  }
  rhs.value = compose.reshape(rhs.value, shape);
  Compose::Extents extents;
  for (char label : batch + lhsFree)
    extents.push_back(compose.extentsOf(lhs.value)[lhs.labels.find(label)]);
  for (char label : rhsFree)
    extents.push_back(compose.extentsOf(rhs.value)[rhs.labels.find(label)]);
  Value product = compose.matmul(flatten(lhs, lhsFree, sum), flatten(rhs, sum, rhsFree));
  product = product ? compose.cast(product, compose.elementOf(lhs.value)) : product;
  return Labelled{product ? compose.reshape(product, extents) : product, batch + lhsFree + rhsFree};
}

} // namespace

Value einsum(Compose &compose, llvm::StringRef given, llvm::ArrayRef<Value> inputs, Fail fail) {
  auto refuse = [&](const llvm::Twine &reason) {
    fail(reason);
    return Value();
  };
  if (llvm::is_contained(inputs, Value()))
    return nullptr;
  std::string equation;
  for (char c : given)
    if (c != ' ')
      equation += c;
  auto [left, right] = llvm::StringRef(equation).split("->");
  llvm::SmallVector<llvm::StringRef> texts;
  left.split(texts, ',');
  if (texts.size() != inputs.size())
    return refuse("has " + llvm::Twine(texts.size()) + " terms for " + llvm::Twine(inputs.size()) + " inputs");
  auto isLabels = [](llvm::StringRef text) {
    const size_t at = text.find("...");
    std::string letters =
        at == llvm::StringRef::npos ? text.str() : (text.take_front(at) + text.drop_front(at + 3)).str();
    return llvm::all_of(letters, llvm::isAlpha);
  };
  llvm::SmallVector<Labelled> terms;
  int64_t ellipsis = 0;
  for (auto [text, input] : llvm::zip(texts, inputs)) {
    if (!isLabels(text) || !isLabels(right))
      return refuse("is not well formed");
    const bool has = text.contains("...");
    const int64_t count = compose.rankOf(input) - (int64_t(text.size()) - (has ? 3 : 0));
    if (!has && count != 0)
      return refuse("does not fit the ranks of the inputs");
    auto labels = expandEllipsis(fail, text.str(), count);
    if (!labels)
      return nullptr;
    ellipsis = std::max(ellipsis, count);
    auto term = diagonals(compose, fail, {input, *labels});
    if (!term)
      return nullptr;
    terms.push_back(*term);
  }
  std::string wanted = right.str();
  if (!llvm::StringRef(equation).contains("->")) {
    std::string once;
    for (char c = 'A'; c <= 'z'; ++c)
      if (llvm::isAlpha(c) && llvm::count(left, c) == 1)
        once += c;
    wanted = (ellipsis > 0 ? "..." : "") + once;
  }
  auto result = expandEllipsis(fail, wanted, ellipsis);
  if (!result)
    return nullptr;

  Labelled product = terms.front();
  for (size_t i = 1; i < terms.size(); ++i) {
    std::string needed = *result;
    for (const Labelled &later : llvm::ArrayRef(terms).drop_front(i + 1))
      needed += later.labels;
    auto next = contract(compose, fail, product, terms[i], needed);
    if (!next || !next->value)
      return nullptr;
    product = *next;
  }
  reduceUnused(compose, product, *result);
  Integers permutation;
  for (char label : *result) {
    const size_t at = product.labels.find(label);
    if (at == std::string::npos || llvm::count(*result, label) != 1)
      return refuse("gives the result labels that do not come from the inputs, once each");
    permutation.push_back(at);
  }
  return product.value ? compose.transpose(product.value, permutation) : Value();
}

} // namespace wasmind::graph
