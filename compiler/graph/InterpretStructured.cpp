//===- InterpretStructured.cpp - contractions, convolutions, windows, reductions, scans, top_k --------------------===//
//
// Sums of floats are kept in double and rounded once; integers are summed modulo 2^64, which wraps as their type does.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/InterpreterKernels.h"
#include "compiler/graph/Structured.h"
#include <cmath>
#include <numeric>

using namespace mlir;

namespace wasmind::graph::interpreter {
namespace {

template <typename A> std::vector<A> load(const View &x) {
  std::vector<A> values(x.elementCount());
  withType(x.element, [&](auto zero) {
    using T = decltype(zero);
    const T *in = x.as<T>();
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = A(in[i]);
  });
  return values;
}

template <typename A> void store(const std::vector<A> &values, HostTensor &result) {
  withType(result.element, [&](auto zero) {
    using T = decltype(zero);
    T *out = dataOf<T>(result);
    for (size_t i = 0; i < values.size(); ++i)
      out[i] = T(values[i]);
  });
}

/// Calls `f` with a value of the type that holds every element: double, int64_t or uint64_t.
template <typename F> auto withWide(Type element, F f) {
  if (isa<FloatType>(element))
    return f(double());
  if (element.isUnsignedInteger())
    return f(uint64_t());
  return f(int64_t());
}

template <typename A> A plus(A a, A b) {
  if constexpr (std::is_integral_v<A>)
    return A(uint64_t(a) + uint64_t(b));
  else
    return a + b;
}
template <typename A> A times(A a, A b) {
  if constexpr (std::is_integral_v<A>)
    return A(uint64_t(a) * uint64_t(b));
  else
    return a * b;
}

template <typename A> bool isNaN(A value) {
  if constexpr (std::is_floating_point_v<A>)
    return std::isnan(value);
  else
    return false;
}

template <typename A> A joined(ReduceKind kind, A a, A b) {
  switch (kind) {
  case ReduceKind::Sum:
    return plus(a, b);
  case ReduceKind::Prod:
    return times(a, b);
  case ReduceKind::Max:
    return isNaN(a) ? a : isNaN(b) ? b : std::max(a, b);
  case ReduceKind::Min:
    return isNaN(a) ? a : isNaN(b) ? b : std::min(a, b);
  case ReduceKind::And:
    return A(a != A(0) && b != A(0));
  case ReduceKind::Or:
    return A(a != A(0) || b != A(0));
  }
  llvm_unreachable("all kinds are covered");
}

/// The result of reducing no elements.
template <typename A> A neutral(ReduceKind kind, Type element) {
  switch (kind) {
  case ReduceKind::Sum:
  case ReduceKind::Or:
    return A(0);
  case ReduceKind::Prod:
  case ReduceKind::And:
    return A(1);
  case ReduceKind::Max:
  case ReduceKind::Min:
    break;
  }
  bool lowest = kind == ReduceKind::Max;
  return withType(element, [&](auto zero) {
    using Limits = std::numeric_limits<decltype(zero)>;
    if (Limits::has_infinity)
      return A(lowest ? -Limits::infinity() : Limits::infinity());
    return A(lowest ? Limits::lowest() : Limits::max());
  });
}

/// x with its dimensions in this order, as wide elements.
template <typename A> std::vector<A> loadPermuted(const View &x, Ints permutation) {
  HostTensor moved = llvm::cantFail(transpose(x, permutation));
  return load<A>(View(moved));
}

SmallVector<int64_t> remaining(int64_t rank, Ints used, Ints alsoUsed) {
  SmallVector<int64_t> rest;
  for (int64_t i = 0; i < rank; ++i)
    if (!llvm::is_contained(used, i) && !llvm::is_contained(alsoUsed, i))
      rest.push_back(i);
  return rest;
}

int64_t extentOf(Ints shape, Ints dims) {
  int64_t product = 1;
  for (int64_t dim : dims)
    product *= shape[dim];
  return product;
}
} // namespace

Result contract(ContractOp op, const View &lhs, const View &rhs, Ints shape) {
  Type element = *productElement(lhs.element, rhs.element);
  HostTensor result = allocate(element, shape);
  SmallVector<int64_t> rows = remaining(lhs.shape.size(), op.getLhsBatch(), op.getLhsContract());
  SmallVector<int64_t> columns = remaining(rhs.shape.size(), op.getRhsBatch(), op.getRhsContract());
  int64_t batchCount = extentOf(lhs.shape, op.getLhsBatch()), inner = extentOf(lhs.shape, op.getLhsContract());
  int64_t rowCount = extentOf(lhs.shape, rows), columnCount = extentOf(rhs.shape, columns);
  SmallVector<int64_t> lhsOrder(op.getLhsBatch()), rhsOrder(op.getRhsBatch()); // [B, M, K] and [B, K, N]
  llvm::append_range(lhsOrder, rows);
  llvm::append_range(lhsOrder, op.getLhsContract());
  llvm::append_range(rhsOrder, op.getRhsContract());
  llvm::append_range(rhsOrder, columns);
  withWide(element, [&](auto zero) {
    using A = decltype(zero);
    std::vector<A> a = loadPermuted<A>(lhs, lhsOrder), b = loadPermuted<A>(rhs, rhsOrder), out(countOf(shape));
    for (int64_t n = 0; n < batchCount; ++n)
      for (int64_t i = 0; i < rowCount; ++i) {
        A *row = out.data() + (n * rowCount + i) * columnCount;
        for (int64_t k = 0; k < inner; ++k) {
          A factor = a[(n * rowCount + i) * inner + k];
          const A *line = b.data() + (n * inner + k) * columnCount;
          for (int64_t j = 0; j < columnCount; ++j)
            row[j] = plus(row[j], times(factor, line[j]));
        }
      }
    store(out, result);
  });
  return result;
}

Result convolve(ConvolveOp op, const WindowAttributes &attributes, const View &input, const View &weights, Ints shape) {
  Type element = *productElement(input.element, weights.element);
  HostTensor result = allocate(element, shape);
  size_t spatial = shape.size() - 2;
  Ints outer = shape.slice(1, spatial), kernel = weights.shape.take_front(spatial);
  int64_t outputs = shape.back(), perGroup = weights.shape[spatial], channels = input.shape.back();
  int64_t groups = attributes.groups, groupOutputs = outputs / groups;
  SmallVector<int64_t> inputStrides = stridesOf(input.shape);
  withWide(element, [&](auto zero) {
    using A = decltype(zero);
    std::vector<A> in = load<A>(input), factors = load<A>(weights), out(countOf(shape));
    A *to = out.data();
    int64_t points = countOf(outer), taps = countOf(kernel);
    for (int64_t n = 0; n < shape[0]; ++n)
      for (int64_t point = 0; point < points; ++point, to += outputs)
        for (int64_t tap = 0; tap < taps; ++tap) {
          // Where this tap of this point reads, dimension by dimension from the last.
          int64_t offset = n * inputStrides[0], restPoint = point, restTap = tap;
          bool present = true;
          for (size_t i = spatial; i-- > 0;) {
            int64_t o = restPoint % outer[i], k = restTap % kernel[i];
            restPoint /= outer[i];
            restTap /= kernel[i];
            int64_t stride = attributes.strides[i], low = attributes.padLow[i], reach = k * attributes.dilations[i];
            int64_t at = op.getTransposed() ? o + low - reach : o * stride - low + reach;
            if (op.getTransposed()) {
              present &= at >= 0 && at % stride == 0;
              at /= stride;
            }
            present &= at >= 0 && at < input.shape[i + 1];
            offset += at * inputStrides[i + 1];
          }
          if (!present)
            continue;
          for (int64_t g = 0; g < groups; ++g)
            for (int64_t c = 0; c < perGroup; ++c) {
              A value = in[offset + g * (channels / groups) + c];
              const A *line = factors.data() + (tap * perGroup + c) * outputs + g * groupOutputs;
              A *sums = to + g * groupOutputs;
              for (int64_t o = 0; o < groupOutputs; ++o)
                sums[o] = plus(sums[o], times(value, line[o]));
            }
        }
    store(out, result);
  });
  return result;
}

Result window(WindowOp op, const WindowAttributes &attributes, const View &input, Ints shape) {
  HostTensor result = allocate(input.element, shape);
  SmallVector<int64_t> inputStrides = stridesOf(input.shape);
  int64_t count = countOf(shape);
  withWide(input.element, [&](auto zero) {
    using A = decltype(zero);
    std::vector<A> in = load<A>(input), out(count, neutral<A>(op.getKind(), input.element));
    SmallVector<int64_t> first(shape.size()), taps(shape.size());
    for (int64_t point = 0; point < count; ++point) {
      // Only the taps that hit the input: a window may be far larger than what it looks at.
      for (int64_t i = int64_t(shape.size()), rest = point; i-- > 0; rest /= shape[i]) {
        int64_t base = (rest % shape[i]) * attributes.strides[i] - attributes.padLow[i], step = attributes.dilations[i];
        int64_t low = base < 0 ? llvm::divideCeilSigned(-base, step) : 0;
        int64_t end = base < input.shape[i] ? llvm::divideFloorSigned(input.shape[i] - 1 - base, step) + 1 : 0;
        first[i] = base + low * step;
        taps[i] = std::max<int64_t>(std::min(end, attributes.sizes[i]) - low, 0);
      }
      for (int64_t tap = 0, all = countOf(taps); tap < all; ++tap) {
        int64_t offset = 0;
        for (int64_t i = int64_t(shape.size()), rest = tap; i-- > 0; rest /= taps[i])
          offset += (first[i] + (rest % taps[i]) * attributes.dilations[i]) * inputStrides[i];
        out[point] = joined(op.getKind(), out[point], in[offset]);
      }
    }
    store(out, result);
  });
  return result;
}

Result reduce(ReduceOp op, const View &input, Ints shape) {
  HostTensor result = allocate(input.element, shape);
  SmallVector<int64_t> order = remaining(input.shape.size(), op.getDims(), {});
  int64_t inner = extentOf(input.shape, op.getDims()), outer = countOf(shape);
  llvm::append_range(order, op.getDims());
  withWide(input.element, [&](auto zero) {
    using A = decltype(zero);
    std::vector<A> in = loadPermuted<A>(input, order), out(outer, neutral<A>(op.getKind(), input.element));
    for (int64_t i = 0; i < outer; ++i)
      for (int64_t j = 0; j < inner; ++j)
        out[i] = joined(op.getKind(), out[i], in[i * inner + j]);
    store(out, result);
  });
  return result;
}

Result argReduce(ArgReduceOp op, const View &input, Ints shape) {
  HostTensor result = allocate(IntegerType::get(op.getContext(), 64), shape);
  int64_t dim = op.getDim(), extent = input.shape[dim];
  int64_t outer = countOf(input.shape.take_front(dim)), inner = countOf(input.shape.drop_front(dim + 1));
  if (extent == 0 && outer * inner > 0)
    return failure(op, "no element to choose");
  int64_t *out = dataOf<int64_t>(result);
  bool wantsMax = op.getKind() == ReduceKind::Max;
  withWide(input.element, [&](auto zero) {
    using A = decltype(zero);
    std::vector<A> in = load<A>(input);
    for (int64_t i = 0; i < outer; ++i)
      for (int64_t k = 0; k < inner; ++k) {
        const A *line = in.data() + i * extent * inner + k;
        int64_t best = 0;
        for (int64_t j = 1; j < extent; ++j) {
          A value = line[j * inner], leader = line[best * inner];
          if (isNaN(leader)
                  ? op.getLast() && isNaN(value)
                  : isNaN(value) || (wantsMax ? value > leader : value < leader) || (op.getLast() && value == leader))
            best = j;
        }
        out[i * inner + k] = best;
      }
  });
  return result;
}

Result scan(ScanOp op, const View &input) {
  HostTensor result = allocate(input.element, input.shape);
  int64_t dim = op.getDim(), extent = input.shape[dim];
  int64_t outer = countOf(input.shape.take_front(dim)), inner = countOf(input.shape.drop_front(dim + 1));
  withWide(input.element, [&](auto zero) {
    using A = decltype(zero);
    std::vector<A> in = load<A>(input), out(in.size());
    for (int64_t i = 0; i < outer; ++i)
      for (int64_t k = 0; k < inner; ++k) {
        A running = neutral<A>(op.getKind(), input.element);
        for (int64_t j = 0; j < extent; ++j) {
          int64_t at = (i * extent + (op.getReversed() ? extent - 1 - j : j)) * inner + k;
          A next = joined(op.getKind(), running, in[at]);
          out[at] = op.getExclusive() ? running : next;
          running = next;
        }
      }
    store(out, result);
  });
  return result;
}

Result scatter(ScatterOp op, const View &data, const View &indices, const View &updates) {
  HostTensor result = allocate(data.element, data.shape);
  int64_t extent = data.shape[0], inner = countOf(data.shape.drop_front(1)), count = indices.elementCount();
  withWide(data.element, [&](auto zero) {
    using A = decltype(zero);
    std::vector<A> out = load<A>(data), in = load<A>(updates);
    for (int64_t i = 0; i < count; ++i) {
      int64_t index = loadInteger(indices.element, indices.bytes.data() + i * byteWidth(indices.element));
      index = index < 0 ? index + extent : index;
      if (index < 0 || index >= extent)
        continue;
      for (int64_t j = 0; j < inner; ++j) {
        A &to = out[index * inner + j], from = in[i * inner + j];
        switch (op.getKind()) {
        case ScatterKind::Set:
          to = from;
          break;
        case ScatterKind::Add:
          to = plus(to, from);
          break;
        case ScatterKind::Mul:
          to = times(to, from);
          break;
        case ScatterKind::Max:
          to = joined(ReduceKind::Max, to, from);
          break;
        case ScatterKind::Min:
          to = joined(ReduceKind::Min, to, from);
          break;
        }
      }
    }
    store(out, result);
  });
  return result;
}

llvm::Expected<std::vector<HostTensor>> topK(TopKOp op, const View &input, Ints shape) {
  HostTensor values = allocate(input.element, shape), indices = allocate(IntegerType::get(op.getContext(), 64), shape);
  int64_t extent = input.shape.back(), k = shape.back(), rows = countOf(input.shape.drop_back());
  if (k > extent)
    return failure(op, llvm::formatv("k = {0} of {1} elements", k, extent));
  unsigned width = byteWidth(input.element);
  int64_t *positions = dataOf<int64_t>(indices);
  withWide(input.element, [&](auto zero) {
    using A = decltype(zero);
    std::vector<A> in = load<A>(input);
    std::vector<int64_t> order(extent);
    for (int64_t row = 0; row < rows; ++row) {
      const A *line = in.data() + row * extent;
      std::iota(order.begin(), order.end(), int64_t(0));
      auto isLess = [&](int64_t a, int64_t b) { // NaN is largest
        return isNaN(line[b]) ? !isNaN(line[a]) : !isNaN(line[a]) && line[a] < line[b];
      };
      llvm::sort(order, [&](int64_t a, int64_t b) {
        bool before = op.getSmallest() ? isLess(a, b) : isLess(b, a),
             after = op.getSmallest() ? isLess(b, a) : isLess(a, b);
        return before != after ? before : a < b;
      });
      for (int64_t i = 0; i < k; ++i) {
        positions[row * k + i] = order[i];
        std::memcpy(values.bytes.data() + (row * k + i) * width, input.bytes.data() + (row * extent + order[i]) * width,
                    width);
      }
    }
  });
  std::vector<HostTensor> results;
  results.push_back(std::move(values));
  results.push_back(std::move(indices));
  return results;
}

} // namespace wasmind::graph::interpreter
