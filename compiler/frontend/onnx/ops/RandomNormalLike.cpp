#include "compiler/frontend/onnx/Random.h"

// Normal numbers, of the shape of the input.
WASMIND_ONNX_OPERATOR(RandomNormalLike) { return drawNormal(node, /*isLike=*/true); }
