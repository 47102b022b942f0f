//===- StageElements.cpp - elements of tensors: padded, dilated, gathered ----------------------------------------===//
#include "compiler/frontend/expr/Stage.h"

using namespace mlir;
using namespace wasmind::graph;

namespace wasmind::te {

Value Stage::paddedLoad(const Node &node, const Node &otherwise, Fact fact) {
  SmallVector<AffineExpr> said;
  if (!inequalities(fact, said))
    return nullptr;
  Value tensor = tracer.valueOf(*node.tensor);
  if (!tensor)
    return nullptr;
  Ranges ranges(extents, tracer.dims);
  SmallVector<AffineExpr> needed;
  for (auto [index, extent] : llvm::zip(node.operands, builder.extentsOf(tensor))) {
    auto at = affine(index.node());
    if (!at)
      return nullptr;
    for (AffineExpr inside : {*at, extent - 1 - *at})
      if (!ranges.isNonNegative(inside))
        needed.push_back(normalise(inside));
  }
  for (AffineExpr &inequality : said)
    inequality = normalise(inequality);
  for (AffineExpr inside : needed)
    if (!llvm::is_contained(said, inside))
      return nullptr;
  for (AffineExpr inequality : said)
    if (!llvm::is_contained(needed, inequality) && !ranges.isNonNegative(inequality))
      return nullptr;
  facts.push_back(fact);
  Value value = load(node, &otherwise);
  facts.pop_back();
  return value;
}

bool Stage::multiples(Fact fact, SmallVectorImpl<Dilated> &divided, SmallVectorImpl<AffineExpr> &said) {
  const Node &node = *fact.condition;
  if (node.kind == NodeKind::Binary && node.dtype == DType::Bool &&
      node.binary() == (fact.holds ? te::BinaryKind::And : te::BinaryKind::Or))
    return multiples({&node.operands[0].node(), fact.holds}, divided, said) &&
           multiples({&node.operands[1].node(), fact.holds}, divided, said);
  if (node.kind == NodeKind::Compare &&
      node.compare() == (fact.holds ? te::CompareKind::Equal : te::CompareKind::NotEqual)) {
    const Node &rest = node.operands[0].node(), &zero = node.operands[1].node();
    auto dilated = divisionOf(rest, te::BinaryKind::FloorMod);
    if (dilated && zero.kind == NodeKind::Constant && zero.integer == 0) {
      divided.push_back(*dilated);
      return true;
    }
  }
  return inequalities(fact, said);
}

std::optional<Stage::Dilated> Stage::divisionOf(const Node &node, te::BinaryKind kind) {
  if (node.kind != NodeKind::Binary || node.binary() != kind || node.operands[1].node().kind != NodeKind::Constant)
    return std::nullopt;
  auto position = affine(node.operands[0].node());
  int64_t factor = node.operands[1].node().integer;
  return position && factor > 1 && factor < 4096 ? std::optional(Dilated{*position, factor}) : std::nullopt;
}

Value Stage::dilatedLoad(const Node &node, const Node &otherwise, Fact fact) {
  SmallVector<Dilated> divided;
  SmallVector<AffineExpr> said;
  if (!multiples(fact, divided, said) || divided.empty())
    return nullptr;
  Value tensor = tracer.valueOf(*node.tensor);
  if (!tensor)
    return nullptr;
  Ranges ranges(extents, tracer.dims);
  for (AffineExpr &inequality : said)
    inequality = normalise(inequality);
  auto isSaid = [&](AffineExpr inequality) { return llvm::is_contained(said, normalise(inequality)); };
  SmallVector<AffineExpr> indices, known;
  SmallVector<int64_t> low, high, interior;
  size_t used = 0;
  for (auto [index, extent] : llvm::zip(node.operands, builder.extentsOf(tensor))) {
    auto at = divisionOf(index.node(), te::BinaryKind::FloorDiv);
    bool isDilated = at && llvm::any_of(divided, [&](const Dilated &other) {
                       return other.position == at->position && other.factor == at->factor;
                     });
    used += isDilated;
    if (!isDilated) {
      auto plain = affine(index.node());
      if (!plain)
        return nullptr;
      at = Dilated{*plain, 1};
    }
    // Inside: from the first element to the places after the last one.
    AffineExpr position = at->position, last = (extent - 1) * at->factor;
    AffineExpr ends[] = {last - position, last + (at->factor - 1) - position,
                         extent - 1 - position.floorDiv(at->factor)};
    bool isAbove = ranges.isNonNegative(position) || isSaid(position);
    bool isBelow = ranges.isNonNegative(ends[1]) || llvm::any_of(ends, isSaid);
    auto lowest = ranges.lowest(position), room = ranges.lowest(last - position);
    auto before = lowest ? constantOf(*lowest) : std::nullopt, after = room ? constantOf(*room) : std::nullopt;
    constexpr int64_t most = 1 << 20;
    if (!isAbove || !isBelow || boundsOf(extent, tracer.dims).min < 1 || !before || !after || *before < -most ||
        *after < -most)
      return nullptr;
    known.push_back(normalise(position));
    for (AffineExpr end : ends)
      known.push_back(normalise(end));
    low.push_back(std::max<int64_t>(-*before, 0));
    high.push_back(std::max<int64_t>(-*after, 0));
    interior.push_back(at->factor - 1);
    indices.push_back(normalise(position + low.back()));
  }
  if (used != divided.size() || llvm::any_of(said, [&](AffineExpr inequality) {
        return !llvm::is_contained(known, inequality) && !ranges.isNonNegative(inequality);
      }))
    return nullptr;
  return element(builder.pad(tensor, scalarConstant(otherwise), low, high, interior), indices);
}

Value Stage::load(const Node &node, const Node *border) {
  Value tensor = tracer.valueOf(*node.tensor);
  if (!tensor)
    return nullptr;
  SmallVector<AffineExpr> shape = builder.extentsOf(tensor), guards = inequalities();
  unsigned rank = shape.size();
  SmallVector<AffineExpr> indices(rank);
  SmallVector<int64_t> low(rank), high(rank), gathered;
  for (auto [i, operand] : llvm::enumerate(node.operands)) {
    auto index = affine(operand.node());
    if (tracer.failed())
      return nullptr;
    if (!index) {
      gathered.push_back(i);
      continue;
    }
    auto excess = excessOf(node, i, *index, shape[i], guards);
    if (!excess)
      return nullptr;
    if (!excess->isConstant) {
      if (border)
        return nullptr;
      gathered.push_back(i);
      continue;
    }
    low[i] = excess->low;
    high[i] = excess->high;
    indices[i] = normalise(*index + excess->low);
  }
  if (llvm::any_of(low, [](int64_t n) { return n > 0; }) || llvm::any_of(high, [](int64_t n) { return n > 0; })) {
    Value value = border ? scalarConstant(*border) : builder.scalar(builder.elementOf(tensor), 0);
    tensor = builder.pad(tensor, value, low, high);
  }
  return gathered.empty() ? element(tensor, indices) : gather(node, tensor, indices, gathered);
}

Value Stage::indexTensor(const Node &index, ArrayRef<const Node *> over) {
  Value tensor = tracer.over(over, index, facts);
  if (!tensor || index.dtype == DType::I32 || index.dtype == DType::I64)
    return tensor;
  return builder.cast(tensor, builder.getI64Type());
}

Value Stage::gather(const Node &node, Value tensor, SmallVector<AffineExpr> indices, ArrayRef<int64_t> gathered) {
  SmallVector<const Node *> over;
  for (const Node *axis : axes)
    if (llvm::any_of(gathered, [&](int64_t dim) {
          return llvm::is_contained(axesUsed(node.operands[dim].node(), axes, facts), axis);
        }))
      over.push_back(axis);
  SmallVector<AffineExpr> own;
  for (const Node *axis : over)
    own.push_back(builder.getAffineDimExpr(*positionOf(*axis)));

  int64_t dim = gathered[0];
  Value at;
  if (gathered.size() == 1) {
    at = indexTensor(node.operands[dim].node(), over);
  } else {
    // Several: one index into those dimensions taken together, each put inside its own first.
    SmallVector<int64_t> order(gathered);
    for (int64_t i = 0, rank = builder.rankOf(tensor); i < rank; ++i)
      if (!llvm::is_contained(gathered, i))
        order.push_back(i);
    SmallVector<AffineExpr> shape = builder.extentsOf(tensor), flat{builder.getAffineConstantExpr(1)}, rest;
    for (int64_t g : gathered) {
      Value index = indexTensor(node.operands[g].node(), over);
      if (!index)
        return nullptr;
      index = builder.cast(index, builder.getI64Type());
      Value extent = builder.extent(shape[g]), zero = builder.scalar(builder.getI64Type(), 0);
      Value wrapped =
          builder.select(builder.compare(graph::CompareKind::Less, index, zero), builder.add(index, extent), index);
      wrapped =
          builder.maximum(builder.minimum(wrapped, builder.sub(extent, builder.scalar(builder.getI64Type(), 1))), zero);
      at = at ? builder.add(builder.mul(at, extent), wrapped) : wrapped;
      flat[0] = flat[0] * shape[g];
    }
    tensor = builder.transpose(tensor, order);
    for (size_t i = gathered.size(); i < order.size(); ++i) {
      flat.push_back(shape[order[i]]);
      rest.push_back(indices[order[i]]);
    }
    tensor = builder.reshape(tensor, flat);
    indices.assign({AffineExpr()});
    llvm::append_range(indices, rest);
    dim = 0;
  }
  if (!at)
    return nullptr;
  Value result = builder.gather(tensor, at, dim);
  if (!result)
    return nullptr;
  SmallVector<AffineExpr> map(indices.begin(), indices.begin() + dim);
  llvm::append_range(map, own);
  map.append(indices.begin() + dim + 1, indices.end());
  return element(result, map);
}

} // namespace wasmind::te
