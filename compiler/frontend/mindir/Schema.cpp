#include "compiler/frontend/mindir/Schema.h"
#include "abi/ForeignFile.h"
#include "compiler/frontend/mindir/Wire.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
namespace wasmind::mindir {
namespace {

/// Fills the structs of Schema.h; whatever is malformed ends in `file.error`.
class Parser {
public:
  explicit Parser(StringRef bytes) { file.bytes = bytes; }
  WireFile file;

  void read(ModelProto &model, StringRef bytes, unsigned depth);

private:
  void read(GraphProto &graph, StringRef bytes, unsigned depth);
  void read(NodeProto &node, StringRef bytes, unsigned depth);
  void read(PrimitiveProto &primitive, StringRef bytes, unsigned depth);
  void read(ValueInfoProto &value, StringRef bytes, unsigned depth);
  void read(TensorProto &tensor, StringRef bytes, unsigned depth);
  void read(ExternalData &external, StringRef bytes, unsigned depth);
  void read(AttributeProto &attribute, StringRef bytes, unsigned depth);

  template <typename T> void append(std::vector<T> &list, const Field &field, unsigned depth) {
    if (field.type == WireType::Bytes)
      read(list.emplace_back(), field.bytes, depth + 1);
  }
  template <typename T> void replace(std::optional<T> &message, const Field &field, unsigned depth) {
    if (field.type == WireType::Bytes)
      read(message.emplace(), field.bytes, depth + 1);
  }
  /// A name. Names travel into messages and signatures, which are UTF-8.
  StringRef text(const Field &field) {
    const auto *begin = reinterpret_cast<const UTF8 *>(field.bytes.begin());
    if (!isLegalUTF8String(&begin, reinterpret_cast<const UTF8 *>(field.bytes.end())))
      file.fail(field.bytes.data(), "a name is not UTF-8");
    return field.bytes;
  }
  template <typename Ints> void integers(Ints &list, const Field &field) {
    forEachNumber(file, field, WireType::Varint, [&](const Field &number) { list.push_back(number.asInteger()); });
  }
};

void Parser::read(ModelProto &model, StringRef bytes, unsigned depth) {
  Reader reader(file, bytes, depth);
  for (Field field; reader.next(field);) {
    switch (field.number) {
    case 1:
      model.irVersion = text(field);
      break;
    case 2:
      model.producerName = text(field);
      break;
    case 5:
      model.modelVersion = text(field);
      break;
    case 7:
      replace(model.graph, field, depth);
      break;
    case 8:
      append(model.functions, field, depth);
      break;
    case 10:
      model.littleEndian = field.value != 0;
      break;
    case 11:
      model.hasParallelLayouts = !field.bytes.empty();
      break;
    case 12:
      append(model.primitives, field, depth);
      break;
    default:
      break;
    }
  }
}

void Parser::read(GraphProto &graph, StringRef bytes, unsigned depth) {
  Reader reader(file, bytes, depth);
  for (Field field; reader.next(field);) {
    switch (field.number) {
    case 1:
      append(graph.nodes, field, depth);
      break;
    case 2:
      graph.name = text(field);
      break;
    case 3:
      append(graph.parameters, field, depth);
      break;
    case 5:
      append(graph.inputs, field, depth);
      break;
    case 6:
      append(graph.outputs, field, depth);
      break;
    default:
      break;
    }
  }
}

void Parser::read(NodeProto &node, StringRef bytes, unsigned depth) {
  Reader reader(file, bytes, depth);
  for (Field field; reader.next(field);) {
    switch (field.number) {
    case 1:
      node.inputs.push_back(text(field));
      break;
    case 2:
      node.outputs.push_back(text(field));
      break;
    case 3:
      node.name = text(field);
      break;
    case 4:
      node.opType = text(field);
      break;
    case 5:
      append(node.attributes, field, depth);
      break;
    case 7:
      node.scope = text(field);
      break;
    default:
      break;
    }
  }
}

void Parser::read(PrimitiveProto &primitive, StringRef bytes, unsigned depth) {
  Reader reader(file, bytes, depth);
  for (Field field; reader.next(field);) {
    switch (field.number) {
    case 1:
      primitive.name = text(field);
      break;
    case 2:
      primitive.opType = text(field);
      break;
    case 3:
      append(primitive.attributes, field, depth);
      break;
    default:
      break;
    }
  }
}

void Parser::read(ValueInfoProto &value, StringRef bytes, unsigned depth) {
  Reader reader(file, bytes, depth);
  for (Field field; reader.next(field);) {
    switch (field.number) {
    case 1:
      value.name = text(field);
      break;
    case 2:
      append(value.tensors, field, depth);
      break;
    case 4:
      value.denotation = text(field);
      break;
    case 5:
      replace(value.info, field, depth);
      break;
    default:
      break;
    }
  }
}

void Parser::read(TensorProto &tensor, StringRef bytes, unsigned depth) {
  Reader reader(file, bytes, depth);
  for (Field field; reader.next(field);) {
    switch (field.number) {
    case 1:
      integers(tensor.dims, field);
      break;
    case 2:
      tensor.dataType = static_cast<DataType>(static_cast<int32_t>(field.value));
      break;
    case 7:
      tensor.name = text(field);
      break;
    case 9:
      tensor.rawData = field.bytes;
      break;
    case 12:
      replace(tensor.external, field, depth);
      break;
    case 13:
      tensor.refKey = text(field);
      break;
    case 16:
      tensor.compression = field.asInteger();
      break;
    case 3:
    case 4:
    case 5:
    case 6:
    case 10:
    case 11:
      tensor.hasTypedData = true;
      break;
    default:
      break;
    }
  }
}

void Parser::read(ExternalData &external, StringRef bytes, unsigned depth) {
  Reader reader(file, bytes, depth);
  for (Field field; reader.next(field);) {
    switch (field.number) {
    case 1:
      external.location = text(field);
      break;
    case 2:
      external.offset = field.asInteger();
      break;
    case 3:
      external.length = field.asInteger();
      break;
    default:
      break;
    }
  }
}

void Parser::read(AttributeProto &attribute, StringRef bytes, unsigned depth) {
  Reader reader(file, bytes, depth);
  for (Field field; reader.next(field);) {
    switch (field.number) {
    case 1:
      attribute.name = text(field);
      break;
    case 2:
      attribute.f = field.asFloat();
      break;
    case 3:
      attribute.i = field.asInteger();
      break;
    case 4:
      attribute.d = field.asDouble();
      break;
    case 5:
      attribute.s = text(field);
      break;
    case 8:
      forEachNumber(file, field, WireType::Fixed32,
                    [&](const Field &number) { attribute.floats.push_back(number.asFloat()); });
      break;
    case 9:
      forEachNumber(file, field, WireType::Fixed64,
                    [&](const Field &number) { attribute.doubles.push_back(number.asDouble()); });
      break;
    case 10:
      integers(attribute.ints, field);
      break;
    case 11:
      attribute.strings.push_back(text(field));
      break;
    case 6:
    case 12:
      append(attribute.tensors, field, depth);
      break;
    case 15:
      attribute.refName = text(field);
      break;
    case 16:
      attribute.type = static_cast<AttributeType>(static_cast<int32_t>(field.value));
      break;
    case 17:
      append(attribute.values, field, depth);
      break;
    default:
      break;
    }
  }
}

/// The first four bytes of a file that MindSpore encrypted (AES-GCM, AES-CBC, SM4-CBC).
bool isEncrypted(StringRef bytes) {
  return bytes.size() >= 4 &&
         is_contained({0x7F3A5ED8u, 0x7F3A5ED9u, 0x7F3A5EDAu}, support::endian::read32le(bytes.data()));
}

Error malformed(const Twine &reason) { return createStringError(reason); }

} // namespace

Expected<ModelProto> parseModel(StringRef bytes) {
  if (isEncrypted(bytes))
    return malformed(
        "the file is encrypted; export it without enc_key, or load it with mindspore.load(file, dec_key=...) "
        "and export it again");
  Parser parser(bytes);
  ModelProto model;
  parser.read(model, bytes, 0);
  if (parser.file.failed()) {
    const abi::ForeignFile file = abi::recognise({reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()});
    if (!file.description.empty() && !StringRef(file.description).starts_with("a MindIR"))
      return malformed("not a MindIR file: it is " + file.description);
    return malformed("not a MindIR file, or damaged: " + parser.file.error);
  }
  if (!model.graph)
    return malformed(
        "not a MindIR file: it holds no graph; write it with mindspore.export(..., file_format=\"MINDIR\")");
  if (!model.littleEndian)
    return malformed("the weights are big-endian; export the model on a little-endian machine");
  return model;
}

} // namespace wasmind::mindir
