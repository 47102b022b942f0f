#include "compiler/frontend/onnx/Model.h"
#include "abi/ForeignFile.h"
#include "compiler/frontend/onnx/Schema.h"
#include "compiler/graph/Constants.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>

namespace wasmind::onnx {
namespace {

using Proto = ::onnx::TensorProto;
constexpr uint64_t messageLimit = uint64_t(1) << 31;

llvm::Error fault(const llvm::Twine &text) { return llvm::createStringError(llvm::inconvertibleErrorCode(), text); }

// Elements kept in a typed field, one message element per tensor element.
template <typename To, typename Field> std::vector<char> narrow(const Field &field) {
  std::vector<char> bytes(field.size() * sizeof(To));
  for (int i = 0; i < field.size(); ++i) {
    const To value = static_cast<To>(field[i]);
    std::memcpy(bytes.data() + i * sizeof(To), &value, sizeof(To));
  }
  return bytes;
}

std::vector<char> typedField(const Proto &tensor) {
  switch (tensor.data_type()) {
  case Proto::FLOAT:
    return narrow<float>(tensor.float_data());
  case Proto::DOUBLE:
    return narrow<double>(tensor.double_data());
  case Proto::INT64:
    return narrow<int64_t>(tensor.int64_data());
  case Proto::UINT64:
    return narrow<uint64_t>(tensor.uint64_data());
  case Proto::UINT32:
    return narrow<uint32_t>(tensor.uint64_data());
  case Proto::INT32:
    return narrow<int32_t>(tensor.int32_data());
  case Proto::INT16:
  case Proto::UINT16:
  case Proto::FLOAT16:
  case Proto::BFLOAT16:
    return narrow<uint16_t>(tensor.int32_data());
  default:
    return narrow<uint8_t>(tensor.int32_data());
  }
}

/// What the bytes are instead of a model; one that starts well is damaged.
std::string whatElse(llvm::StringRef bytes) {
  const abi::ForeignFile file = abi::recognise({reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()});
  return file.description.empty() || llvm::StringRef(file.description).starts_with("an ONNX")
             ? " (the file is damaged, cut short or of another format)"
             : ": it is " + file.description;
}

using Visit = llvm::function_ref<void(const Proto &)>;

void forEachTensor(const ::onnx::SparseTensorProto &tensor, Visit visit) {
  visit(tensor.values());
  visit(tensor.indices());
}

void forEachTensor(const ::onnx::GraphProto &graph, Visit visit);

void forEachTensor(const ::onnx::NodeProto &node, Visit visit) {
  for (const ::onnx::AttributeProto &attribute : node.attribute()) {
    visit(attribute.t());
    llvm::for_each(attribute.tensors(), visit);
    forEachTensor(attribute.sparse_tensor(), visit);
    for (const auto &tensor : attribute.sparse_tensors())
      forEachTensor(tensor, visit);
    if (attribute.has_g())
      forEachTensor(attribute.g(), visit);
    for (const auto &graph : attribute.graphs())
      forEachTensor(graph, visit);
  }
}

void forEachTensor(const ::onnx::GraphProto &graph, Visit visit) {
  llvm::for_each(graph.initializer(), visit);
  for (const auto &tensor : graph.sparse_initializer())
    forEachTensor(tensor, visit);
  for (const auto &node : graph.node())
    forEachTensor(node, visit);
}

/// All tensors of a model, wherever they stand.
void forEachTensor(const ::onnx::ModelProto &model, Visit visit) {
  forEachTensor(model.graph(), visit);
  for (const auto &function : model.functions())
    for (const auto &node : function.node())
      forEachTensor(node, visit);
  for (const auto &training : model.training_info()) {
    forEachTensor(training.initialization(), visit);
    forEachTensor(training.algorithm(), visit);
  }
}

} // namespace

std::string dataTypeName(int64_t dataType) {
  if (dataType >= 0 && dataType <= INT32_MAX && Proto::DataType_IsValid(static_cast<int>(dataType)))
    return Proto::DataType_Name(static_cast<Proto::DataType>(dataType));
  return "type " + std::to_string(dataType);
}

mlir::Type elementTypeOf(int64_t dataType, mlir::MLIRContext *context) {
  auto integer = [&](unsigned width, bool isUnsigned = false) {
    return mlir::IntegerType::get(context, width,
                                  isUnsigned ? mlir::IntegerType::Unsigned : mlir::IntegerType::Signless);
  };
  switch (dataType) {
  case Proto::FLOAT:
    return mlir::Float32Type::get(context);
  case Proto::DOUBLE:
    return mlir::Float64Type::get(context);
  case Proto::FLOAT16:
    return mlir::Float16Type::get(context);
  case Proto::BFLOAT16:
    return mlir::BFloat16Type::get(context);
  case Proto::BOOL:
    return integer(1);
  case Proto::INT8:
    return integer(8);
  case Proto::INT16:
    return integer(16);
  case Proto::INT32:
    return integer(32);
  case Proto::INT64:
    return integer(64);
  case Proto::UINT8:
    return integer(8, true);
  case Proto::UINT16:
    return integer(16, true);
  case Proto::UINT32:
    return integer(32, true);
  case Proto::UINT64:
    return integer(64, true);
  default:
    return {};
  }
}

int64_t dataTypeOf(mlir::Type element) {
  if (element.isF32())
    return Proto::FLOAT;
  if (element.isF64())
    return Proto::DOUBLE;
  if (element.isF16())
    return Proto::FLOAT16;
  if (element.isBF16())
    return Proto::BFLOAT16;
  const bool isUnsigned = element.isUnsignedInteger();
  switch (element.getIntOrFloatBitWidth()) {
  case 1:
    return Proto::BOOL;
  case 8:
    return isUnsigned ? Proto::UINT8 : Proto::INT8;
  case 16:
    return isUnsigned ? Proto::UINT16 : Proto::INT16;
  case 32:
    return isUnsigned ? Proto::UINT32 : Proto::INT32;
  default:
    return isUnsigned ? Proto::UINT64 : Proto::INT64;
  }
}

llvm::Expected<std::shared_ptr<Model>> Model::read(llvm::StringRef path) {
  const llvm::StringRef name = llvm::sys::path::filename(path);
  llvm::sys::fs::file_status status;
  if (std::error_code code = llvm::sys::fs::status(path, status))
    return fault(path + ": " + code.message());
  if (!llvm::sys::fs::is_regular_file(status))
    return fault(path + ": not a regular file");
  if (status.getSize() >= messageLimit)
    return fault(path + ": larger than 2 GiB, the limit of the format; store the weights as external data");
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fault(path + ": " + buffer.getError().message());
  llvm::StringRef directory = llvm::sys::path::parent_path(path);
  const bool isText = name.ends_with(".onnxtxt") || name.ends_with(".txt");
  auto model = parse((*buffer)->getBuffer(), name, directory.empty() ? "." : directory, isText);
  // A model that is a link into another folder has its data there, too: caches keep all files of a repository in one
  // folder and link to them under their names.
  llvm::SmallString<256> real;
  if (model && !llvm::sys::fs::real_path(path, real))
    (*model)->linkedDirectory = llvm::sys::path::parent_path(real).str();
  return model;
}

llvm::Expected<std::shared_ptr<Model>> Model::parse(llvm::StringRef bytes, llvm::StringRef name,
                                                    llvm::StringRef directory, bool isText) {
  auto model = std::make_shared<Model>();
  model->fileName = name.str();
  model->directory = directory.str();
  if (isText) {
    if (std::string error = parseText(bytes, model->message); !error.empty())
      return fault(name + ": not ONNX text: " + error);
    return model;
  }
  if (bytes.size() >= messageLimit)
    return fault(name + ": larger than 2 GiB, the limit of the format; store the weights as external data");
  google::protobuf::LogSilencer silence; // a broken file is our error, not a line on stderr
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetTotalBytesLimit(INT32_MAX);
  if (!model->message.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
    return fault(name + ": not an ONNX model" + whatElse(bytes));
  return model;
}

std::vector<std::string> Model::dataFiles() const {
  std::vector<std::string> files;
  forEachTensor(message, [&](const Proto &tensor) {
    if (tensor.data_location() != Proto::EXTERNAL)
      return;
    for (const auto &entry : tensor.external_data())
      if (entry.key() == "location") {
        llvm::SmallString<256> file(directory);
        llvm::sys::path::append(file, entry.value());
        files.push_back(file.str().str());
      }
  });
  llvm::sort(files);
  files.erase(llvm::unique(files), files.end());
  return files;
}

llvm::ArrayRef<char> Model::keep(std::vector<char> bytes) {
  kept.push_back(std::move(bytes));
  return kept.back();
}

const ::onnx::NodeProto *Model::keep(::onnx::NodeProto node) {
  constexpr size_t limit = size_t(512) << 20;
  keptNodeBytes += sizeof(node) + node.ByteSizeLong();
  return keptNodeBytes > limit ? nullptr : &keptNodes.emplace_back(std::move(node));
}

llvm::Expected<llvm::ArrayRef<char>> Model::externalData(const Proto &tensor, uint64_t byteLength) {
  namespace path = llvm::sys::path;
  std::string location;
  uint64_t offset = 0, length = byteLength;
  for (const auto &entry : tensor.external_data()) {
    llvm::StringRef value = entry.value();
    if (entry.key() == "location")
      location = entry.value();
    else if (entry.key() == "offset" && value.getAsInteger(10, offset))
      return fault("external data: offset '" + value + "' is not a number");
    else if (entry.key() == "length" && value.getAsInteger(10, length))
      return fault("external data: length '" + value + "' is not a number");
  }
  if (length != byteLength)
    return fault("external data: length is " + llvm::Twine(length) + " bytes, the shape needs " +
                 llvm::Twine(byteLength));
  if (location.empty())
    return fault("external data: no location");
  if (directory.empty())
    return fault("external data '" + location + "': the model was not read from a folder");
  bool escapes = path::is_absolute(location) || llvm::StringRef(location).contains('\0');
  for (auto part = path::begin(location), end = path::end(location); part != end; ++part)
    escapes |= *part == "..";
  llvm::SmallString<256> realFile;
  if (!escapes) {
    std::error_code code;
    for (const std::string &folder : {directory, linkedDirectory}) {
      llvm::SmallString<256> file(folder);
      path::append(file, location);
      if (!folder.empty() && !(code = llvm::sys::fs::real_path(file, realFile)))
        break;
    }
    if (code)
      return fault("external data '" + location + "': " + code.message());
    escapes = llvm::none_of(std::array{directory, linkedDirectory}, [&](const std::string &folder) {
      llvm::SmallString<256> root;
      if (folder.empty() || llvm::sys::fs::real_path(folder, root))
        return false;
      if (!root.ends_with("/"))
        root += '/';
      return realFile.starts_with(root);
    });
  }
  if (escapes)
    return fault("external data '" + location + "' lies outside the model's folder");
  auto &buffer = externalFiles[realFile];
  if (!buffer) {
    if (!llvm::sys::fs::is_regular_file(realFile))
      return fault("external data '" + location + "' is not a regular file");
    auto mapped = llvm::MemoryBuffer::getFile(realFile, /*IsText=*/false, /*RequiresNullTerminator=*/false);
    if (!mapped)
      return fault("external data '" + location + "': " + mapped.getError().message());
    buffer = std::move(*mapped);
  }
  if (offset > buffer->getBufferSize() || byteLength > buffer->getBufferSize() - offset)
    return fault("external data '" + location + "': bytes " + llvm::Twine(offset) + " to " +
                 llvm::Twine(offset + byteLength) + " lie beyond its end (" + llvm::Twine(buffer->getBufferSize()) +
                 ")");
  return llvm::ArrayRef<char>(buffer->getBufferStart() + offset, byteLength);
}

llvm::Expected<TensorBytes> Model::tensor(const Proto &tensor, mlir::MLIRContext *context) {
  TensorBytes result;
  result.element = elementTypeOf(tensor.data_type(), context);
  if (!result.element)
    return fault("element type " + dataTypeName(tensor.data_type()) + " is not supported");
  if (tensor.has_segment())
    return fault("tensors in segments are not supported");
  const uint64_t width = graph::byteWidth(result.element);
  uint64_t count = 1;
  for (int64_t extent : tensor.dims()) {
    if (extent < 0 || (extent > 0 && count > (uint64_t(1) << 40) / extent))
      return fault("a shape of extent " + llvm::Twine(extent) + " is not possible");
    count *= extent;
    result.shape.push_back(extent);
  }
  const uint64_t byteLength = count * width;
  if (tensor.data_location() == Proto::EXTERNAL) {
    auto bytes = externalData(tensor, byteLength);
    if (!bytes)
      return bytes.takeError();
    result.bytes = *bytes;
  } else if (tensor.has_raw_data()) {
    result.bytes = llvm::ArrayRef<char>(tensor.raw_data().data(), tensor.raw_data().size());
  } else {
    auto [known, isNew] = decoded.try_emplace(&tensor);
    if (isNew)
      known->second = keep(typedField(tensor));
    result.bytes = known->second;
  }
  if (result.bytes.size() != byteLength)
    return fault("holds " + llvm::Twine(result.bytes.size()) + " bytes, its shape needs " + llvm::Twine(byteLength));
  if (result.element.isInteger(1) && llvm::any_of(result.bytes, [](char c) { return c != 0 && c != 1; })) {
    auto [known, isNew] = truths.try_emplace(&tensor);
    if (isNew) {
      std::vector<char> truth(result.bytes.begin(), result.bytes.end());
      for (char &c : truth)
        c = c != 0;
      known->second = keep(std::move(truth));
    }
    result.bytes = known->second;
  }
  return result;
}

llvm::Expected<TensorBytes> Model::tensor(const ::onnx::SparseTensorProto &sparse, mlir::MLIRContext *context) {
  auto values = tensor(sparse.values(), context), indices = tensor(sparse.indices(), context);
  if (!values || !indices)
    return llvm::joinErrors(values.takeError(), indices.takeError());
  constexpr uint64_t denseLimit = uint64_t(1) << 29; // of all together: small files hold many large ones
  TensorBytes dense;
  dense.element = values->element;
  const uint64_t width = graph::byteWidth(dense.element);
  uint64_t count = 1;
  for (int64_t extent : sparse.dims()) {
    if (extent < 0 || (extent > 0 && count > denseLimit / width / extent))
      return fault("a sparse tensor with an extent of " + llvm::Twine(extent) +
                   " is more than 512 MiB when it is dense");
    count *= extent;
    dense.shape.push_back(extent);
  }
  // Positions in the flattened tensor [entries], or one index per dimension [entries, rank].
  const size_t rank = dense.shape.size(), entries = values->bytes.size() / width;
  const bool isFlat = indices->shape.size() == 1;
  if (values->shape.size() != 1 || !indices->element.isInteger(64) || indices->shape.empty() ||
      indices->shape[0] != int64_t(entries) ||
      !(isFlat || (indices->shape.size() == 2 && indices->shape[1] == int64_t(rank))))
    return fault("the indices of a sparse tensor do not fit its values and shape");
  denseBytes += count * width;
  if (denseBytes > denseLimit)
    return fault("the sparse tensors of the model are more than 512 MiB when they are dense");
  std::vector<char> bytes(count * width);
  const char *next = indices->bytes.data();
  auto readIndex = [&] {
    int64_t index;
    std::memcpy(&index, next, sizeof index);
    next += sizeof index;
    return index;
  };
  for (size_t entry = 0; entry < entries; ++entry) {
    uint64_t at = 0;
    bool isInside = true;
    if (isFlat) {
      at = uint64_t(readIndex());
    } else {
      for (int64_t extent : dense.shape) {
        const int64_t index = readIndex();
        isInside &= index >= 0 && index < extent;
        at = at * uint64_t(extent) + uint64_t(index);
      }
    }
    if (!isInside || at >= count)
      return fault("an index of a sparse tensor lies outside its shape");
    std::memcpy(bytes.data() + at * width, values->bytes.data() + entry * width, width);
  }
  dense.bytes = keep(std::move(bytes));
  return dense;
}

} // namespace wasmind::onnx
