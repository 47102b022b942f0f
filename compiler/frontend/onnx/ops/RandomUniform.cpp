#include "compiler/frontend/onnx/Random.h"

// Numbers in [low, high), of a given shape.
WASMIND_ONNX_OPERATOR(RandomUniform) { return drawUniform(node, /*isLike=*/false); }
