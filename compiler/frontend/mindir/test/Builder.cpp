#include "compiler/frontend/mindir/test/Builder.h"

namespace wasmind::mindir::test {

void Message::varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    bytes += static_cast<char>((value & 0x7f) | 0x80);
  bytes += static_cast<char>(value);
}

Message &Message::number(unsigned field, int64_t value) {
  varint(uint64_t(field) << 3);
  varint(static_cast<uint64_t>(value));
  return *this;
}

Message &Message::text(unsigned field, const std::string &value) {
  varint(uint64_t(field) << 3 | 2);
  varint(value.size());
  bytes += value;
  return *this;
}

Message tensor(int64_t dataType, const std::vector<int64_t> &dims, const std::string &raw) {
  Message result;
  for (int64_t dim : dims)
    result.number(1, dim);
  result.number(2, dataType);
  if (!raw.empty())
    result.text(9, raw);
  return result;
}

Message value(const std::string &name, const Message &type) { return Message().text(1, name).add(2, type); }

Message node(const std::string &type, const std::string &name, const std::vector<std::string> &inputs,
             const std::vector<Message> &attributes) {
  Message result;
  for (const std::string &input : inputs)
    result.text(1, input);
  result.text(2, name).text(3, name).text(4, type).text(7, "Default/" + name);
  for (const Message &attribute : attributes)
    result.add(5, attribute);
  return result;
}

Message integer(const std::string &name, int64_t value) {
  return Message().text(1, name).number(3, value).number(16, 7);
}

Message constantInteger(int64_t value) { return integer("value", value); }

Message constantTuple(const std::vector<int64_t> &values) {
  Message result = Message().text(1, "value").number(16, 20);
  for (int64_t element : values)
    result.add(17, Message().number(10, element).number(16, 7));
  return result;
}

Message constantTensor(const Message &tensor) { return Message().text(1, "value").add(12, tensor).number(16, 19); }

Message graph(const std::string &name, const std::vector<Message> &inputs, const std::vector<Message> &nodes,
              const std::string &result, const std::vector<Message> &parameters) {
  Message graph;
  for (const Message &entry : nodes)
    graph.add(1, entry);
  graph.text(2, name);
  for (const Message &entry : parameters)
    graph.add(3, entry);
  for (const Message &entry : inputs)
    graph.add(5, entry);
  graph.add(6, Message().text(1, result));
  return graph;
}

Message model(const Message &graph, const std::vector<Message> &functions) {
  Message model = Message().text(1, "1.1").text(2, "MindSpore").add(7, graph);
  for (const Message &function : functions)
    model.add(8, function);
  return model.number(10, 1);
}

std::string floats(const std::vector<float> &values) {
  return std::string(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float));
}

} // namespace wasmind::mindir::test
