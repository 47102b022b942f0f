#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(OptionalGetElement) {
  Datum element = node.datum(0);
  if (element.isEmptyOptional())
    return node.fail("gets what an empty optional holds");
  return Data{element};
}
