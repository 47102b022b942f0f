//===- Scattering.h - the attribute `reduction` of scattering operators -------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {

std::optional<ScatterKind> scatterKind(Node &node);

} // namespace wasmind::onnx
