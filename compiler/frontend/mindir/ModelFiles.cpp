#include "compiler/frontend/mindir/ModelFiles.h"
#include "compiler/graph/Constants.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
namespace wasmind::mindir {

static Expected<std::shared_ptr<MemoryBuffer>> map(StringRef path) {
  // A pipe or a device would make us wait, or never end.
  sys::fs::file_status status;
  if (std::error_code code = sys::fs::status(path, status))
    return createStringError(code, "cannot be read: " + code.message());
  if (!sys::fs::is_regular_file(status))
    return createStringError("is not a regular file");
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(buffer.getError(), "cannot be read: " + buffer.getError().message());
  return std::shared_ptr<MemoryBuffer>(std::move(*buffer));
}

Expected<ModelFiles> ModelFiles::open(StringRef path) {
  ModelFiles files;
  files.fileName = sys::path::filename(path).str();
  files.folder = sys::path::parent_path(path).str();
  if (files.folder.empty())
    files.folder = ".";
  if (sys::fs::is_directory(path))
    return createStringError("is a folder; give the .mindir file itself");
  auto buffer = map(path);
  if (!buffer)
    return buffer.takeError();
  files.model = *buffer;
  return files;
}

ModelFiles ModelFiles::copy(StringRef bytes, StringRef name, StringRef folder) {
  ModelFiles files;
  files.fileName = name.str();
  files.folder = folder.str();
  files.model = MemoryBuffer::getMemBufferCopy(bytes, name);
  return files;
}

std::vector<std::shared_ptr<void>> ModelFiles::keepAlive() const {
  std::vector<std::shared_ptr<void>> all{model};
  for (const auto &entry : externals)
    all.push_back(entry.second);
  return all;
}

static void forEachTensor(ArrayRef<AttributeProto> attributes, function_ref<void(const TensorProto &)> visit) {
  for (const AttributeProto &attribute : attributes) {
    for_each(attribute.tensors, visit);
    forEachTensor(attribute.values, visit);
  }
}

std::vector<std::string> ModelFiles::dataFiles(const ModelProto &model) const {
  std::vector<std::string> paths;
  auto add = [&](const TensorProto &tensor) {
    if (!tensor.external)
      return;
    SmallString<256> path(folder);
    sys::path::append(path, tensor.external->location);
    paths.push_back(path.str().str());
  };
  auto addGraph = [&](const GraphProto &graph) {
    for_each(graph.parameters, add);
    for (const NodeProto &node : graph.nodes)
      forEachTensor(node.attributes, add);
  };
  if (model.graph)
    addGraph(*model.graph);
  for_each(model.functions, addGraph);
  for (const PrimitiveProto &primitive : model.primitives)
    forEachTensor(primitive.attributes, add);
  sort(paths);
  paths.erase(unique(paths), paths.end());
  return paths;
}

Expected<StringRef> ModelFiles::external(const ExternalData &data) {
  auto found = externals.find(data.location);
  if (found == externals.end()) {
    // A weights file stands beside its model. Anything else is a damaged or hostile model reaching for other files.
    if (folder.empty())
      return createStringError("the weights file '" + data.location +
                               "' cannot be found: the model was given as bytes");
    bool outside = data.location.empty() || data.location.contains('\0') || sys::path::is_absolute(data.location);
    for (auto part = sys::path::begin(data.location), end = sys::path::end(data.location); part != end; ++part)
      outside |= *part == "..";
    SmallString<256> path(folder), realFolder, realPath;
    sys::path::append(path, data.location);
    if (!outside && !sys::fs::real_path(folder, realFolder) && !sys::fs::real_path(path, realPath)) {
      StringRef below = realPath;
      outside = realFolder != "/" && (!below.consume_front(realFolder) || !below.starts_with("/"));
    }
    if (outside)
      return createStringError("the weights file '" + data.location + "' lies outside the model's folder");
    auto buffer = map(path);
    if (!buffer)
      return createStringError("the weights file '" + data.location + "' " + toString(buffer.takeError()) +
                               "; keep it beside the .mindir file");
    found = externals.try_emplace(data.location, *buffer).first;
    if (found->second->getBuffer().starts_with(StringRef("\0", 1)))
      return createStringError("the weights file '" + data.location + "' is big-endian");
  }
  StringRef bytes = found->second->getBuffer();
  if (data.offset < 0 || data.length < 0 || static_cast<uint64_t>(data.offset) > bytes.size() ||
      static_cast<uint64_t>(data.length) > bytes.size() - static_cast<uint64_t>(data.offset))
    return createStringError("the weights file '" + data.location + "' is too short: " + Twine(bytes.size()) +
                             " bytes, but a weight takes " + Twine(data.length) + " from byte " + Twine(data.offset));
  return bytes.substr(data.offset, data.length);
}

Expected<ArrayRef<char>> ModelFiles::elementsOf(const TensorProto &tensor) {
  if (tensor.compression != 0)
    return createStringError("its data is compressed (type " + Twine(tensor.compression) +
                             "); export the model without weight compression");
  if (tensor.hasTypedData)
    return createStringError("its data is not raw bytes");
  // The width of one element, 0 for types that have none here.
  uint64_t width = 0;
  switch (tensor.dataType) {
  case DataType::UInt8:
  case DataType::Int8:
  case DataType::Bool:
    width = 1;
    break;
  case DataType::UInt16:
  case DataType::Int16:
  case DataType::Float16:
  case DataType::BFloat16:
    width = 2;
    break;
  case DataType::Float32:
  case DataType::Int32:
  case DataType::UInt32:
    width = 4;
    break;
  case DataType::Int64:
  case DataType::UInt64:
  case DataType::Double:
  case DataType::Float64:
    width = 8;
    break;
  default:
    return createStringError("its element type is " + nameOf(tensor.dataType));
  }
  uint64_t expected = width;
  for (int64_t dim : tensor.dims)
    if (dim < 0 || __builtin_mul_overflow(expected, static_cast<uint64_t>(dim), &expected))
      return createStringError("its dimensions are out of range");
  StringRef bytes = tensor.rawData;
  if (tensor.external) {
    auto data = external(*tensor.external);
    if (!data)
      return data.takeError();
    bytes = *data;
  } else if (bytes.empty() && expected != 0) {
    return createStringError("it has no data; export the model with its weights");
  }
  if (bytes.size() != expected)
    return createStringError("it has " + Twine(bytes.size()) + " bytes of data, its dimensions need " +
                             Twine(expected));
  return ArrayRef<char>(bytes.data(), bytes.size());
}

mlir::Type elementTypeOf(mlir::MLIRContext *context, DataType type) {
  mlir::Builder b(context);
  auto unsignedType = [&](unsigned width) {
    return mlir::IntegerType::get(context, width, mlir::IntegerType::Unsigned);
  };
  switch (type) {
  case DataType::Float32:
    return b.getF32Type();
  case DataType::Double:
  case DataType::Float64:
    return b.getF64Type();
  case DataType::Float16:
    return b.getF16Type();
  case DataType::BFloat16:
    return b.getBF16Type();
  case DataType::Bool:
    return b.getI1Type();
  case DataType::Int8:
    return b.getI8Type();
  case DataType::Int16:
    return b.getI16Type();
  case DataType::Int32:
    return b.getI32Type();
  case DataType::Int64:
    return b.getI64Type();
  case DataType::UInt8:
    return unsignedType(8);
  case DataType::UInt16:
    return unsignedType(16);
  case DataType::UInt32:
    return unsignedType(32);
  case DataType::UInt64:
    return unsignedType(64);
  default:
    return {};
  }
}

mlir::RankedTensorType staticTypeOf(mlir::MLIRContext *context, const TensorProto &tensor) {
  mlir::Type element = elementTypeOf(context, tensor.dataType);
  uint64_t count = 1;
  for (int64_t dim : tensor.dims)
    if (dim < 0 || __builtin_mul_overflow(count, static_cast<uint64_t>(dim), &count))
      return {};
  if (!element || count > (uint64_t(1) << 40))
    return {};
  return graph::makeTensorType(context, tensor.dims, element);
}

StringRef nameOf(DataType type) {
  switch (type) {
  case DataType::Undefined:
    return "undefined";
  case DataType::Float32:
    return "float32";
  case DataType::UInt8:
    return "uint8";
  case DataType::Int8:
    return "int8";
  case DataType::UInt16:
    return "uint16";
  case DataType::Int16:
    return "int16";
  case DataType::Int32:
    return "int32";
  case DataType::Int64:
    return "int64";
  case DataType::String:
    return "string, which has no tensor form; encode the text outside the model";
  case DataType::Bool:
    return "bool";
  case DataType::Float16:
    return "float16";
  case DataType::Double:
  case DataType::Float64:
    return "float64";
  case DataType::UInt32:
    return "uint32";
  case DataType::UInt64:
    return "uint64";
  case DataType::Complex64:
    return "complex64, which is not supported; compute on real and imaginary parts";
  case DataType::Complex128:
    return "complex128, which is not supported; compute on real and imaginary parts";
  case DataType::BFloat16:
    return "bfloat16";
  case DataType::QInt4x2:
    return "packed int4, which is not supported; export the float model";
  }
  return "unknown";
}

} // namespace wasmind::mindir
