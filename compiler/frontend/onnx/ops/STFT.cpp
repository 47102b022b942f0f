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
  auto step = node.constantInteger(1, "frame_step");
  if (!step)
    return Failure();
  if (*step < 1)
    return node.fail("a frame_step of " + llvm::Twine(*step));
  Fourier fourier{extents[1], false, node.flag("onesided", true)};
  if (window && node.rank(window) != 1)
    return node.fail("the window must have rank 1");
  if (node.hasInput(3)) {
    auto length = node.extentOf(compose.reshape(compose.cast(node.input(3), compose.getI64Type()), Integers()), 0, 2);
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
  if (!node.require(fourier.length - 1, "frames of length '" + node.text(fourier.length) + "'") ||
      !node.require(room,
                    "a signal of '" + node.text(extents[1]) + "' for frames of '" + node.text(fourier.length) + "'"))
    return Failure();
  const AffineExpr count = room.floorDiv(*step) + 1, one = compose.getAffineConstantExpr(1);
  auto iota = [&](AffineExpr extent, Extents shape) {
    Value line =
        graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType({extent}, compose.getI32Type()), 0);
    return compose.reshape(line, shape);
  };
  Value starts = compose.mul(iota(count, {count, one}), compose.scalar(compose.getI32Type(), double(*step)));
  Value frames = compose.gather(x, compose.add(starts, iota(fourier.length, {one, fourier.length})), 1);
  return frames ? Results(transform(node, fourier, frames, window)) : Failure();
}
