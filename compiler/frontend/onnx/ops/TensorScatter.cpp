#include "compiler/frontend/onnx/Operator.h"

// Cache [B, ..., S, rest...] with update [B, ..., s, rest...] written along the axis from write_indices [B] on; mode
// circular wraps around the end.
WASMIND_ONNX_OPERATOR(TensorScatter) {
  Compose &compose = node.compose();
  Value cache = node.input(0), update = node.input(1);
  const int64_t rank = node.rank(cache);
  auto dim = node.axisAttribute("axis", -2, rank);
  const std::string mode = node.string("mode", "linear");
  if (!dim)
    return Failure();
  if (*dim == 0 || node.rank(update) != rank || compose.elementOf(update) != compose.elementOf(cache))
    return node.fail("the update " + node.text(update.getType()) + " does not fit the cache " +
                     node.text(cache.getType()) + " along axis " + llvm::Twine(*dim));
  if (mode != "linear" && mode != "circular")
    return node.fail("attribute 'mode' = '" + mode + "' is neither linear nor circular");
  const Extents whole = compose.extentsOf(cache), part = compose.extentsOf(update);
  for (int64_t i = 0; i < rank; ++i)
    if (i != *dim && !compose.equate(whole[i], part[i]))
      return node.fail("the update has extent '" + node.text(part[i]) + "' along axis " + llvm::Twine(i) +
                       ", the cache '" + node.text(whole[i]) + "'");
  const AffineExpr length = whole[*dim], written = part[*dim], one = compose.getAffineConstantExpr(1);
  if (!node.require(length - written,
                    "an update of '" + node.text(written) + "' entries for a cache of '" + node.text(length) + "'"))
    return Failure();
  const llvm::ArrayRef<AffineExpr> prefix = llvm::ArrayRef(whole).take_front(*dim);
  const Type integer = compose.getI64Type();
  auto iota = [&](AffineExpr extent, AffineExpr rows, AffineExpr columns, int64_t along) -> Value {
    Value line = graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType({extent}, integer), 0);
    return compose.reshape(line, {along == 0 ? extent : rows, along == 1 ? extent : columns});
  };
  // One row of `rest` per index [B * ..., s] of the cache as a table.
  const AffineExpr outer = graph::productOf(prefix, compose.getContext());
  Value places = iota(written, one, one, 1);
  if (Value first = node.input(2)) {
    if (node.rank(first) != 1 || !compose.equate(compose.extentsOf(first)[0], whole[0]))
      return node.fail("write_indices (input 2) is " + node.text(first.getType()) + ", not one index per batch entry");
    const AffineExpr inner = graph::productOf(prefix.drop_front(), compose.getContext());
    first = compose.broadcastTo(compose.reshape(compose.cast(first, integer), {whole[0], one}), {whole[0], inner});
    places = compose.add(compose.reshape(first, {outer, one}), places);
  }
  if (mode == "circular")
    places = compose.binary(BinaryKind::FloorMod, places, compose.extent(length));
  Value indices = compose.add(compose.mul(iota(outer, one, one, 0), compose.extent(length)), places);
  if (mode == "linear") { // what lies outside is dropped, not written to the next entry
    Value isInside =
        compose.binary(BinaryKind::And, compose.compare(CompareKind::GreaterEqual, places, compose.scalar(integer, 0)),
                       compose.compare(CompareKind::Less, places, compose.extent(length)));
    indices = compose.select(isInside, indices, compose.extent(outer * length));
  }
  const Extents rest(llvm::drop_begin(whole, *dim + 1));
  Extents table{outer * length}, rows{outer * written};
  llvm::append_range(table, rest);
  llvm::append_range(rows, rest);
  Value data = compose.reshape(cache, table), values = compose.reshape(update, rows);
  indices = compose.reshape(indices, {outer * written});
  if (!data || !values || !indices)
    return Failure();
  return compose.reshape(graph::ScatterOp::create(compose, compose.getLoc(), ScatterKind::Set, data, indices, values),
                         whole);
}
