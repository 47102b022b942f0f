#include "compiler/frontend/onnx/Random.h"

// Numbers in [low, high), of the shape of the input.
WASMIND_ONNX_OPERATOR(RandomUniformLike) { return drawUniform(node, /*isLike=*/true); }
