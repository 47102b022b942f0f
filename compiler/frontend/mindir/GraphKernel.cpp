//===- GraphKernel.cpp - JSON of a graph kernel to the messages of a model ----------------------------------------===//
//
// {"composite": true, "input_desc": [[tensor], ...], "output_desc": [tensor, ...], "op_desc": [
//    {"name": "Mul", "ptr_address": "Default/Mul-op0", "attr": [{"name", "data_type", "value"}, ...] or null,
//     "input_desc": [[tensor, ...], ...], "output_desc": [tensor]}, ...]}
//
// A tensor is {"tensor_name", "data_type", "shape", "format"}; one with a "value" is a constant.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/GraphKernel.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
namespace wasmind::mindir {

bool isGraphKernel(StringRef fileName) { return fileName.ends_with(".info"); }

namespace {

DataType dataTypeOf(StringRef name) {
  return StringSwitch<DataType>(name)
      .Case("bool", DataType::Bool)
      .Case("int8", DataType::Int8)
      .Case("int16", DataType::Int16)
      .Case("int32", DataType::Int32)
      .Case("int64", DataType::Int64)
      .Case("uint8", DataType::UInt8)
      .Case("uint16", DataType::UInt16)
      .Case("uint32", DataType::UInt32)
      .Case("uint64", DataType::UInt64)
      .Case("float16", DataType::Float16)
      .Case("bfloat16", DataType::BFloat16)
      .Case("float32", DataType::Float32)
      .Case("float64", DataType::Float64)
      .Default(DataType::Undefined);
}

/// The library's parser calls itself for what stands inside brackets, so their depth is counted before it sees them.
bool isNestedDeeply(StringRef text) {
  constexpr unsigned nestingLimit = 32;
  unsigned depth = 0;
  bool inString = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (inString && c == '\\')
      ++at;
    else if (c == '"')
      inString = !inString;
    else if (!inString && (c == '[' || c == '{') && ++depth > nestingLimit)
      return true;
    else if (!inString && (c == ']' || c == '}') && depth > 0)
      --depth;
  }
  return false;
}

/// Appends a number as an element of that type, little-endian; false where it is none.
bool appendElement(const json::Value &value, DataType type, SmallVectorImpl<char> &bytes) {
  auto append = [&](auto number) {
    char raw[sizeof(number)];
    support::endian::write(raw, number, endianness::little);
    bytes.append(raw, raw + sizeof(number));
    return true;
  };
  auto half = [&](const fltSemantics &semantics) {
    auto number = value.getAsNumber();
    if (!number)
      return false;
    bool losesInfo;
    APFloat rounded(*number);
    rounded.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
    return append(uint16_t(rounded.bitcastToAPInt().getZExtValue()));
  };
  auto integer = [&](auto zero) {
    using Integer = decltype(zero);
    if (auto number = value.getAsUINT64(); number && !value.getAsInteger() && sizeof(Integer) == 8)
      return append(Integer(*number));
    auto number = value.getAsInteger();
    return number && (sizeof(Integer) == 8 || *number == int64_t(Integer(*number))) && append(Integer(*number));
  };
  switch (type) {
  case DataType::Bool:
    if (auto flag = value.getAsBoolean())
      return append(uint8_t(*flag));
    return integer(uint8_t());
  case DataType::Int8:
    return integer(int8_t());
  case DataType::Int16:
    return integer(int16_t());
  case DataType::Int32:
    return integer(int32_t());
  case DataType::Int64:
    return integer(int64_t());
  case DataType::UInt8:
    return integer(uint8_t());
  case DataType::UInt16:
    return integer(uint16_t());
  case DataType::UInt32:
    return integer(uint32_t());
  case DataType::UInt64:
    return integer(uint64_t());
  case DataType::Float16:
    return half(APFloat::IEEEhalf());
  case DataType::BFloat16:
    return half(APFloat::BFloat());
  case DataType::Float32:
    return value.getAsNumber() && append(float(*value.getAsNumber()));
  case DataType::Float64:
    return value.getAsNumber() && append(*value.getAsNumber());
  default:
    return false;
  }
}

/// Reads one file. The first error is kept, readers give harmless values from then on.
class Reader {
public:
  explicit Reader(StringSaver &saver) : saver(saver) {}

  Expected<ModelProto> read(const json::Value &root) {
    const json::Object *file = root.getAsObject();
    const json::Array *operators = file ? file->getArray("op_desc") : nullptr;
    if (!operators || !file->getArray("input_desc") || !file->getArray("output_desc"))
      return createStringError("is not a graph kernel: it lacks op_desc, input_desc or output_desc; give an .info file "
                               "of MindSpore's akg_kernel_meta folder");
    graph.name = "kernel";
    for (const json::Value &entry : *file->getArray("input_desc"))
      for (const json::Object *input : tensorsOf(entry, "input_desc of the kernel"))
        addInput(*input);
    for (const json::Value &entry : *operators)
      addOperator(entry);
    for (const json::Value &entry : *file->getArray("output_desc"))
      for (const json::Object *output : tensorsOf(entry, "output_desc of the kernel")) {
        ValueInfoProto &info = graph.outputs.emplace_back();
        info.name = nameOf(*output, "output of the kernel");
        info.tensors.push_back(typeOf(*output, "output of the kernel"));
      }
    if (!error.empty())
      return createStringError(error);
    ModelProto model;
    model.producerName = "MindSpore graph kernel";
    model.graph = std::move(graph);
    return model;
  }

private:
  StringSaver &saver;
  GraphProto graph;
  std::string error;
  StringSet<> constants; ///< names that stand for them already

  void fail(const Twine &reason) {
    if (error.empty())
      error = reason.str();
  }

  /// [tensor, ...], or a tensor alone.
  SmallVector<const json::Object *> tensorsOf(const json::Value &entry, const Twine &where) {
    SmallVector<const json::Object *> tensors;
    if (const json::Object *one = entry.getAsObject())
      tensors.push_back(one);
    else if (const json::Array *list = entry.getAsArray())
      for (const json::Value &element : *list)
        if (const json::Object *one = element.getAsObject())
          tensors.push_back(one);
    if (tensors.empty())
      fail(where + " holds what is not a tensor");
    return tensors;
  }

  StringRef nameOf(const json::Object &tensor, const Twine &where) {
    auto name = tensor.getString("tensor_name");
    if (!name || name->empty())
      fail(where + ": a tensor has no tensor_name");
    return name ? saver.save(*name) : "";
  }

  TensorProto typeOf(const json::Object &tensor, const Twine &where) {
    TensorProto type;
    const StringRef name = tensor.getString("tensor_name").value_or("?");
    const StringRef format = tensor.getString("format").value_or("DefaultFormat");
    if (format != "DefaultFormat" && format != "NCHW" && format != "ND")
      fail(where + ": tensor '" + name + "' has the layout " + format +
           "; fuse for a CPU target, where tensors are laid out as they are read");
    type.dataType = dataTypeOf(tensor.getString("data_type").value_or(""));
    if (type.dataType == DataType::Undefined)
      fail(where + ": tensor '" + name + "' has the element type " + tensor.getString("data_type").value_or("(none)"));
    if (const json::Array *shape = tensor.getArray("shape"))
      for (const json::Value &extent : *shape) {
        auto number = extent.getAsInteger();
        if (!number)
          fail(where + ": tensor '" + name + "' has an extent that is not an integer");
        type.dims.push_back(number.value_or(0));
      }
    else
      fail(where + ": tensor '" + name + "' has no shape");
    return type;
  }

  void addInput(const json::Object &input) {
    ValueInfoProto &info = graph.inputs.emplace_back();
    info.name = nameOf(input, "input of the kernel");
    info.tensors.push_back(typeOf(input, "input of the kernel"));
  }

  NodeProto &addNode(StringRef type, StringRef scope, StringRef output) {
    NodeProto &node = graph.nodes.emplace_back();
    node.opType = type;
    node.scope = scope;
    node.name = output;
    node.outputs.push_back(output);
    return node;
  }

  void declare(NodeProto &node, TensorProto type) {
    AttributeProto &shape = node.attributes.emplace_back();
    shape.name = "shape";
    shape.type = AttributeType::Tensors;
    shape.tensors.push_back(std::move(type));
  }

  /// A node that stands for a value of the file.
  void addConstant(StringRef name, TensorProto tensor, ArrayRef<char> bytes) {
    tensor.rawData = saver.save(StringRef(bytes.data(), bytes.size()));
    tensor.name = name;
    AttributeProto &value = addNode("Constant", name, name).attributes.emplace_back();
    value.name = "value";
    value.type = AttributeType::Tensors;
    value.tensors.push_back(std::move(tensor));
  }

  void addIntegers(StringRef name, ArrayRef<int64_t> integers) {
    TensorProto tensor;
    tensor.dataType = DataType::Int64;
    tensor.dims.push_back(int64_t(integers.size()));
    SmallVector<char> bytes(integers.size() * sizeof(int64_t));
    for (auto [i, integer] : enumerate(integers))
      support::endian::write(bytes.data() + i * sizeof(int64_t), integer, endianness::little);
    addConstant(name, std::move(tensor), bytes);
  }

  /// The name of an operand: of a constant that is added, or of what was computed before.
  StringRef operandOf(const json::Object &tensor, StringRef where) {
    const StringRef name = nameOf(tensor, where);
    const json::Value *value = tensor.get("value");
    if (!value || !constants.insert(name).second)
      return name;
    TensorProto type = typeOf(tensor, where);
    SmallVector<char> bytes;
    uint64_t count = 1;
    for (int64_t extent : type.dims)
      count = SaturatingMultiply(count, uint64_t(std::max<int64_t>(extent, 0)));
    const json::Array *list = value->getAsArray();
    if (count > 0 && count != (list ? list->size() : 1)) {
      fail(where + ": constant '" + name + "' has " + Twine(list ? list->size() : 1) + " values for " + Twine(count) +
           " elements");
      return name;
    }
    for (uint64_t i = 0; i < count; ++i) // of none, the value is whatever lay there
      if (!appendElement(list ? (*list)[i] : *value, type.dataType, bytes)) {
        fail(where + ": constant '" + name + "' has a value that its element type does not hold");
        return name;
      }
    addConstant(name, std::move(type), bytes);
    return name;
  }

  /// True where the operators have a use for it.
  bool readAttribute(const json::Object &entry, AttributeProto &attribute) {
    const json::Value *value = entry.get("value");
    if (!value || !entry.getString("name"))
      return false;
    attribute.name = saver.save(*entry.getString("name"));
    auto readScalar = [&](const json::Value &from, AttributeProto &to) {
      if (auto flag = from.getAsBoolean()) {
        to.type = AttributeType::Bool;
        to.i = *flag;
      } else if (auto integer = from.getAsInteger(); integer && entry.getString("data_type") != "float") {
        to.type = AttributeType::Int64;
        to.i = *integer;
      } else if (auto number = from.getAsNumber()) {
        to.type = AttributeType::Double;
        to.d = *number;
      } else if (auto text = from.getAsString()) {
        to.type = AttributeType::String;
        to.s = saver.save(*text);
      } else {
        return false;
      }
      return true;
    };
    if (const json::Array *list = value->getAsArray()) {
      attribute.type = AttributeType::Tuple;
      return all_of(*list,
                    [&](const json::Value &element) { return readScalar(element, attribute.values.emplace_back()); });
    }
    if (auto text = value->getAsString(); text && dataTypeOf(*text) != DataType::Undefined) { // dst_type
      attribute.type = AttributeType::Tensors;
      attribute.tensors.emplace_back().dataType = dataTypeOf(*text);
      return true;
    }
    return readScalar(*value, attribute);
  }

  void addOperator(const json::Value &entry) {
    const json::Object *op = entry.getAsObject();
    const auto name = op ? op->getString("name") : std::nullopt;
    const json::Array *inputs = op ? op->getArray("input_desc") : nullptr;
    const json::Array *outputs = op ? op->getArray("output_desc") : nullptr;
    if (!name || !inputs || !outputs) {
      fail("op_desc holds an operator without name, input_desc or output_desc");
      return;
    }
    const StringRef primitive = saver.save(*name), scope = saver.save(op->getString("ptr_address").value_or(*name));
    const StringRef where = saver.save("node '" + scope + "' (" + primitive + ")");
    if (outputs->size() != 1 || !outputs->front().getAsObject()) {
      fail(where + ": has " + Twine(outputs->size()) + " outputs, operators of graph kernels have one");
      return;
    }
    std::vector<StringRef> operands;
    for (const json::Value &input : *inputs) {
      std::vector<StringRef> elements;
      for (const json::Object *tensor : tensorsOf(input, where))
        elements.push_back(operandOf(*tensor, where));
      if (elements.size() == 1) {
        operands.push_back(elements.front());
        continue;
      }
      operands.push_back(saver.save("tuple " + Twine(graph.nodes.size())));
      addNode("MakeTuple", scope, operands.back()).inputs = std::move(elements);
    }
    const json::Object &output = *outputs->front().getAsObject();
    const StringRef result = nameOf(output, where);
    const TensorProto type = typeOf(output, where);
    std::vector<AttributeProto> attributes;
    if (const json::Array *list = op->getArray("attr"))
      for (const json::Value &attribute : *list)
        if (AttributeProto read; attribute.getAsObject() && readAttribute(*attribute.getAsObject(), read))
          attributes.push_back(std::move(read));

    // The shape that Reshape is given may be one of no elements, and a reduction of all dimensions to rank 0 is written
    // as one to [1]: both are what the output says.
    const bool isReshape = primitive == "Reshape", isReduction = primitive.starts_with("Reduce");
    const bool takesShape = (isReshape || isReduction) && none_of(type.dims, [](int64_t dim) { return dim < 0; });
    if (takesShape && !operands.empty()) {
      StringRef shaped = operands.front();
      if (isReduction) {
        shaped = saver.save("reduced " + Twine(graph.nodes.size()));
        NodeProto &node = addNode(primitive, scope, shaped);
        node.inputs = std::move(operands);
        node.attributes = std::move(attributes);
      }
      const StringRef shape = saver.save("shape " + Twine(graph.nodes.size()));
      addIntegers(shape, type.dims);
      NodeProto &node = addNode("Reshape", scope, result);
      node.inputs = {shaped, shape};
      declare(node, type);
      return;
    }
    NodeProto &node = addNode(primitive, scope, result);
    node.inputs = std::move(operands);
    node.attributes = std::move(attributes);
    declare(node, type);
  }
};

} // namespace

Expected<ModelProto> parseGraphKernel(StringRef bytes, StringSaver &saver) {
  if (isNestedDeeply(bytes))
    return createStringError("is not a graph kernel: its brackets are nested too deep");
  auto root = json::parse(bytes);
  if (!root)
    return createStringError("is not a graph kernel: its JSON is broken, " + toString(root.takeError()));
  return Reader(saver).read(*root);
}

} // namespace wasmind::mindir
