//===- Schema.h - the messages of a .mindir file ------------------------------------------------------------------===//
//
// A MindIR file is one `mind_ir.ModelProto` (mindspore/core/proto/mind_ir.proto, unchanged from 2.6 to 2.10 and only
// extended before). The structs below hold what an inference graph can contain; names follow the schema. All StringRefs
// are views into the file.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <vector>

namespace wasmind::mindir {

/// TensorProto.DataType.
enum class DataType : int32_t {
  Undefined = 0,
  Float32 = 1,
  UInt8 = 2,
  Int8 = 3,
  UInt16 = 4,
  Int16 = 5,
  Int32 = 6,
  Int64 = 7,
  String = 8,
  Bool = 9,
  Float16 = 10,
  Double = 11,
  UInt32 = 12,
  UInt64 = 13,
  Complex64 = 14,
  Complex128 = 15,
  BFloat16 = 16,
  Float64 = 17,
  QInt4x2 = 18
};

/// AttributeProto.AttributeType, as far as inference graphs use it.
enum class AttributeType : int32_t {
  Undefined = 0,
  Float = 1,
  UInt8 = 2,
  Int8 = 3,
  UInt16 = 4,
  Int16 = 5,
  Int32 = 6,
  Int64 = 7,
  String = 8,
  Bool = 9,
  Float16 = 10,
  Double = 11,
  UInt32 = 12,
  UInt64 = 13,
  BFloat16 = 16,
  Tensor = 17,
  Graph = 18,
  Tensors = 19,
  Tuple = 20,
  List = 21,
  Dict = 22,
  UMonad = 23,
  IOMonad = 24,
  None = 25,
  PrimitiveClosure = 26,
  FuncGraphClosure = 27,
  PartialClosure = 28,
  UnionFuncClosure = 29,
  ClassType = 33,
  TypeNull = 36,
  Scalar = 39
};

struct ExternalData {
  llvm::StringRef location; ///< relative to the model's folder
  int64_t offset = 0, length = 0;
};

/// A tensor, or its type alone. A dimension of -1 is known at run time; the dimensions [-2] say "any rank".
struct TensorProto {
  llvm::SmallVector<int64_t, 4> dims;
  DataType dataType = DataType::Undefined;
  llvm::StringRef name, refKey;
  llvm::StringRef rawData;
  std::optional<ExternalData> external;
  int64_t compression = 0;
  bool hasTypedData = false; ///< float_data and its kind, which no known exporter writes
};

struct AttributeProto {
  llvm::StringRef name;
  llvm::StringRef refName; ///< ref_attr_name: how files before 2.0 say what the attribute is
  AttributeType type = AttributeType::Undefined;
  float f = 0;
  double d = 0;
  int64_t i = 0;
  llvm::StringRef s;
  std::vector<float> floats;
  std::vector<double> doubles;
  std::vector<int64_t> ints;
  std::vector<llvm::StringRef> strings;
  std::vector<TensorProto> tensors;
  std::vector<AttributeProto> values; ///< elements of a tuple, list or dictionary
};

struct NodeProto {
  std::vector<llvm::StringRef> inputs, outputs;
  llvm::StringRef name, opType;
  llvm::StringRef scope; ///< `domain`: the full scope name, as "Default/conv1-Conv2d/Conv2D-op1"
  std::vector<AttributeProto> attributes;
};

struct ValueInfoProto {
  llvm::StringRef name, denotation;
  std::vector<TensorProto> tensors;
  std::optional<AttributeProto> info; ///< what is not a tensor: tuples, monads, ...
};

struct GraphProto {
  llvm::StringRef name;
  std::vector<NodeProto> nodes;
  std::vector<TensorProto> parameters; ///< the weights
  std::vector<ValueInfoProto> inputs, outputs;
};

struct PrimitiveProto {
  llvm::StringRef name, opType;
  std::vector<AttributeProto> attributes;
};

struct ModelProto {
  llvm::StringRef irVersion, producerName, modelVersion;
  bool littleEndian = true;
  bool hasParallelLayouts = false;
  std::optional<GraphProto> graph;
  std::vector<GraphProto> functions;
  std::vector<PrimitiveProto> primitives;
};

/// Reads a model from the bytes of a file, which must outlive it. Fails, with a text that says what to do, when the
/// bytes are not a model: encrypted, of another format, cut off or otherwise malformed.
llvm::Expected<ModelProto> parseModel(llvm::StringRef bytes);

} // namespace wasmind::mindir
