// Damaged models are refused or imported, but never crash, hang or read out of bounds (run with the asan preset, too).
// Seeded: a failure names the seed, and WASMIND_MUTATIONS sets how many are tried per model.
#include "compiler/frontend/onnx/Schema.h"
#include "compiler/frontend/onnx/test/Import.h"
#include <cstdlib>
#include <random>

namespace wasmind::onnx {
namespace {

const char *const models[] = {
    R"((float[n,3,8,8] x, float[4,3,3,3] w) => (float[n,4] y) <float[4] b = {1, 2, 3, 4}> {
      c = Conv <pads = [1, 1, 1, 1]> (x, w2, b)
      w2 = Identity (w)
      y = Flatten (c) })",
    R"((float[n,6] x, float[6,6] w) => (float[n,2,3] y, float[n,6] z) <int64[3] s = {0, 2, 3}> {
      y = Reshape (x, s)
      m = MatMul (x, w)
      z = Softmax <axis = 1> (m) })",
    R"((float[2,3] x, bool c) => (float[k] y) {
      a = Constant <value_ints = [1]> ()
      s = Constant <value_ints = [0]> ()
      e = Constant <value_ints = [2]> ()
      t = Slice (x, s, e, a)
      r = If (c) <
        then_branch = g () => (float[2,2] u) { u = Relu (t) },
        else_branch = h () => (float[2,2] v) { v = Celu (t) }>
      y = ReduceSum <keepdims = 0> (r, a) })",
    R"((float[3,1,4] x, float[1,8,4] w, float[1,8,2] r) => (float[3,1,1,2] y) {
      y, h, c = LSTM <hidden_size = 2> (x, w, r) })",
    R"((float[2,3] x, float[2,3] w, int64 p, bool b) => (float[n,3] y, seq(float[n,3]) z, bool h, seq(float[3]) m) <int64 k = {3}, bool t = {1}> {
      s = SequenceConstruct (x, w, x)
      e = SequenceErase (s, p)
      i = SequenceInsert (e, w, p)
      o = Optional (i)
      h = OptionalHasElement (o)
      g = OptionalGetElement (o)
      z = If (b) <
        then_branch = u () => (seq(float[2,3]) a) { a = Identity (g) },
        else_branch = v () => (seq(float[2,3]) c) { d = SequenceAt (g, p) c = SequenceConstruct (d, x, w) }>
      l = Loop (k, t, z) <body = f (int64 n, bool r, seq(float[2,3]) j) => (bool q, seq(float[2,3]) aa) {
        q = Identity (r) aa = SequenceInsert (j, x) }>
      y = ConcatFromSequence <axis = 0> (l)
      bb = SplitToSequence <axis = 0, keepdims = 0> (y)
      m = SequenceMap (bb) <body = cc (float[3] dd) => (float[3] ee) { ee = Neg (dd) }> })",
    R"((float[1,12,4] x, float[1,2,6,6] image, float[1,8,3,3] o, float[3,2,2,2] w) => (float[n,k,2] f, float[a,b,c,2] s, float[1,3,3,3] d, float[1,2,8] i,
        float[1,2,6,6] u, float[1] det) <int64 step = {2}, int64 length = {4}, int64[2] size = {3, 2}, int64[2] block = {2, 2}> {
      r = Reshape (x, shape)
      shape = Constant <value_ints = [1, 48, 1]> ()
      f = DFT <onesided = 1> (r)
      s = STFT (r, step, , length)
      d = DeformConv <strides = [1, 1], dilations = [3, 3]> (image, w, o)
      j = Constant <value_ints = [1, 8, 6]> ()
      z = Reshape (x, j)
      i = Col2Im <pads = [0, 1, 0, 1]> (z, size, block)
      p, q = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (image)
      u = MaxUnpool <kernel_shape = [2, 2], strides = [2, 2]> (p, q)
      m = Slice (u, zero, two, axes)
      zero = Constant <value_ints = [0, 0, 0]> ()
      two = Constant <value_ints = [1, 2, 2]> ()
      axes = Constant <value_ints = [1, 2, 3]> ()
      det = Det (t)
      t = Reshape (m, shape2)
      shape2 = Constant <value_ints = [1, 2, 2]> () })",
};

std::string mutate(std::string bytes, std::mt19937 &random) {
  auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  for (size_t count = 1 + below(4); count > 0 && !bytes.empty(); --count) {
    const size_t at = below(bytes.size());
    switch (below(5)) {
    case 0:
      bytes[at] = char(below(256));
      break;
    case 1:
      bytes[at] ^= char(1 << below(8));
      break;
    case 2:
      bytes.erase(at, 1 + below(8));
      break;
    case 3:
      bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(16)));
      break;
    default:
      bytes.resize(at);
    }
  }
  return bytes;
}

// Changes one value somewhere in the message: numbers to extremes, names to other names, lists shorter or longer.
void mutateField(google::protobuf::Message &message, const std::vector<std::string> &names, std::mt19937 &random) {
  using Field = google::protobuf::FieldDescriptor;
  auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  const auto *reflection = message.GetReflection();
  std::vector<const Field *> fields;
  reflection->ListFields(message, &fields);
  if (fields.empty())
    return;
  const Field *field = fields[below(fields.size())];
  const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
  const int at = int(below(count));
  if (field->is_repeated() && below(8) == 0) {
    reflection->SwapElements(&message, field, at, count - 1);
    if (below(2) == 0)
      reflection->RemoveLast(&message, field);
    return;
  }
  static constexpr int64_t numbers[] = {0,  1,   -1, 2,         3,         7,         11,        13,
                                        16, 255, -2, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, int64_t(1) << 40};
  const int64_t number = numbers[below(std::size(numbers))];
  const std::string &name = names[below(names.size())];
  switch (field->cpp_type()) {
  case Field::CPPTYPE_MESSAGE:
    mutateField(field->is_repeated() ? *reflection->MutableRepeatedMessage(&message, field, at)
                                     : *reflection->MutableMessage(&message, field),
                names, random);
    break;
  case Field::CPPTYPE_INT64:
    field->is_repeated() ? reflection->SetRepeatedInt64(&message, field, at, number)
                         : reflection->SetInt64(&message, field, number);
    break;
  case Field::CPPTYPE_INT32:
    field->is_repeated() ? reflection->SetRepeatedInt32(&message, field, at, int32_t(number))
                         : reflection->SetInt32(&message, field, int32_t(number));
    break;
  case Field::CPPTYPE_FLOAT:
    field->is_repeated() ? reflection->SetRepeatedFloat(&message, field, at, float(number))
                         : reflection->SetFloat(&message, field, float(number));
    break;
  case Field::CPPTYPE_STRING:
    field->is_repeated() ? reflection->SetRepeatedString(&message, field, at, name)
                         : reflection->SetString(&message, field, name);
    break;
  default:
    break;
  }
}

unsigned mutationCount() {
  const char *given = std::getenv("WASMIND_MUTATIONS");
  return given ? unsigned(std::atoi(given)) : 300;
}

void importDamaged(llvm::StringRef bytes) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto imported = importOnnxBytes(context, bytes, "m.onnx", "", /*isText=*/false);
  if (imported)
    return;
  const std::string text = llvm::toString(imported.takeError());
  EXPECT_EQ(text.rfind("m.onnx: ", 0), 0u) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

TEST(Mutation, ModelsWithOtherValuesAreRefusedOrImported) {
  std::vector<std::string> names = {"",     "x",   "y",    "w",      "s",     "Relu",
                                    "Conv", "Add", "Gemm", "MatMul", "Slice", "ai.onnx.ml"};
  for (const std::string &name : supportedOperators())
    names.push_back(name);
  for (size_t index = 0; index < std::size(models); ++index) {
    ::onnx::ModelProto proto;
    ASSERT_EQ(parseText(modelText(models[index], 20), proto), "");
    if (index == 0)
      proto.mutable_graph()->mutable_node()->SwapElements(0, 1);
    for (unsigned seed = 0; seed < mutationCount(); ++seed) {
      SCOPED_TRACE("model " + std::to_string(index) + ", seed " + std::to_string(seed));
      std::mt19937 random(seed);
      ::onnx::ModelProto changed = proto;
      for (unsigned i = 0; i <= seed % 4; ++i)
        mutateField(*changed.mutable_graph(), names, random);
      importDamaged(changed.SerializeAsString());
    }
  }
}

TEST(Mutation, UndamagedModelsAreImported) {
  for (const char *model : models)
    EXPECT_NE(importGraph(model, 20).substr(0, 6), "error:") << importGraph(model, 20);
}

TEST(Mutation, DamagedModelsAreRefusedOrImported) {
  for (size_t index = 0; index < std::size(models); ++index) {
    ::onnx::ModelProto proto;
    ASSERT_EQ(parseText(modelText(models[index], 20), proto), "");
    if (index == 0) // the text names a node before it is produced; its order is part of the test
      proto.mutable_graph()->mutable_node()->SwapElements(0, 1);
    const std::string bytes = proto.SerializeAsString();
    for (unsigned seed = 0; seed < mutationCount(); ++seed) {
      SCOPED_TRACE("model " + std::to_string(index) + ", seed " + std::to_string(seed));
      std::mt19937 random(seed);
      importDamaged(mutate(bytes, random));
    }
  }
}

} // namespace
} // namespace wasmind::onnx
