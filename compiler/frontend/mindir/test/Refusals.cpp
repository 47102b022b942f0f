//===- Refusals.cpp - what cannot be imported, and the line that says so ------------------------------------------===//
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/mindir/test/Builder.h"
#include "compiler/frontend/mindir/test/NpyFile.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <fstream>
#include <gtest/gtest.h>

using namespace wasmind::mindir::test;

namespace {

/// A folder that lives as long as the test.
class Refusals : public testing::Test {
protected:
  void SetUp() override { ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("mindir", folder)); }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string write(const std::string &name, const std::string &bytes) {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, name);
    std::ofstream(path.c_str(), std::ios::binary) << bytes;
    return path.str().str();
  }
  std::string errorOf(const std::string &path) {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    auto imported = wasmind::mindir::importMindIR(context, path);
    return imported ? "" : llvm::toString(imported.takeError());
  }
  std::string errorOf(const Message &model) { return errorOf(write("net.mindir", model.bytes)); }

  llvm::SmallString<128> folder;
};

const Message f32_2x3 = tensor(1, {2, 3});
const Message x = value("g:x", f32_2x3);

TEST_F(Refusals, NoFile) {
  std::string path = (folder + "/none.mindir").str();
  EXPECT_EQ(errorOf(path), path + ": cannot be read: No such file or directory");
  EXPECT_EQ(errorOf(folder.str().str()), folder.str().str() + ": is a folder; give the .mindir file itself");
}

TEST_F(Refusals, EncryptedFile) {
  EXPECT_EQ(
      errorOf(dataFolder() + "/add_encrpty_key_0123456789ABCDEF.mindir"),
      "add_encrpty_key_0123456789ABCDEF.mindir: the file is encrypted; export it without enc_key, or load it with "
      "mindspore.load(file, dec_key=...) and export it again");
}

TEST_F(Refusals, UnknownPrimitive) {
  EXPECT_EQ(errorOf(model(graph("g", {x}, {node("Frobnicate", "n", {"g:x"})}, "n"))),
            "net.mindir: node 'Default/n' (Frobnicate): this primitive is not supported yet; see "
            "compiler/frontend/mindir/README.md for those that are");
}

TEST_F(Refusals, KnownPrimitives) {
  const std::pair<const char *, const char *> cases[] = {
      {"BiasAddGrad", "it is for training; export the network in inference mode, set_train(False)"},
      {"AllReduce", "it is for several devices; export the network of one device"},
      {"FakeQuantPerLayer",
       "it is for quantisation-aware training, or of quantised numbers; export the network as it is "
       "without quantisation"},
      {"SparseToDense", "it is of sparse tensors; use dense ones"},
      {"ParameterizedTruncatedNormal",
       "it draws numbers of a distribution that is not written, or for training; pass the numbers in"},
      {"RFFT", "it is of complex numbers; write it with real ones"},
      {"Svd", "it solves or decomposes matrices; compute that ahead of the network"},
      {"TensorDump", "it calls Python, writes, or is of texts; leave it out of the network"},
      {"AssignAdd", "it changes a weight; return the new value, and pass it to the next call"},
      {"FlashAttentionScore", "it is a kernel of Ascend's; write it with primitives that MindSpore has on CPUs"},
      {"ListDiff", "it is deprecated by MindSpore; write it with what has taken its place"},
      {"ForiLoop", "it is of MindSpore's inside: it never stands in a file; export the network with mindspore.export"},
  };
  for (auto [primitive, reason] : cases)
    EXPECT_EQ(errorOf(model(graph("g", {x}, {node(primitive, "n", {"g:x"})}, "n"))),
              std::string("net.mindir: node 'Default/n' (") + primitive +
                  "): this primitive is not supported: " + reason);
}

TEST_F(Refusals, MissingInput) {
  EXPECT_EQ(errorOf(model(graph("g", {x}, {node("Add", "n", {"g:x", "y"})}, "n"))),
            "net.mindir: node 'Default/n' (Add): uses 'y', which is not defined before it");
  EXPECT_EQ(errorOf(model(graph("g", {x}, {node("Add", "n", {"g:x"})}, "n"))),
            "net.mindir: node 'Default/n' (Add): has 1 inputs, input 1 is missing");
}

TEST_F(Refusals, ShapesThatDoNotFit) {
  EXPECT_EQ(errorOf(model(graph("g", {x, value("g:y", tensor(1, {4}))}, {node("Add", "n", {"g:x", "g:y"})}, "n"))),
            "net.mindir: node 'Default/n' (Add): binary: extents 3 and 4 of dimension 1 are neither equal nor 1");
  EXPECT_EQ(
      errorOf(model(graph(
          "g", {x}, {node("Constant", "shape", {}, {constantTuple({4, -1})}), node("Reshape", "n", {"g:x", "shape"})},
          "n"))),
      "net.mindir: node 'Default/n' (Reshape): the elements do not divide into that shape");
}

TEST_F(Refusals, ResultsOtherThanDeclared) {
  Message shape = Message().text(1, "shape").add(12, tensor(1, {2, 4})).number(16, 19);
  EXPECT_EQ(errorOf(model(graph("g", {x}, {node("ReLU", "n", {"g:x"}, {shape})}, "n"))),
            "net.mindir: node 'Default/n' (ReLU): gives tensor<2x3xf32>, but the file declares float32 [2x4]");
}

TEST_F(Refusals, BadAttribute) {
  EXPECT_EQ(errorOf(model(graph(
                "g", {x},
                {node("Constant", "axis", {}, {constantInteger(5)}), node("ExpandDims", "n", {"g:x", "axis"})}, "n"))),
            "net.mindir: node 'Default/n' (ExpandDims): axis 5 is out of range for rank 2");
}

TEST_F(Refusals, TrainingMode) {
  auto constant = [](const char *name, const std::string &raw) {
    return node("Constant", name, {}, {constantTensor(tensor(1, {3}, raw))});
  };
  EXPECT_EQ(
      errorOf(model(graph("g", {x},
                          {constant("c", floats({1, 2, 3})),
                           node("Constant", "training", {}, {Message().text(1, "value").number(3, 1).number(16, 9)}),
                           node("BatchNorm", "n", {"g:x", "c", "c", "c", "c", "training"})},
                          "n"))),
      "net.mindir: node 'Default/n' (BatchNorm): is in training mode; call net.set_train(False) before export");
}

TEST_F(Refusals, WeightsThatDoNotFit) {
  auto with = [&](Message weight) {
    return errorOf(
        model(graph("g", {x}, {node("Add", "n", {"g:x", "g:w"})}, "n", {weight.text(8, "").text(7, "g:w")})));
  };
  EXPECT_EQ(with(tensor(1, {3}, floats({1, 2}))), "net.mindir: node 'Default/n' (Add): input 1: tensor 'w': it has 8 "
                                                  "bytes of data, its dimensions need 12");
  EXPECT_EQ(with(tensor(1, {3})), "net.mindir: node 'Default/n' (Add): input 1: tensor 'w': it has no data; export the "
                                  "model with its weights");
  EXPECT_EQ(with(tensor(1, {1LL << 40, 1LL << 40}, floats({1}))),
            "net.mindir: node 'Default/n' (Add): input 1: tensor 'w': its dimensions are out of range");
  EXPECT_EQ(with(tensor(1, {-3}, floats({1}))),
            "net.mindir: node 'Default/n' (Add): input 1: tensor 'w': its dimensions are out of range");
  EXPECT_EQ(with(tensor(18, {3}, floats({1}))),
            "net.mindir: node 'Default/n' (Add): input 1: tensor 'w': its element type is packed int4, which is not "
            "supported; export the float model");
  EXPECT_EQ(
      with(tensor(1, {3}, floats({1, 2, 3})).number(16, 4)),
      "net.mindir: node 'Default/n' (Add): input 1: tensor 'w': its data is compressed (type 4); export the model "
      "without weight compression");
}

TEST_F(Refusals, ExternalWeights) {
  auto with = [&](const std::string &location, int64_t offset, int64_t length) {
    Message external = Message().text(1, location).number(2, offset).number(3, length);
    Message weight = tensor(1, {3}).text(7, "g:w").add(12, external);
    std::string error = errorOf(model(graph("g", {x}, {node("Add", "n", {"g:x", "g:w"})}, "n", {weight})));
    llvm::StringRef rest = error;
    rest.consume_front("net.mindir: node 'Default/n' (Add): input 1: tensor 'w': ");
    return rest.str();
  };
  write("data_0", std::string(1, 1) + std::string(75, 0));
  write("big_endian", std::string(76, 0));
  ASSERT_FALSE(llvm::sys::fs::create_link("/etc", folder + "/link"));
  EXPECT_EQ(with("data_0", 64, 12), "");
  EXPECT_EQ(with("data_0", 65, 12),
            "the weights file 'data_0' is too short: 76 bytes, but a weight takes 12 from byte 65");
  EXPECT_EQ(with("data_0", -1, 12),
            "the weights file 'data_0' is too short: 76 bytes, but a weight takes 12 from byte -1");
  EXPECT_EQ(with("data_0", INT64_MAX, INT64_MAX),
            "the weights file 'data_0' is too short: 76 bytes, but a weight takes 9223372036854775807 from byte "
            "9223372036854775807");
  EXPECT_EQ(with("../data_0", 64, 12), "the weights file '../data_0' lies outside the model's folder");
  EXPECT_EQ(with("/etc/passwd", 0, 12), "the weights file '/etc/passwd' lies outside the model's folder");
  EXPECT_EQ(with("link/passwd", 0, 12), "the weights file 'link/passwd' lies outside the model's folder");
  EXPECT_EQ(with("", 0, 12), "the weights file '' lies outside the model's folder");
  EXPECT_EQ(with("gone", 0, 12),
            "the weights file 'gone' cannot be read: No such file or directory; keep it beside the "
            ".mindir file");
  EXPECT_EQ(with("big_endian", 64, 12), "the weights file 'big_endian' is big-endian");
}

TEST_F(Refusals, EndlessInlining) {
  std::vector<Message> functions;
  for (int i = 0; i < 64; ++i) { // each calls the next one twice
    std::string name = "f" + std::to_string(i), callee = "REF::f" + std::to_string(i + 1);
    functions.push_back(graph(name, {value(name + ":x", f32_2x3)},
                              {node(callee, name + "a", {name + ":x"}), node(callee, name + "b", {name + "a"})},
                              name + "b"));
  }
  functions.push_back(graph("f64", {value("f64:x", f32_2x3)}, {node("ReLU", "r", {"f64:x"})}, "r"));
  EXPECT_EQ(errorOf(model(graph("g", {x}, {node("REF::f0", "n", {"g:x"})}, "n"), functions)),
            "net.mindir: node 'Default/f63a' (call): more than 262144 nodes once functions are inlined");
}

TEST_F(Refusals, EndlessTuple) {
  std::vector<Message> nodes{node("MakeTuple", "t0", {"g:x", "g:x"})};
  for (int i = 1; i < 60; ++i) {
    std::string before = "t" + std::to_string(i - 1);
    nodes.push_back(node("MakeTuple", "t" + std::to_string(i), {before, before}));
  }
  EXPECT_EQ(errorOf(model(graph("g", {x}, nodes, "t59"))),
            "net.mindir: node 'Default/t15' (MakeTuple): gives a tuple of more than 65536 elements or 64 levels");
}

// No exporter writes a name that stands for itself; following it would never end.
TEST_F(Refusals, NamesThatShareTheirOwnMemory) {
  const Message self = node("Load", "g:x", {"g:x"}), changed = node("InplaceMul", "n", {"g:x", "g:x"});
  EXPECT_EQ(errorOf(model(graph("g", {x}, {self, changed}, "n"))), "");
  const Message there = node("Load", "a", {"b"}), back = node("Load", "b", {"a"}), first = node("Load", "b", {"g:x"});
  EXPECT_EQ(errorOf(model(graph("g", {x}, {first, there, back, node("InplaceMul", "n", {"b", "g:x"})}, "n"))), "");
}

TEST_F(Refusals, RecursionThatIsNoLoop) {
  std::vector<Message> functions{
      graph("f", {value("f:x", f32_2x3)}, {node("REF::f", "again", {"f:x"}), node("ReLU", "r", {"again"})}, "r")};
  EXPECT_EQ(errorOf(model(graph("g", {x}, {node("REF::f", "n", {"g:x"})}, "n"), functions)),
            "net.mindir: node 'Default/again' (call): function 'f' calls itself, but not as a while loop does");
}

TEST_F(Refusals, CallsThatAreNestedDeep) {
  for (int depth : {100, 20'000}) {
    std::vector<Message> functions;
    for (int i = 0; i < depth; ++i) {
      const std::string name = "f" + std::to_string(i);
      const std::string operation = i + 1 < depth ? "REF::f" + std::to_string(i + 1) : "ReLU";
      functions.push_back(
          graph(name, {value(name + ":x", f32_2x3)}, {node(operation, name + "y", {name + ":x"})}, name + "y"));
    }
    const std::string text = errorOf(model(graph("g", {x}, {node("REF::f0", "n", {"g:x"})}, "n"), functions));
    if (depth == 100)
      EXPECT_EQ(text, "");
    else
      EXPECT_TRUE(text.find("function calls are nested more than 128 deep") != std::string::npos) << text;
  }
}

TEST_F(Refusals, NetworksWithoutTensors) {
  EXPECT_EQ(errorOf(model(graph("g", {x}, {}, "none"))),
            "net.mindir: the result of function 'g': uses 'none', which is not defined before it");
  Message scalar = Message().text(1, "g:n").add(5, Message().number(16, 39));
  EXPECT_EQ(errorOf(model(graph("g", {scalar}, {}, "g:n"))),
            "net.mindir: input 'n' is not a tensor; give the network tensors only");
  EXPECT_EQ(
      errorOf(model(graph("g", {value("g:x", tensor(14, {2}))}, {}, "g:x"))),
      "net.mindir: input 'x' has the element type complex64, which is not supported; compute on real and imaginary "
      "parts");
  EXPECT_EQ(
      errorOf(model(graph("g", {value("g:x", tensor(1, {-2}))}, {}, "g:x"))),
      "net.mindir: input 'x' may have any rank; give its shape with --shape x=..., as in 1,3,height,width, or with "
      "net.set_inputs before export");
}

} // namespace
