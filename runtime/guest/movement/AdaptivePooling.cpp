// AdaptiveAvgPool2D(a, output_size; channels_last): element i of an axis is the mean of floor(i * extent / size) to
// ceil((i + 1) * extent / size) - 1. Sums are f64 and rounded once.
#include "runtime/guest/Half.h"
#include "runtime/guest/movement/Images.h"

using namespace wasmind::guest;

namespace {

struct Range {
  int32_t begin, count;

  Range(int64_t i, int64_t extent, int64_t size)
      : begin(int32_t(i * extent / size)), count(int32_t(((i + 1) * extent + size - 1) / size) - begin) {}
};

/// A part of a column of images; steps in bytes.
struct Window {
  const char *begin;
  int32_t rows, columns, rowStep, columnStep;
};

double numberOf(float element) { return double(element); }
double numberOf(double element) { return element; }
double numberOf(uint16_t half) { return fromHalf(half); }
void store(float &element, double number) { element = float(number); }
void store(double &element, double number) { element = number; }
void store(uint16_t &half, double number) { half = toHalf(number); }

/// The mean of one channel.
template <typename Element> double meanOf(const Window &window) {
  double sums[4] = {};
  const char *row = window.begin;
  for (int32_t y = 0; y < window.rows; ++y, row += window.rowStep) {
    const char *at = row;
    auto next = [&] {
      double number = numberOf(*reinterpret_cast<const Element *>(at));
      at += window.columnStep;
      return number;
    };
    int32_t x = 0;
    for (; x + 4 <= window.columns; x += 4)
      for (double &sum : sums)
        sum += next();
    for (; x < window.columns; ++x)
      sums[0] += next();
  }
  return (sums[0] + sums[1] + (sums[2] + sums[3])) / (double(window.rows) * double(window.columns));
}

/// Of `Count` channels that lie side by side.
template <typename Element, int32_t Count> void meansOf(const Window &window, double *means) {
  double sums[Count] = {};
  const char *row = window.begin;
  for (int32_t y = 0; y < window.rows; ++y, row += window.rowStep) {
    const char *at = row;
    for (int32_t x = 0; x < window.columns; ++x, at += window.columnStep)
      for (int32_t i = 0; i < Count; ++i)
        sums[i] += numberOf(reinterpret_cast<const Element *>(at)[i]);
  }
  double area = double(window.rows) * double(window.columns);
  for (int32_t i = 0; i < Count; ++i)
    means[i] = sums[i] / area;
}

/// All channels of one window.
template <typename Element> void poolWindow(Window window, int32_t fromStep, char *to, int32_t toStep, int32_t count) {
  constexpr int32_t together = 16;
  double means[together];
  bool isDense = fromStep == int32_t(sizeof(Element));
  for (int32_t channel = 0; channel < count;) {
    int32_t done = isDense && channel + together <= count ? together : 1;
    if (done == 1)
      means[0] = meanOf<Element>(window);
    else
      meansOf<Element, together>(window, means);
    for (int32_t i = 0; i < done; ++i, to += toStep)
      store(*reinterpret_cast<Element *>(to), means[i]);
    window.begin += done * fromStep;
    channel += done;
  }
}

template <typename Element> void pool(const Tensor &a, const Tensor &out) {
  char *batch = out.data;
  const char *from = a.data;
  for (int32_t n = 0; n < out.extents[Batch]; ++n, batch += out.steps[Batch], from += a.steps[Batch]) {
    char *row = batch;
    for (int32_t y = 0; y < out.extents[Rows]; ++y, row += out.steps[Rows]) {
      Range rows(y, a.extents[Rows], out.extents[Rows]);
      char *to = row;
      for (int32_t x = 0; x < out.extents[Columns]; ++x, to += out.steps[Columns]) {
        Range columns(x, a.extents[Columns], out.extents[Columns]);
        Window window{from + rows.begin * a.steps[Rows] + columns.begin * a.steps[Columns], rows.count, columns.count,
                      a.steps[Rows], a.steps[Columns]};
        poolWindow<Element>(window, a.steps[Channels], to, out.steps[Channels], a.extents[Channels]);
      }
    }
  }
}

} // namespace

extern "C" int32_t wasmind_adaptive_avg_pool2d(const OperatorTable *table, const TVMFFIAny *args, int32_t count,
                                               TVMFFIAny *) {
  Call call(*table, args);
  Tensor a, out;
  List size;
  if (readArguments(call, count, convertAttribute))
    return -1;
  bool channelsLast = integerOf(call, 2);
  if (readImages(call, 0, channelsLast, a) || readSize(call, 1, 0, size) || refuseNoPixels(call, a))
    return -1;
  int64_t extents[4] = {a.extents[Batch], size.values[0], size.values[1], a.extents[Channels]};
  if (prepareImages(call, channelsLast, extents, out))
    return -1;
  if (out.isEmpty())
    return 0;
  if (a.byteWidth == 2)
    pool<uint16_t>(a, out);
  else if (a.byteWidth == 4)
    pool<float>(a, out);
  else
    pool<double>(a, out);
  return 0;
}
