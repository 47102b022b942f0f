//===- Tensor.h - views of inputs and outputs against their entry of the signature --------------------------------===//
#pragma once
#include "runtime/host/src/Signature.h"
#include <span>

namespace wasmind::host {

/// Checks extents of an input against its entry: rank, fixed extents, bounds of dims.
///
/// Throws `InvalidArgument`; the text names input, axis, dim and bound.
void checkShape(const Signature &signature, const abi::Tensor &entry, std::span<const int64_t> shape);

/// Checks a tensor that is to become an input: the above, and dtype, byte length and data.
void checkTensor(const Signature &signature, const abi::Tensor &entry, const wasmind_tensor &tensor);

/// The shape of an entry in words: "[batch, 3, 224]".
std::string describeShape(const abi::Tensor &entry);

} // namespace wasmind::host
