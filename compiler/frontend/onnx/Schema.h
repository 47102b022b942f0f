//===- Schema.h - the ONNX library behind functions that do not throw ---------------------------------------------===//
//
// The library reports errors by exceptions, the rest of the compiler is built without them: Schema.cpp alone is
// compiled with exceptions and alone calls the library (other files use its protobuf messages).
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "onnx/onnx_pb.h"
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasmind::onnx {

/// Parses ONNX's text format; the error, or "".
std::string parseText(std::string_view text, ::onnx::ModelProto &model);

/// The highest version of a domain that this library knows, 0 for an unknown domain.
int64_t newestOpset(const std::string &domain);

/// What is wrong with the node as an instance of its operator's schema, or "". Operators without a schema in that
/// version give an error.
std::string verifyNode(const ::onnx::NodeProto &node, int64_t opset);

/// What of inputs and outputs an operator's schema lets be.
enum class Form { Tensor, Sequence, Optional };
/// What input i of the node must hold ("bool", "float or integer") when a tensor of element type `given`, in the words
/// of the schema ("float16"), is of another kind, or "".
std::string kindsTaken(const ::onnx::NodeProto &node, int64_t opset, int i, std::string_view given);
/// Whether input i of the node may be of this form; a node without a schema takes any.
bool takesForm(const ::onnx::NodeProto &node, int64_t opset, int i, Form form);

/// The body of an operator that the specification defines by other operators, for these input types (unset where not
/// known); none when there is no body or (then `error` is set) it cannot be built.
std::optional<::onnx::FunctionProto> functionBody(const ::onnx::NodeProto &node, int64_t opset,
                                                  const std::vector<::onnx::TypeProto> &inputTypes, std::string &error);

/// For each output of the node, an input that its operator gives the same element type, or -1.
std::vector<int> inputsOfSameType(const ::onnx::NodeProto &node, int64_t opset);

/// The TensorProto.DataType of each output that the operator's schema infers from the types of the inputs (unset where
/// not known); 0 where it infers none.
std::vector<int64_t> outputTypes(const ::onnx::NodeProto &node, int64_t opset,
                                 const std::vector<::onnx::TypeProto> &inputTypes);

/// Fills attributes that the node leaves out and that have a default in the schema; function bodies refer to them.
void addDefaultAttributes(::onnx::NodeProto &node, int64_t opset);

} // namespace wasmind::onnx
