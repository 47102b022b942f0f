//===- Builder.h - writes small .mindir files for tests -----------------------------------------------------------===//
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace wasmind::mindir::test {

/// One protobuf message, field after field.
class Message {
public:
  Message &number(unsigned field, int64_t value);
  Message &text(unsigned field, const std::string &value);
  Message &add(unsigned field, const Message &message) { return text(field, message.bytes); }

  std::string bytes;

private:
  void varint(uint64_t value);
};

/// TensorProto.
Message tensor(int64_t dataType, const std::vector<int64_t> &dims, const std::string &raw = "");
/// ValueInfoProto of a tensor.
Message value(const std::string &name, const Message &type);
/// NodeProto with one result, named like the node.
Message node(const std::string &type, const std::string &name, const std::vector<std::string> &inputs,
             const std::vector<Message> &attributes = {});
/// AttributeProto of an integer.
Message integer(const std::string &name, int64_t value);
/// AttributeProto "value" of a Constant node: an integer; a tuple of integers; a tensor.
Message constantInteger(int64_t value);
Message constantTuple(const std::vector<int64_t> &values);
Message constantTensor(const Message &tensor);
/// GraphProto.
Message graph(const std::string &name, const std::vector<Message> &inputs, const std::vector<Message> &nodes,
              const std::string &result, const std::vector<Message> &parameters = {});
/// ModelProto.
Message model(const Message &graph, const std::vector<Message> &functions = {});

/// Little-endian elements.
std::string floats(const std::vector<float> &values);

} // namespace wasmind::mindir::test
