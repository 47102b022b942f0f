#include "compiler/frontend/mindir/Colours.h"

using namespace llvm;
namespace wasmind::mindir {

std::optional<Colour> readColour(Node &node) {
  Value x = node.tensor(0);
  if (node.failed() || node.rank(x) < 1)
    return std::nullopt;
  if (!node.isFloat(x) || node.staticExtent(x, node.rank(x) - 1, "channels") != 3) {
    node.fail("the image has not three channels of floats as its last dimension");
    return std::nullopt;
  }
  Compose &b = node.compose;
  Colour colour;
  for (int64_t i = 0; i < 3; ++i)
    colour[i] = b.sliceDim(x, node.rank(x) - 1, b.getAffineConstantExpr(i), b.getAffineConstantExpr(1));
  return colour;
}

Value joinColour(Compose &b, const Colour &colour) {
  if (!colour[0] || !colour[1] || !colour[2])
    return {};
  return b.concat({colour[0], colour[1], colour[2]}, b.rankOf(colour[0]) - 1);
}

Colour toHsv(Compose &b, const Colour &rgb) {
  const auto &[red, green, blue] = rgb;
  auto number = [&](double value) { return b.scalarLike(red, value); };
  Value value = b.maximum(b.maximum(red, green), blue), least = b.minimum(b.minimum(red, green), blue);
  Value range = b.sub(value, least), isGrey = b.compare(CompareKind::LessEqual, range, number(0));
  Value isBlack = b.compare(CompareKind::LessEqual, value, number(0));
  Value saturation = b.select(isBlack, number(0), b.div(range, b.select(isBlack, number(1), value)));
  Value scale = b.unary(UnaryKind::Reciprocal, b.select(isGrey, number(1), b.mul(range, number(6))));
  auto along = [&](Value from, Value to, double start) { return b.add(b.mul(scale, b.sub(from, to)), number(start)); };
  Value hue = b.select(
      b.compare(CompareKind::Equal, red, value), along(green, blue, 0),
      b.select(b.compare(CompareKind::Equal, green, value), along(blue, red, 2.0 / 6), along(red, green, 4.0 / 6)));
  hue = b.select(isGrey, number(0), hue);
  hue = b.select(b.compare(CompareKind::Less, hue, number(0)), b.add(hue, number(1)), hue);
  return {hue, saturation, value};
}

Colour toRgb(Compose &b, const Colour &hsv) {
  const auto &[hue, saturation, value] = hsv;
  auto number = [&](double n) { return b.scalarLike(hue, n); };
  Value sixth = b.mul(hue, number(6));
  auto distance = [&](double from) { return b.unary(UnaryKind::Abs, b.sub(sixth, number(from))); };
  const Value parts[] = {b.sub(distance(3), number(1)), b.sub(number(2), distance(2)), b.sub(number(2), distance(4))};
  Colour rgb;
  for (int64_t i = 0; i < 3; ++i)
    rgb[i] = b.mul(b.add(b.sub(number(1), saturation), b.mul(saturation, b.clip(parts[i], 0, 1))), value);
  return rgb;
}

} // namespace wasmind::mindir
