//===- ModelFiles.h - the bytes of a model: the .mindir file and its external weights -----------------------------===//
#pragma once
#include "compiler/frontend/mindir/Schema.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>

namespace wasmind::mindir {

/// Opens files lazily and keeps them mapped; `keepAlive` hands the mappings to whoever keeps pointers into them.
class ModelFiles {
public:
  static llvm::Expected<ModelFiles> open(llvm::StringRef path);
  /// A model in memory, copied; `folder` holds its external weights, "" = there must be none.
  static ModelFiles copy(llvm::StringRef bytes, llvm::StringRef name, llvm::StringRef folder);

  llvm::StringRef name() const { return fileName; } ///< last component of the path, for messages
  llvm::StringRef bytes() const { return model->getBuffer(); }
  std::vector<std::shared_ptr<void>> keepAlive() const;
  /// Paths of all files that tensors of the model lie in, used or not.
  std::vector<std::string> dataFiles(const ModelProto &model) const;

  /// The elements of a tensor, raw and little-endian, wherever they are. Fails when there are none, or when their
  /// number of bytes is not that of the dimensions; external files are only read inside the model's folder.
  llvm::Expected<llvm::ArrayRef<char>> elementsOf(const TensorProto &tensor);

private:
  llvm::Expected<llvm::StringRef> external(const ExternalData &data);

  std::string folder, fileName;
  std::shared_ptr<llvm::MemoryBuffer> model;
  llvm::StringMap<std::shared_ptr<llvm::MemoryBuffer>> externals;
};

/// The element type, or null for the types the graph dialect has not (strings, complex numbers, packed 4-bit integers).
mlir::Type elementTypeOf(mlir::MLIRContext *context, DataType type);
/// Null when the tensor has an unsupported element type, a negative dimension or more than 2^40 elements.
mlir::RankedTensorType staticTypeOf(mlir::MLIRContext *context, const TensorProto &tensor);
/// "float32", "int4 pairs", ... for messages.
llvm::StringRef nameOf(DataType type);

} // namespace wasmind::mindir
