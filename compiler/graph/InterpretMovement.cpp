//===- InterpretMovement.cpp - operations that move elements without looking at them ------------------------------===//
#include "compiler/graph/InterpreterKernels.h"

using namespace mlir;

namespace wasmind::graph::interpreter {

void forEachRow(Ints shape, ArrayRef<SmallVector<int64_t>> strides,
                llvm::function_ref<void(Ints offsets, int64_t count, Ints steps)> f) {
  const size_t operands = strides.size();
  SmallVector<int64_t> extents;
  SmallVector<SmallVector<int64_t>, 4> steps(operands);
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    if (shape[dim] == 1)
      continue;
    if (shape[dim] == 0)
      return;
    bool joins = !extents.empty();
    for (size_t k = 0; k < operands && joins; ++k)
      joins = steps[k].back() == strides[k][dim] * shape[dim];
    if (joins)
      extents.back() *= shape[dim];
    else
      extents.push_back(shape[dim]);
    for (size_t k = 0; k < operands; ++k) {
      if (joins)
        steps[k].back() = strides[k][dim];
      else
        steps[k].push_back(strides[k][dim]);
    }
  }
  SmallVector<int64_t, 4> offsets(operands, 0), rowSteps(operands, 0);
  if (extents.empty())
    return f(offsets, 1, rowSteps);
  size_t last = extents.size() - 1;
  for (size_t k = 0; k < operands; ++k)
    rowSteps[k] = steps[k][last];
  SmallVector<int64_t> index(extents.size(), 0);
  while (true) {
    f(offsets, extents[last], rowSteps);
    size_t dim = last;
    while (dim-- > 0) {
      for (size_t k = 0; k < operands; ++k)
        offsets[k] += steps[k][dim];
      if (++index[dim] < extents[dim])
        break;
      for (size_t k = 0; k < operands; ++k)
        offsets[k] -= steps[k][dim] * extents[dim];
      index[dim] = 0;
    }
    if (dim == size_t(-1))
      return;
  }
}

Result reshape(const View &x, Ints shape) {
  HostTensor result;
  result.element = x.element;
  result.shape.assign(shape.begin(), shape.end());
  result.bytes.assign(x.bytes.begin(), x.bytes.end());
  return result;
}

//===- Transpose --------------------------------------------------------------------------------------------------===//

namespace {
/// A permutation with dimensions of extent 1 dropped and neighbours that stay neighbours joined.
struct Permuted {
  SmallVector<int64_t> shape, permutation; // of the input; result dimension i is input dimension permutation[i]
};

Permuted collapse(Ints shape, Ints permutation) {
  SmallVector<int64_t> groupOf(shape.size(), -1), first, extents; // groups in result order
  int64_t last = -2;
  for (int64_t at : permutation) {
    if (shape[at] == 1)
      continue;
    // Dimensions of extent 1 between two others do not part them.
    int64_t previous = at - 1;
    while (previous >= 0 && shape[previous] == 1)
      --previous;
    if (last >= 0 && previous == last) {
      extents.back() *= shape[at];
    } else {
      first.push_back(at);
      extents.push_back(shape[at]);
    }
    last = at;
  }
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, first.size()));
  llvm::sort(order, [&](int64_t a, int64_t b) { return first[a] < first[b]; });
  Permuted result;
  result.permutation.resize(first.size());
  for (auto [inputDim, group] : llvm::enumerate(order)) {
    result.shape.push_back(extents[group]);
    result.permutation[group] = inputDim;
  }
  return result;
}

template <typename T> void permute(const T *in, T *out, const Permuted &p) {
  size_t rank = p.shape.size();
  SmallVector<int64_t> inStrides = stridesOf(p.shape), shape, steps;
  for (int64_t at : p.permutation) {
    shape.push_back(p.shape[at]);
    steps.push_back(inStrides[at]);
  }
  SmallVector<int64_t> outStrides = stridesOf(shape);
  // The result dimension that walks the input's rows: with the result's own last dimension it makes small square
  // tiles, so that both sides use whole cache lines.
  size_t rowDim = llvm::find(p.permutation, int64_t(rank - 1)) - p.permutation.begin();
  if (rowDim == rank - 1) { // rows stay whole
    std::array<SmallVector<int64_t>, 2> strides{outStrides, steps};
    int64_t length = shape.back();
    for (auto &list : strides)
      list.pop_back();
    forEachRow(ArrayRef(shape).drop_back(), strides, [&](Ints offsets, int64_t count, Ints rowSteps) {
      for (int64_t i = 0; i < count; ++i)
        std::memcpy(out + offsets[0] + i * rowSteps[0], in + offsets[1] + i * rowSteps[1], length * sizeof(T));
    });
    return;
  }
  constexpr int64_t tile = 16;
  int64_t rows = shape[rowDim], columns = shape[rank - 1];
  int64_t rowOut = outStrides[rowDim], columnIn = steps[rank - 1];
  SmallVector<int64_t> outer(shape);
  outer[rowDim] = 1;
  outer[rank - 1] = 1;
  std::array<SmallVector<int64_t>, 2> strides{outStrides, steps};
  forEachRow(outer, strides, [&](Ints offsets, int64_t count, Ints outerSteps) {
    for (int64_t n = 0; n < count; ++n) {
      T *to = out + offsets[0] + n * outerSteps[0];
      const T *from = in + offsets[1] + n * outerSteps[1];
      for (int64_t r0 = 0; r0 < rows; r0 += tile)
        for (int64_t c0 = 0; c0 < columns; c0 += tile)
          for (int64_t r = r0; r < std::min(rows, r0 + tile); ++r)
            for (int64_t c = c0; c < std::min(columns, c0 + tile); ++c)
              to[r * rowOut + c] = from[r + c * columnIn];
    }
  });
}
} // namespace

Result transpose(const View &x, Ints permutation) {
  SmallVector<int64_t> shape;
  for (int64_t at : permutation)
    shape.push_back(x.shape[at]);
  HostTensor result = allocate(x.element, shape);
  if (countOf(shape) == 0)
    return result;
  Permuted collapsed = collapse(x.shape, permutation);
  if (collapsed.shape.size() <= 1) {
    std::memcpy(result.bytes.data(), x.bytes.data(), x.bytes.size());
    return result;
  }
  withWidth(x.element, [&](auto zero) {
    using T = decltype(zero);
    permute(x.as<T>(), dataOf<T>(result), collapsed);
  });
  return result;
}

//===- Copies with strides ----------------------------------------------------------------------------------------===//

namespace {
/// result[i] = x[offset + sum of i * steps]
HostTensor copyStrided(const View &x, int64_t offset, ArrayRef<int64_t> steps, Ints shape) {
  HostTensor result = allocate(x.element, shape);
  std::array<SmallVector<int64_t>, 2> strides{stridesOf(shape), SmallVector<int64_t>(steps)};
  withWidth(x.element, [&](auto zero) {
    using T = decltype(zero);
    T *out = dataOf<T>(result);
    const T *in = x.as<T>() + offset;
    forEachRow(shape, strides, [&](Ints offsets, int64_t count, Ints rowSteps) {
      if (rowSteps[0] == 1 && rowSteps[1] == 1)
        std::memcpy(out + offsets[0], in + offsets[1], count * sizeof(T));
      else
        for (int64_t i = 0; i < count; ++i)
          out[offsets[0] + i * rowSteps[0]] = in[offsets[1] + i * rowSteps[1]];
    });
  });
  return result;
}
} // namespace

Result broadcast(const View &x, Ints shape) { return copyStrided(x, 0, repeatingStrides(x.shape, shape), shape); }

Result slice(Operation *op, const View &x, Ints starts, Ints strides, Ints shape) {
  SmallVector<int64_t> steps = stridesOf(x.shape);
  int64_t offset = 0;
  if (countOf(shape) == 0)
    return allocate(x.element, shape);
  for (size_t i = 0; i < shape.size(); ++i) {
    if (starts[i] < 0 || starts[i] + (shape[i] - 1) * strides[i] >= x.shape[i])
      return failure(op, llvm::formatv("elements {0} to {1} of dimension {2}, which has {3}", starts[i],
                                       starts[i] + (shape[i] - 1) * strides[i], i, x.shape[i]));
    offset += starts[i] * steps[i];
    steps[i] *= strides[i];
  }
  return copyStrided(x, offset, steps, shape);
}

Result reverse(const View &x, Ints dims) {
  SmallVector<int64_t> steps = stridesOf(x.shape);
  int64_t offset = 0;
  for (int64_t dim : dims) {
    offset += std::max<int64_t>(x.shape[dim] - 1, 0) * steps[dim];
    steps[dim] = -steps[dim];
  }
  return copyStrided(x, offset, steps, x.shape);
}

Result concat(ArrayRef<View> inputs, int64_t dim, Ints shape) {
  HostTensor result = allocate(inputs[0].element, shape);
  int64_t outer = countOf(shape.take_front(dim)), inner = countOf(shape.drop_front(dim + 1));
  int64_t width = byteWidth(inputs[0].element), rowBytes = shape[dim] * inner * width;
  char *out = result.bytes.data();
  for (const View &input : inputs) {
    int64_t bytes = input.shape[dim] * inner * width;
    for (int64_t i = 0; i < outer && bytes > 0; ++i)
      std::memcpy(out + i * rowBytes, input.bytes.data() + i * bytes, bytes);
    out += bytes;
  }
  return result;
}

Result pad(PadOp op, const View &x, const View &value, Ints shape) {
  HostTensor result = allocate(x.element, shape);
  withWidth(x.element, [&](auto zero) {
    using T = decltype(zero);
    T *out = dataOf<T>(result);
    std::fill(out, out + countOf(shape), value.as<T>()[0]);
    // The input elements that stay: per dimension from..to, at low + i * (interior + 1).
    SmallVector<int64_t> from, kept, steps = stridesOf(shape), sources = stridesOf(x.shape);
    int64_t outOffset = 0, inOffset = 0;
    for (size_t i = 0; i < shape.size(); ++i) {
      int64_t low = op.getLow()[i], pitch = op.getInterior()[i] + 1;
      int64_t begin = low >= 0 ? 0 : (-low + pitch - 1) / pitch;
      int64_t end = shape[i] <= low ? 0 : std::min(x.shape[i], (shape[i] - 1 - low) / pitch + 1);
      kept.push_back(std::max<int64_t>(end - begin, 0));
      outOffset += (low + begin * pitch) * steps[i];
      inOffset += begin * sources[i];
      steps[i] *= pitch;
    }
    if (countOf(kept) == 0)
      return;
    std::array<SmallVector<int64_t>, 2> strides{steps, sources};
    const T *in = x.as<T>() + inOffset;
    out += outOffset;
    forEachRow(kept, strides, [&](Ints offsets, int64_t count, Ints rowSteps) {
      for (int64_t i = 0; i < count; ++i)
        out[offsets[0] + i * rowSteps[0]] = in[offsets[1] + i * rowSteps[1]];
    });
  });
  return result;
}

//===- Gather and iota --------------------------------------------------------------------------------------------===//

Result gather(GatherOp op, const View &data, const View &indices, Ints shape) {
  HostTensor result = allocate(data.element, shape);
  int64_t dim = op.getDim(), batchDims = op.getBatchDims(), extent = data.shape[dim];
  int64_t batch = countOf(data.shape.take_front(batchDims));
  int64_t middle = countOf(data.shape.slice(batchDims, dim - batchDims));
  int64_t inner = countOf(data.shape.drop_front(dim + 1)) * byteWidth(data.element);
  int64_t perBatch = countOf(indices.shape.drop_front(batchDims));
  if (result.bytes.empty())
    return result;
  if (extent == 0)
    return failure(op, "nothing to gather from");
  char *out = result.bytes.data();
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t m = 0; m < middle; ++m)
      for (int64_t i = 0; i < perBatch; ++i, out += inner) {
        int64_t index =
            loadInteger(indices.element, indices.bytes.data() + (b * perBatch + i) * byteWidth(indices.element));
        index = std::min(std::max<int64_t>(index < 0 ? index + extent : index, 0), extent - 1);
        std::memcpy(out, data.bytes.data() + ((b * middle + m) * extent + index) * inner, inner);
      }
  return result;
}

Result iota(int64_t dim, Type element, Ints shape) {
  HostTensor result = allocate(element, shape);
  int64_t outer = countOf(shape.take_front(dim)), inner = countOf(shape.drop_front(dim + 1));
  unsigned width = byteWidth(element);
  char *out = result.bytes.data();
  for (int64_t i = 0; i < outer; ++i)
    for (int64_t j = 0; j < shape[dim]; ++j)
      for (int64_t k = 0; k < inner; ++k, out += width)
        storeDouble(element, double(j), out);
  return result;
}

} // namespace wasmind::graph::interpreter
