#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(SequenceEmpty) {
  auto element = node.elementType(node.integer("dtype", /*float*/ 1));
  return element ? Results(Sequence{{}, *element}) : Failure();
}
