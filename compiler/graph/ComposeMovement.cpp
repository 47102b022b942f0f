//===- ComposeMovement.cpp - reshaping, slicing, padding, gathering, scattering -----------------------------------===//
#include "compiler/graph/Compose.h"
#include "compiler/graph/Ranges.h"
#include "compiler/graph/Structured.h"

using namespace mlir;

namespace wasmind::graph {

std::optional<int64_t> Compose::normalDim(int64_t dim, int64_t rank) {
  if (dim >= -rank && dim < rank)
    return dim < 0 ? dim + rank : dim;
  emitError("dimension ") << dim << " of a tensor of rank " << rank;
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> Compose::normalDims(Ints dims, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t dim : dims) {
    auto normal = normalDim(dim, rank);
    if (!normal)
      return std::nullopt;
    result.push_back(*normal);
  }
  return result;
}

RankedTensorType Compose::typeOf(ArrayRef<AffineExpr> extents, Type element) {
  for (AffineExpr extent : extents)
    if (auto constant = constantOf(normalise(extent)); constant && *constant < 0) {
      emitError("a tensor of negative extent ") << *constant;
      return nullptr;
    }
  return makeTensorType(extents, element);
}

//===- Shapes -----------------------------------------------------------------------------------------------------===//

Value Compose::reshape(Value x, ArrayRef<AffineExpr> extents) {
  if (!x)
    return nullptr;
  RankedTensorType type = typeOf(extents, elementOf(x));
  if (!type || type == x.getType())
    return type ? x : nullptr;
  Extents own = extentsOf(x);
  if (!areProvablyEqual(own, extents, namedDimsAt(getInsertionBlock())))
    equate(productOf(own, getContext()), productOf(extents, getContext()));
  return makeAs<ReshapeOp>(type, x);
}

Value Compose::reshape(Value x, Ints extents) {
  return reshape(x, llvm::map_to_vector(extents, [&](int64_t e) { return getAffineConstantExpr(e); }));
}

Value Compose::transpose(Value x, Ints permutation) {
  if (!x)
    return nullptr;
  auto normal = normalDims(permutation, rankOf(x));
  if (!normal)
    return nullptr;
  if (llvm::equal(*normal, llvm::seq<int64_t>(0, rankOf(x))))
    return x;
  return make<TransposeOp>(x, *normal);
}

Value Compose::broadcastTo(Value x, ArrayRef<AffineExpr> extents) {
  if (!x)
    return nullptr;
  int64_t missing = int64_t(extents.size()) - rankOf(x);
  if (missing < 0) {
    emitError("broadcast of rank ") << rankOf(x) << " to rank " << extents.size();
    return nullptr;
  }
  Extents own(missing, getAffineConstantExpr(1));
  llvm::append_range(own, extentsOf(x));
  // Where the target's extent is 1 the operand's stays (numpy: broadcasting is mutual).
  Extents target(extents);
  for (auto [i, extent] : llvm::enumerate(target)) {
    if (isOne(extent) || provablyEqual(extent, own[i]))
      extent = own[i];
    else if (!isOne(own[i]) && equate(own[i], extent))
      own[i] = extent;
  }
  x = reshape(x, own);
  RankedTensorType type = x ? typeOf(target, elementOf(x)) : nullptr;
  if (!type || type == x.getType())
    return type ? x : nullptr;
  return makeAs<BroadcastOp>(type, x);
}

Value Compose::slice(Value x, ArrayRef<AffineExpr> starts, ArrayRef<AffineExpr> extents, Ints strides) {
  if (!x)
    return nullptr;
  SmallVector<int64_t> steps(strides);
  steps.resize(rankOf(x), 1);
  auto map = AffineMap::get(0, symbolCountOf(starts), llvm::map_to_vector(starts, normalise), getContext());
  RankedTensorType type = typeOf(extents, elementOf(x));
  if (!type)
    return nullptr;
  Value op = makeAs<SliceOp>(type, x, AffineMapAttr::get(map), getDenseI64ArrayAttr(steps));
  if (!op)
    return nullptr;
  bool atStart = llvm::all_of(map.getResults(), [](AffineExpr start) { return constantOf(start) == 0; });
  if (atStart && op.getType() == x.getType() && llvm::all_of(steps, [](int64_t step) { return step == 1; })) {
    // A rewrite driver that listens keeps its own list of what was made, and erases the unused itself.
    if (!getListener())
      op.getDefiningOp()->erase();
    return x;
  }
  return op;
}

Value Compose::sliceDim(Value x, int64_t dim, AffineExpr start, AffineExpr extent, int64_t stride) {
  if (!x)
    return nullptr;
  auto normal = normalDim(dim, rankOf(x));
  if (!normal)
    return nullptr;
  Extents starts(rankOf(x), getAffineConstantExpr(0)), extents = extentsOf(x);
  SmallVector<int64_t> strides(rankOf(x), 1);
  starts[*normal] = start;
  extents[*normal] = extent;
  strides[*normal] = stride;
  return slice(x, starts, extents, strides);
}

Value Compose::concat(ValueRange inputs, int64_t dim) {
  if (inputs.empty() || llvm::is_contained(inputs, Value()))
    return nullptr;
  auto normal = normalDim(dim, rankOf(inputs[0]));
  if (!normal)
    return nullptr;
  if (inputs.size() == 1)
    return inputs[0];
  SmallVector<Value> joined = unify(inputs, /*repeatsOnes=*/false, *normal);
  return joined.empty() ? nullptr : make<ConcatOp>(joined, *normal);
}

Value Compose::unsqueeze(Value x, Ints dims) {
  if (!x)
    return nullptr;
  auto normal = normalDims(dims, rankOf(x) + dims.size());
  if (!normal)
    return nullptr;
  llvm::sort(*normal);
  Extents extents = extentsOf(x);
  for (int64_t dim : *normal)
    extents.insert(extents.begin() + dim, getAffineConstantExpr(1));
  return reshape(x, extents);
}

Value Compose::squeeze(Value x, Ints dims) {
  if (!x)
    return nullptr;
  auto normal = normalDims(dims, rankOf(x));
  if (!normal)
    return nullptr;
  Extents extents;
  for (auto [i, extent] : llvm::enumerate(extentsOf(x)))
    if (!llvm::is_contained(*normal, int64_t(i)))
      extents.push_back(extent);
  return reshape(x, extents);
}

Value Compose::flatten(Value x, int64_t dim) {
  if (!x)
    return nullptr;
  Extents extents = extentsOf(x);
  int64_t at = dim < 0 ? dim + rankOf(x) : dim;
  if (at < 0 || at > rankOf(x)) {
    emitError("flatten at dimension ") << dim << " of a tensor of rank " << rankOf(x);
    return nullptr;
  }
  ArrayRef<AffineExpr> all(extents);
  return reshape(x, {productOf(all.take_front(at), getContext()), productOf(all.drop_front(at), getContext())});
}

//===- Gathering and scattering -----------------------------------------------------------------------------------===//

Value Compose::gather(Value data, Value indices, int64_t dim, int64_t batchDims) {
  if (!data || !indices)
    return nullptr;
  auto normal = normalDim(dim, rankOf(data));
  if (!normal)
    return nullptr;
  for (int64_t i = 0; i < std::min(batchDims, rankOf(indices)); ++i)
    if (Value fitting = withExtent(indices, i, extentsOf(data)[i])) // the operation refuses others
      indices = fitting;
  // Nothing may be taken of nothing.
  const AffineExpr extent = extentsOf(data)[*normal];
  if (constantOf(extent).value_or(0) < 1) {
    const Dims dims = namedDimsAt(getInsertionBlock());
    const Extents taken = extentsOf(indices);
    if (auto condition = conditionOfTaking(extent, taken, dims); condition && boundsOf(*condition, dims).max >= 0)
      require(*condition, /*isZero=*/false,
              "elements of '" + toString(extent, dims) + "' are taken, which may be none");
  }
  return make<GatherOp>(data, indices, uint64_t(*normal), uint64_t(batchDims));
}

Value Compose::wrapIndices(Value indices, AffineExpr extent) {
  indices = cast(indices, getI64Type());
  if (!indices)
    return nullptr;
  Value isNegative = compare(CompareKind::Less, indices, scalarLike(indices, 0));
  return select(isNegative, add(indices, this->extent(extent)), indices);
}

Value Compose::linearIndices(Value indices, ArrayRef<AffineExpr> extents) {
  if (!indices)
    return nullptr;
  int64_t last = rankOf(indices) - 1;
  AffineExpr one = getAffineConstantExpr(1);
  Value sum;
  for (auto [i, extent] : llvm::enumerate(extents)) {
    Value index = squeeze(sliceDim(indices, last, getAffineConstantExpr(i), one), {last});
    index = wrapIndices(index, extent);
    AffineExpr stride = productOf(extents.drop_front(i + 1), getContext());
    if (!isOne(stride))
      index = mul(index, this->extent(stride));
    sum = sum ? add(sum, index) : index;
    if (!sum)
      return nullptr;
  }
  return sum;
}

Value Compose::elementPositions(Value data, Value indices, int64_t dim) {
  Extents extents = extentsOf(data), shape = extentsOf(indices);
  Value sum;
  for (int64_t i = 0; i < rankOf(data); ++i) {
    AffineExpr stride = productOf(ArrayRef(extents).drop_front(i + 1), getContext());
    Value index;
    if (i == dim) {
      index = wrapIndices(indices, extents[i]);
    } else {
      if (isOne(shape[i]))
        continue;
      Extents line(rankOf(data), getAffineConstantExpr(1));
      line[i] = shape[i];
      index = makeAs<IotaOp>(makeTensorType(line, getI64Type()), uint64_t(i));
    }
    if (!isOne(stride))
      index = mul(index, extent(stride));
    sum = sum ? add(sum, index) : index;
    if (!sum)
      return nullptr;
  }
  return sum;
}

Value Compose::gatherElements(Value data, Value indices, int64_t dim) {
  if (!data || !indices)
    return nullptr;
  auto normal = normalDim(dim, rankOf(data));
  if (!normal)
    return nullptr;
  Extents extents = extentsOf(data), shape = extentsOf(indices);
  if (shape.size() != extents.size()) {
    emitError("indices of rank ") << shape.size() << " into data of rank " << extents.size();
    return nullptr;
  }
  int64_t last = rankOf(data) - 1;
  bool sameRows = *normal == last;
  for (int64_t i = 0; i < last; ++i)
    sameRows &= provablyEqual(extents[i], shape[i]);
  if (sameRows)
    return gather(data, indices, last, last);
  Value positions = elementPositions(data, indices, *normal);
  return gather(reshape(data, {productOf(extents, getContext())}), positions, 0);
}

Value Compose::gatherNd(Value data, Value indices, int64_t batchDims) {
  if (!data || !indices)
    return nullptr;
  Extents extents = extentsOf(data), shape = extentsOf(indices);
  auto depth = shape.empty() ? std::nullopt : constantOf(shape.back());
  if (!depth || *depth < 1 || batchDims < 0 || batchDims + *depth > rankOf(data) || batchDims >= rankOf(indices)) {
    emitError("indices need a static last extent of at most the rank of data without batch dimensions");
    return nullptr;
  }
  ArrayRef<AffineExpr> all(extents);
  Extents flat(all.take_front(batchDims));
  flat.push_back(productOf(all.slice(batchDims, *depth), getContext()));
  llvm::append_range(flat, all.drop_front(batchDims + *depth));
  Value positions = linearIndices(indices, all.slice(batchDims, *depth));
  return gather(reshape(data, flat), positions, batchDims, batchDims);
}

Value Compose::scatterElements(ScatterKind kind, Value data, Value indices, Value updates, int64_t dim) {
  if (!data || !indices || !updates)
    return nullptr;
  auto normal = normalDim(dim, rankOf(data));
  if (!normal)
    return nullptr;
  if (rankOf(indices) != rankOf(data)) {
    emitError("indices of rank ") << rankOf(indices) << " into data of rank " << rankOf(data);
    return nullptr;
  }
  Extents extents = extentsOf(data);
  AffineExpr count = productOf(extentsOf(indices), getContext());
  Value positions = reshape(broadcastTo(elementPositions(data, indices, *normal), extentsOf(indices)), {count});
  Value flat = reshape(data, {productOf(extents, getContext())}), values = reshape(updates, {count});
  if (!flat || !positions || !values)
    return nullptr;
  return reshape(make<ScatterOp>(kind, flat, positions, values), extents);
}

Value Compose::scatterNd(ScatterKind kind, Value data, Value indices, Value updates) {
  if (!data || !indices || !updates)
    return nullptr;
  Extents extents = extentsOf(data), shape = extentsOf(indices);
  auto depth = shape.empty() ? std::nullopt : constantOf(shape.back());
  if (!depth || *depth < 1 || *depth > rankOf(data)) {
    emitError("indices need a static last extent of at most the rank of data");
    return nullptr;
  }
  ArrayRef<AffineExpr> all(extents);
  AffineExpr count = productOf(ArrayRef(shape).drop_back(), getContext());
  Extents flat{productOf(all.take_front(*depth), getContext())}, rows{count};
  llvm::append_range(flat, all.drop_front(*depth));
  llvm::append_range(rows, all.drop_front(*depth));
  Value positions = reshape(linearIndices(indices, all.take_front(*depth)), {count});
  Value table = reshape(data, flat), values = reshape(updates, rows);
  if (!table || !positions || !values)
    return nullptr;
  return reshape(make<ScatterOp>(kind, table, positions, values), extents);
}

Value Compose::reverseSequence(Value x, Value lengths, int64_t time, int64_t batch) {
  if (!x || !lengths)
    return {};
  const Extents extents = extentsOf(x);
  Extents line(extents.size(), getAffineConstantExpr(1)), column = line;
  line[time] = extents[time];
  column[batch] = extentsOf(lengths)[0];
  Value position = IotaOp::create(*this, getLoc(), makeTensorType(line, getI64Type()), time);
  Value length = reshape(cast(lengths, getI64Type()), column);
  Value mirrored = sub(sub(length, scalarLike(length, 1)), position);
  Value index = select(compare(CompareKind::Less, position, length), mirrored, position);
  return gatherElements(x, broadcastTo(index, extents), time);
}

} // namespace wasmind::graph
