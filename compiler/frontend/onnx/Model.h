//===- Model.h - the model file in memory -------------------------------------------------------------------------===//
//
// Owns the protobuf message, mapped external data and decoded tensors: every byte that constants may point into.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/BuiltinTypes.h"
#include "onnx/onnx_pb.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <deque>
#include <memory>
#include <vector>

namespace wasmind::onnx {

/// Elements of a tensor as the graph dialect wants them: little-endian, row-major, bool one byte.
struct TensorBytes {
  mlir::Type element;
  llvm::SmallVector<int64_t> shape;
  llvm::ArrayRef<char> bytes; ///< live as long as the Model
};

class Model {
public:
  /// Errors: not readable, larger than protobuf's 2 GiB, not a model.
  static llvm::Expected<std::shared_ptr<Model>> read(llvm::StringRef path);
  static llvm::Expected<std::shared_ptr<Model>> parse(llvm::StringRef bytes, llvm::StringRef name,
                                                      llvm::StringRef directory, bool isText);

  const ::onnx::ModelProto &proto() const { return message; }
  llvm::StringRef name() const { return fileName; }
  /// Paths of all files that tensors of the model lie in, used or not.
  std::vector<std::string> dataFiles() const;

  /// The elements of a sparse tensor, with its zeros.
  llvm::Expected<TensorBytes> tensor(const ::onnx::SparseTensorProto &tensor, mlir::MLIRContext *context);
  /// The elements of a tensor of the model or of a node that it keeps, wherever the message has them; decoded ones stay
  /// with the model.
  llvm::Expected<TensorBytes> tensor(const ::onnx::TensorProto &tensor, mlir::MLIRContext *context);
  /// Keeps bytes alive as long as the model.
  llvm::ArrayRef<char> keep(std::vector<char> bytes);
  /// Keeps a node alive as long as the model; null when what is kept becomes too much.
  const ::onnx::NodeProto *keep(::onnx::NodeProto node);

private:
  /// Bytes of an external file of the model's folder: nothing outside of it, also not through links, but for the folder
  /// into which the model's own file is linked.
  llvm::Expected<llvm::ArrayRef<char>> externalData(const ::onnx::TensorProto &tensor, uint64_t byteLength);

  ::onnx::ModelProto message;
  std::string fileName, directory; ///< as given
  std::string linkedDirectory;     ///< where the file is in truth, behind symbolic links
  llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> externalFiles;
  std::deque<std::vector<char>> kept;
  llvm::DenseMap<const ::onnx::TensorProto *, llvm::ArrayRef<char>> decoded, truths; ///< of those not raw, of bools
  uint64_t denseBytes = 0;                                                           ///< of sparse tensors
  std::deque<::onnx::NodeProto> keptNodes;
  size_t keptNodeBytes = 0;
};

/// "FLOAT16" for 10; "type 77" for a number that is no type.
std::string dataTypeName(int64_t dataType);
/// The graph element type of a TensorProto.DataType, null for types the dialect does not have.
mlir::Type elementTypeOf(int64_t dataType, mlir::MLIRContext *context);
/// The TensorProto.DataType of a graph element type.
int64_t dataTypeOf(mlir::Type element);

} // namespace wasmind::onnx
