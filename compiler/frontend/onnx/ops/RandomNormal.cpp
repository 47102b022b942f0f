#include "compiler/frontend/onnx/Random.h"

// Normal numbers, of a given shape.
WASMIND_ONNX_OPERATOR(RandomNormal) { return drawNormal(node, /*isLike=*/false); }
