//===- Tensor.cpp - views of inputs and outputs against their entry of the signature ------------------------------===//
#include "runtime/host/src/Tensor.h"
#include "runtime/host/src/Failure.h"
#include <algorithm>

namespace wasmind::host {
namespace {

[[noreturn]] void fail(const abi::Tensor &entry, const std::string &reason) {
  throw Failure(WASMIND_INVALID_ARGUMENT, "input '" + entry.name + "': " + reason);
}

/// How to compile so that a dim may be `extent`; empty for what no dim can be.
std::string allowing(const abi::Dim &dim, int64_t extent) {
  if (extent < 0 || uint64_t(extent) > abi::maxExtent)
    return "";
  return "; compile with --dim " + dim.name + "=" + std::to_string(std::min(dim.min, extent)) + ".." +
         std::to_string(std::max(dim.max, extent)) + " to allow it";
}

} // namespace

std::string describeShape(const abi::Tensor &entry) {
  std::string text = "[";
  for (const abi::Extent &extent : entry.shape) {
    if (text.size() > 1)
      text += ", ";
    text += extent.isNamed() ? extent.dim : std::to_string(extent.value);
  }
  return text + "]";
}

// The texts are those of runtime/web.
void checkShape(const Signature &signature, const abi::Tensor &entry, std::span<const int64_t> shape) {
  if (shape.size() != entry.shape.size())
    fail(entry, "rank " + std::to_string(shape.size()) + ", shape " + describeShape(entry) + " has rank " +
                    std::to_string(entry.shape.size()));
  const std::vector<int32_t> &dims = signature.dimsOf(entry);
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    const int64_t extent = shape[axis];
    const std::string place = "axis " + std::to_string(axis) + " is " + std::to_string(extent);
    if (dims[axis] < 0) {
      if (extent != entry.shape[axis].value)
        fail(entry, place + ", the model needs " + std::to_string(entry.shape[axis].value));
      continue;
    }
    const abi::Dim &dim = signature.contract().dims[size_t(dims[axis])];
    if (extent < dim.min || extent > dim.max)
      fail(entry, place + ", outside " + std::to_string(dim.min) + ".." + std::to_string(dim.max) + " of '" + dim.name +
                      "'" + allowing(dim, extent));
    if (extent % dim.multipleOf != 0)
      fail(entry, place + ", no multiple of " + std::to_string(dim.multipleOf) + ", as '" + dim.name + "' must be");
  }
}

void checkTensor(const Signature &signature, const abi::Tensor &entry, const wasmind_tensor &tensor) {
  if (tensor.dtype != wasmind_dtype(entry.dtype)) {
    const char *given = wasmind_dtype_name(tensor.dtype);
    fail(entry, std::string("element type ") + (given ? given : "of unknown code") + ", the model needs " +
                    std::string(abi::nameOf(entry.dtype)));
  }
  if (tensor.rank != 0 && !tensor.shape)
    fail(entry, "its shape is NULL");
  checkShape(signature, entry, {tensor.shape, tensor.rank});
  std::optional<uint64_t> expected = abi::actualByteLength(entry.dtype, {tensor.shape, tensor.shape + tensor.rank});
  if (!expected || *expected != tensor.byte_length)
    fail(entry, std::to_string(tensor.byte_length) + " bytes where its shape needs " +
                    (expected ? std::to_string(*expected) : std::string("more than 2^64")));
  if (tensor.byte_length != 0 && !tensor.data)
    fail(entry, "its data is NULL");
}

} // namespace wasmind::host
