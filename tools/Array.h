//===- Array.h - arrays as numpy's .npy files hold them -----------------------------------------------------------===//
//
// Format: numpy.lib.format, versions 1.0, 2.0 and 3.0. Elements are little-endian; column-major files are turned.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "wasmind.hpp"
#include <map>
#include <span>
#include <string>
#include <vector>

namespace wasmind::tools {

/// Dense row-major elements that own their bytes.
struct Array {
  DType dtype = DType::F32;
  std::vector<int64_t> shape;
  std::vector<uint8_t> bytes;

  int64_t elementCount() const { return int64_t(bytes.size() / byteWidth(dtype)); }
  /// A view as the runtime takes it; lives as long as the array.
  Tensor view() { return Tensor(dtype, shape, bytes.data(), bytes.size()); }
  /// A copy of a view.
  static Array copyOf(const Tensor &tensor);
};

/// Arrays by name, as an .npz file holds them.
using ArrayMap = std::map<std::string, Array>;

/// "[1, 3, 224, 224]"
std::string describeShape(const std::vector<int64_t> &shape);

/// The array in the bytes of a .npy file. Throws Refusal with the reason alone; any bytes are allowed.
Array parseNpy(std::span<const uint8_t> npy);
/// The bytes of a .npy file, as numpy.save writes it.
std::vector<uint8_t> formatNpy(const Array &array);

/// Reads a .npy file. Throws Refusal that names the file.
Array readNpy(const std::string &path);

} // namespace wasmind::tools
