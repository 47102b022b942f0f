#include "compiler/frontend/onnx/Fourier.h"

// Signal [B, L, 1 or 2] in frames `frame_step` apart, each scaled by the window [length] and transformed:
// [B, frames, bins, 2].
WASMIND_ONNX_OPERATOR(STFT) {
  Compose &compose = node.compose();
  Value x = node.input(0), window = node.input(2);
  auto parts = node.rank(x) == 3 ? node.staticExtent(x, 2) : std::nullopt;
  if (parts != 1 && parts != 2)
    return node.fail("the signal must be [batch, length, 1 or 2]");
  const Extents extents = compose.extentsOf(x);
  Value step = compose.reshape(compose.cast(node.input(1), compose.getI64Type()), Integers());
  if (!step)
    return node.fail("frame_step must be a scalar");
  if (auto known = graph::constantDataOf(node.input(1)); known && known->asInteger(0) < 1)
    return node.fail("a frame_step of " + llvm::Twine(known->asInteger(0)));
  Fourier fourier{extents[1], false, node.flag("onesided", true)};
  if (window && node.rank(window) != 1)
    return node.fail("the window must have rank 1");
  if (node.hasInput(3)) {
    auto length = node.extentOf(compose.reshape(compose.cast(node.input(3), compose.getI64Type()), Integers()), 0, 2,
                                node.bounds(extents[1]).max);
    if (!length)
      return Failure();
    fourier.length = *length;
    if (window && !compose.equate(compose.extentsOf(window)[0], *length))
      return node.fail("a window of " + node.text(compose.extentsOf(window)[0]) + " for frames of " +
                       node.text(*length));
  } else if (window) {
    fourier.length = compose.extentsOf(window)[0];
  }
  if (fourier.onesided && *parts == 2)
    return node.fail("attribute 'onesided' = 1 takes real signals, not complex ones");
  const AffineExpr room = extents[1] - fourier.length;
  if (!node.require(fourier.length - 1, "frames of length '" + node.text(fourier.length) + "'"))
    return Failure();
  const auto knownStep = graph::constantDataOf(node.input(1));
  // Of a signal that may be shorter than a frame, slices are clamped; quotients of what may be negative are not.
  if (!node.ensureAtLeast(room, 0) && !knownStep &&
      !node.require(room,
                    "a signal of '" + node.text(extents[1]) + "' for frames of '" + node.text(fourier.length) + "'"))
    return Failure();
  // A frame per step at which its last element is inside; the run counts them where it knows the step alone.
  const AffineExpr one = compose.getAffineConstantExpr(1);
  std::optional<AffineExpr> count;
  if (knownStep) {
    if (auto lasts = node.rangeOf(graph::AxisSlice{fourier.length - 1, AffineExpr(), knownStep->asInteger(0)}, x, 1))
      count = lasts->count;
  } else {
    count = node.extentOf(compose.add(compose.div(compose.extent(room), step), compose.scalarLike(step, 1)), 0, 1,
                          node.bounds(extents[1]).max);
  }
  if (!count)
    return Failure();
  auto iota = [&](AffineExpr extent, Extents shape) {
    Value line =
        graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType({extent}, compose.getI64Type()), 0);
    return compose.reshape(line, shape);
  };
  Value starts = compose.mul(iota(*count, {*count, one}), step);
  Value frames = compose.gather(x, compose.add(starts, iota(fourier.length, {one, fourier.length})), 1);
  return frames ? Results(transform(node, fourier, frames, window)) : Failure();
}
