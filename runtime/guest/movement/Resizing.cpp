// Images of another size. Positions are computed in f32, as TensorFlow and MindSpore do. With `scale` = extent / size
// an element of the result stands at i * scale of the input, with half_pixel_centers at (i + 0.5) * scale (for
// ResizeBilinear 0.5 less), with align_corners at i * (extent - 1) / (size - 1).
//   ResizeNearest(a, size; align_corners, half_pixel_centers, channels_last)   the element at that position, rounded
//                           down, with align_corners to the nearest, halves up
//   ResizeBilinear(a, size; align_corners, half_pixel_centers, channels_last)  between the four elements around it;
//                           f16 is computed in f32
#include "runtime/guest/Half.h"
#include "runtime/guest/Packing.h"
#include "runtime/guest/movement/Images.h"

using namespace wasmind::guest;

namespace {

/// How positions of the result become those of the input along an axis.
struct Scale {
  float scale;
  bool alignsCorners, isHalfPixel;
  int32_t extent;

  Scale(bool alignsCorners, bool isHalfPixel, int32_t extent, int32_t size)
      : scale(alignsCorners && size > 1 ? float(extent - 1) / float(size - 1) : float(extent) / float(size)),
        alignsCorners(alignsCorners), isHalfPixel(isHalfPixel), extent(extent) {}

  /// The element there, or the one at the end that it lies behind.
  int32_t indexOf(float position) const {
    return position >= float(extent - 1) ? extent - 1 : position > 0 ? int32_t(position) : 0;
  }
  int32_t nearest(int32_t i) const {
    float position = (isHalfPixel ? float(i) + 0.5f : float(i)) * scale, below = __builtin_floorf(position);
    return indexOf(alignsCorners && position - below >= 0.5f ? below + 1 : below);
  }
};

/// Two elements, as bytes from the first one of the axis, and the part of the second.
struct Pair {
  uint32_t lower, upper;
  float part;

  Pair(const Scale &scale, int32_t i, int32_t step) {
    float position = scale.isHalfPixel ? (float(i) + 0.5f) * scale.scale - 0.5f : float(i) * scale.scale;
    float below = __builtin_floorf(position);
    lower = uint32_t(scale.indexOf(below)) * uint32_t(step);
    upper = uint32_t(scale.indexOf(__builtin_ceilf(position))) * uint32_t(step);
    part = position - below;
  }
};

/// A call of either operator, its images as [N, H, W, C].
struct Resizing {
  Call call;
  Tensor a, out;
  bool alignsCorners, isHalfPixel;

  Resizing(const OperatorTable &table, const TVMFFIAny *args) : call(table, args) {}

  int32_t read(int32_t count) {
    List size;
    if (readArguments(call, count, convertAttribute))
      return -1;
    alignsCorners = integerOf(call, 2);
    isHalfPixel = integerOf(call, 3);
    bool channelsLast = integerOf(call, 4);
    if (alignsCorners && isHalfPixel)
      return refuse(call, "align_corners and half_pixel_centers exclude each other");
    if (readImages(call, 0, channelsLast, a) || readSize(call, 1, 0, size) || refuseNoPixels(call, a))
      return -1;
    int64_t extents[4] = {a.extents[Batch], size.values[0], size.values[1], a.extents[Channels]};
    return prepareImages(call, channelsLast, extents, out);
  }

  Scale scaleOf(ImageAxis axis) const { return {alignsCorners, isHalfPixel, a.extents[axis], out.extents[axis]}; }

  /// What each column of the result is made of, `make(scale, x)`; null when there is no memory.
  template <typename Column, typename Make> Column *columnsOf(Packing &packing, Make make) const {
    int32_t width = out.extents[Columns];
    auto *columns = static_cast<Column *>(packing.allocate(uint64_t(width) * sizeof(Column)));
    Scale scale = scaleOf(Columns);
    for (int32_t x = 0; x < width && columns; ++x)
      columns[x] = make(scale, x);
    return columns;
  }

  /// Whether the channels of a pixel are one dense row in both tensors, of so many bytes that it is worth a loop.
  bool isPixelDense() const {
    return a.steps[Channels] == a.byteWidth && out.steps[Channels] == a.byteWidth &&
           a.extents[Channels] * a.byteWidth >= 32;
  }

  /// Calls `each(to, from)` for the rows of each image of the batch, or, unless pixels are dense, of each channel.
  /// `from` is where the image begins.
  template <typename Each> void eachImage(Each each) const {
    int32_t extents[2] = {out.extents[Batch], isPixelDense() ? 1 : out.extents[Channels]};
    int32_t toSteps[2] = {out.steps[Batch], out.steps[Channels]}, fromSteps[2] = {a.steps[Batch], a.steps[Channels]};
    Cursor cursor{2, extents, {toSteps, fromSteps}, {uintptr_t(out.data), uintptr_t(a.data)}};
    do {
      each(cursor.to(), cursor.from());
    } while (cursor.next());
  }
};

/// A row of one channel: the elements at `offsets`.
template <typename Element>
void pick(char *to, int32_t step, const char *from, const uint32_t *offsets, int32_t count) {
  for (int32_t i = 0; i < count; ++i, to += step)
    *reinterpret_cast<Element *>(to) = *reinterpret_cast<const Element *>(from + offsets[i]);
}

double numberOf(double element) { return element; }
float numberOf(float element) { return element; }
float numberOf(uint16_t half) { return float(fromHalf(half)); }
void store(double &element, double number) { element = number; }
void store(float &element, float number) { element = number; }
void store(uint16_t &half, float number) { half = toHalf(double(number)); }

/// Two rows of the image between whose elements those of a row of the result stand, as numbers, each as wide as the
/// result; rows of the result that follow each other have them in common.
template <typename Element> class Interpolation {
public:
  using Number = decltype(numberOf(Element()));

  Interpolation(const Resizing &resizing, const Pair *columns, Number *first, Number *second)
      : rows{{first, absent}, {second, absent}}, columns(columns), count(resizing.out.extents[Columns]),
        depth(resizing.isPixelDense() ? resizing.a.extents[Channels] : 1) {}

  /// Forgets the rows of another image.
  void clear() { rows[0].offset = rows[1].offset = absent; }

  /// Computes rows, which are `row.lower` and `row.upper` bytes from where the image begins, and stores what is
  /// between.
  void interpolate(char *to, int32_t step, const char *from, const Pair &row) {
    const Number *top = find(from, row.lower, row.upper), *bottom = find(from, row.upper, row.lower);
    bool isDense = step == depth * int32_t(sizeof(Element));
    int32_t together = isDense ? count * depth : depth;
    for (int32_t i = 0; i < count * depth; i += together, to += step)
      blend(reinterpret_cast<Element *>(to), top + i, bottom + i, Number(row.part), together);
  }

private:
  static constexpr uint32_t absent = UINT32_MAX;
  struct Row {
    Number *numbers;
    uint32_t offset;
  } rows[2];
  const Pair *columns;
  int32_t count, depth;

  static void blend(Element *__restrict to, const Number *top, const Number *bottom, Number part, int32_t count) {
    for (int32_t i = 0; i < count; ++i)
      store(to[i], top[i] + (bottom[i] - top[i]) * part);
  }

  static Number between(const Element *left, const Element *right, float part, int32_t channel) {
    return numberOf(left[channel]) + (numberOf(right[channel]) - numberOf(left[channel])) * Number(part);
  }
  void blendPixels(Number *__restrict to, const Element *left, const Element *right, float part) const {
    for (int32_t channel = 0; channel < depth; ++channel)
      to[channel] = between(left, right, part, channel);
  }

  /// The row at `offset`, in place of the one that is not at `kept`.
  const Number *find(const char *from, uint32_t offset, uint32_t kept) {
    for (const Row &row : rows)
      if (row.offset == offset)
        return row.numbers;
    Row &row = rows[rows[0].offset == kept];
    row.offset = offset;
    Number *to = row.numbers;
    for (int32_t x = 0; x < count; ++x, to += depth) {
      auto *left = reinterpret_cast<const Element *>(from + offset + columns[x].lower);
      auto *right = reinterpret_cast<const Element *>(from + offset + columns[x].upper);
      if (depth == 1) // no loop
        *to = between(left, right, columns[x].part, 0);
      else
        blendPixels(to, left, right, columns[x].part);
    }
    return row.numbers;
  }
};

/// \returns 0, or 1 when there was no memory.
template <typename Element> int32_t resizeBilinear(const Resizing &resizing, const Pair *columns, Packing &packing) {
  using Number = typename Interpolation<Element>::Number;
  const Tensor &a = resizing.a, &out = resizing.out;
  uint64_t rowBytes = uint64_t(out.extents[Columns]) * sizeof(Number);
  rowBytes *= resizing.isPixelDense() ? uint32_t(out.extents[Channels]) : 1;
  auto *first = static_cast<Number *>(packing.allocate(rowBytes));
  auto *second = static_cast<Number *>(packing.allocate(rowBytes));
  if (packing.isIncomplete())
    return 1;
  Interpolation<Element> interpolation(resizing, columns, first, second);
  Scale rows = resizing.scaleOf(Rows);
  resizing.eachImage([&](char *to, const char *from) {
    interpolation.clear();
    for (int32_t y = 0; y < out.extents[Rows]; ++y, to += out.steps[Rows])
      interpolation.interpolate(to, out.steps[Columns], from, Pair(rows, y, a.steps[Rows]));
  });
  return 0;
}

} // namespace

extern "C" int32_t wasmind_resize_nearest(const OperatorTable *table, const TVMFFIAny *args, int32_t count,
                                          TVMFFIAny *) {
  Resizing resizing(*table, args);
  if (resizing.read(count))
    return -1;
  const Tensor &a = resizing.a, &out = resizing.out;
  if (out.isEmpty())
    return 0;
  Packing packing;
  auto *columns = resizing.columnsOf<uint32_t>(
      packing, [&](const Scale &scale, int32_t x) { return uint32_t(scale.nearest(x)) * uint32_t(a.steps[Columns]); });
  if (!columns)
    return resizing.call.outOfMemory();
  int32_t width = out.extents[Columns];
  Scale rows = resizing.scaleOf(Rows);
  bool isPixelDense = resizing.isPixelDense();
  auto pickRow = a.byteWidth == 1   ? pick<uint8_t>
                 : a.byteWidth == 2 ? pick<uint16_t>
                 : a.byteWidth == 4 ? pick<uint32_t>
                                    : pick<uint64_t>;
  Walk row(a.byteWidth);
  row.addAxis(width, out.steps[Columns], out.steps[Columns]);
  if (isPixelDense)
    row.addAxis(a.extents[Channels], a.byteWidth, a.byteWidth);
  resizing.eachImage([&](char *to, const char *from) {
    int32_t last = -1;
    for (int32_t y = 0; y < out.extents[Rows]; ++y, to += out.steps[Rows]) {
      int32_t source = rows.nearest(y);
      const char *begin = from + uint32_t(source) * uint32_t(a.steps[Rows]);
      char *pixel = to;
      if (source == last)
        row.copy(to, to - out.steps[Rows]);
      else if (!isPixelDense)
        pickRow(to, out.steps[Columns], begin, columns, width);
      else
        for (int32_t x = 0; x < width; ++x, pixel += out.steps[Columns])
          copyRow(a.byteWidth, pixel, a.byteWidth, begin + columns[x], a.byteWidth, uint32_t(a.extents[Channels]));
      last = source;
    }
  });
  return 0;
}

extern "C" int32_t wasmind_resize_bilinear(const OperatorTable *table, const TVMFFIAny *args, int32_t count,
                                           TVMFFIAny *) {
  Resizing resizing(*table, args);
  if (resizing.read(count))
    return -1;
  const Tensor &a = resizing.a, &out = resizing.out;
  if (out.isEmpty())
    return 0;
  Packing packing;
  auto *columns = resizing.columnsOf<Pair>(
      packing, [&](const Scale &scale, int32_t x) { return Pair(scale, x, a.steps[Columns]); });
  if (!columns)
    return resizing.call.outOfMemory();
  int32_t status = a.byteWidth == 2   ? resizeBilinear<uint16_t>(resizing, columns, packing)
                   : a.byteWidth == 4 ? resizeBilinear<float>(resizing, columns, packing)
                                      : resizeBilinear<double>(resizing, columns, packing);
  return status ? resizing.call.outOfMemory() : 0;
}
