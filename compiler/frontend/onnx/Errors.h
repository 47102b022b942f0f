//===- Errors.h - texts that several refusals of the importer share -----------------------------------------------===//
#pragma once
#include "compiler/graph/Dimensions.h"
#include <string>

namespace wasmind::onnx {

/// That a tensor is too large, and why; behind its name.
std::string sizeText(mlir::Type tensor, const graph::Dims &dims);

} // namespace wasmind::onnx
