//===- GraphKernel.cpp - what graph kernels become, and which are refused -----------------------------------------===//
#include "compiler/frontend/mindir/MindIR.h"
#include "mlir/IR/MLIRContext.h"
#include <gtest/gtest.h>

namespace {

/// The imported graph as text, or the error.
std::string read(const std::string &json) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto imported = wasmind::mindir::importMindIRBytes(context, json, "k.info", "");
  if (!imported)
    return llvm::toString(imported.takeError());
  std::string text;
  llvm::raw_string_ostream stream(text);
  imported->module->print(stream);
  return text;
}

std::string tensor(const std::string &name, const std::string &shape, const std::string &more = "",
                   const std::string &type = "float32") {
  return R"({"tensor_name":")" + name + R"(","data_type":")" + type + R"(","shape":)" + shape + more + "}";
}
std::string operation(const std::string &name, const std::string &inputs, const std::string &output,
                      const std::string &attributes = "null") {
  return R"({"name":")" + name + R"(","ptr_address":"Default/)" + name + R"(-op0","attr":)" + attributes +
         R"(,"input_desc":[)" + inputs + R"(],"output_desc":[)" + output + "]}";
}
std::string kernel(const std::string &inputs, const std::string &operations, const std::string &output) {
  return R"({"composite":true,"input_desc":[)" + inputs + R"(],"op_desc":[)" + operations + R"(],"output_desc":[)" +
         output + "]}";
}

const std::string x = tensor("x", "[2,3]"), y = tensor("y", "[2,3]"), one = tensor("y", "[1]");

void expectLine(const std::string &json, const std::string &line) { EXPECT_EQ(read(json), line); }
void expectText(const std::string &json, const std::string &part) {
  const std::string text = read(json);
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(GraphKernel, TupleOperands) {
  expectText(kernel("[" + x + "]",
                    operation("Concat", "[" + x + "," + x + "]", tensor("y", "[2,6]"),
                              R"([{"name":"axis","data_type":"int","value":1}])"),
                    tensor("y", "[2,6]")),
             "tensor<2x6xf32>");
}

TEST(GraphKernel, AttributesOfOlderVersions) {
  expectText(kernel("[" + x + "]",
                    operation("ReduceSum", "[" + x + "]", tensor("y", "[2]"),
                              R"([{"name":"axis","data_type":"listInt","value":[1]},)"
                              R"({"name":"keep_dims","data_type":"bool","value":false}])"),
                    tensor("y", "[2]")),
             "tensor<2xf32>");
}

// Rank 0 is written as [1], and a shape without elements as whatever lay in its memory.
TEST(GraphKernel, RankZero) {
  const std::string axes = tensor("axes", "[2]", R"(,"value":[0,1])", "int64");
  expectText(kernel("[" + x + "]", operation("ReduceSum", "[" + x + "],[" + axes + "]", one), one), "tensor<1xf32>");
  const std::string shape = tensor("shape", "[0]", R"(,"value":187666230105952)", "int64");
  expectText(kernel("[" + tensor("x", "[1]") + "]",
                    operation("Reshape", "[" + tensor("x", "[1]") + "],[" + shape + "]", one), one),
             "tensor<1xf32>");
}

TEST(GraphKernel, OpenExtents) {
  const std::string open = tensor("x", "[-1,3]"), result = tensor("y", "[-1,3]");
  expectText(kernel("[" + open + "]", operation("Exp", "[" + open + "]", result), result), R"(name = "x.0")");
}

TEST(GraphKernel, ConstantsOfAllTypes) {
  for (const char *type : {"int8", "int16", "int32", "int64", "uint8", "float16", "float32", "float64"}) {
    const std::string a = tensor("x", "[2]", "", type), b = tensor("c", "[1]", R"(,"value":2)", type),
                      result = tensor("y", "[2]", "", type);
    expectText(kernel("[" + a + "]", operation("Add", "[" + a + "],[" + b + "]", result), result), "func.func @run");
  }
}

TEST(GraphKernel, Refusals) {
  const std::string exp = operation("Exp", "[" + x + "]", y);
  expectLine("{", "k.info: is not a graph kernel: its JSON is broken, [1:1, byte=1]: Expected object key");
  expectLine(std::string(100000, '['), "k.info: is not a graph kernel: its brackets are nested too deep");
  expectLine(R"({"op":"Fused"})", "k.info: is not a graph kernel: it lacks op_desc, input_desc or output_desc; give an "
                                  ".info file of MindSpore's akg_kernel_meta folder");
  expectLine(kernel("[" + x + "]", operation("Frobnicate", "[" + x + "]", y), y),
             "k.info: node 'Default/Frobnicate-op0' (Frobnicate): this primitive is not supported yet; see "
             "compiler/frontend/mindir/README.md for those that are");
  expectLine(
      kernel("[" + tensor("x", "[2,3]", R"(,"format":"FRACTAL_NZ")") + "]", exp, y),
      "k.info: input of the kernel: tensor 'x' has the layout FRACTAL_NZ; fuse for a CPU target, where tensors are "
      "laid out as they are read");
  expectLine(kernel("[" + tensor("x", "[2]", "", "string") + "]", exp, y),
             "k.info: input of the kernel: tensor 'x' has the element type string");
  expectLine(kernel("[" + x + "]", operation("Exp", "[" + tensor("z", "[2,3]") + "]", y), y),
             "k.info: node 'Default/Exp-op0' (Exp): uses 'z', which is not defined before it");
  expectText(kernel("[" + x + "]", operation("Exp", "[" + x + "]", tensor("y", "[3,3]")), tensor("y", "[3,3]")),
             "but the file declares float32 [3x3]");
  auto add = [&](const std::string &constant) {
    return kernel("[" + x + "]", operation("Add", "[" + x + "],[" + constant + "]", y), y);
  };
  expectLine(add(tensor("c", "[3]", R"(,"value":[1,2])")),
             "k.info: node 'Default/Add-op0' (Add): constant 'c' has 2 values for 3 elements");
  expectLine(add(tensor("c", "[1]", R"(,"value":null)")),
             "k.info: node 'Default/Add-op0' (Add): constant 'c' has a value that its element type does not hold");
  expectLine(add(tensor("c", "[1]", R"(,"value":300)", "int8")),
             "k.info: node 'Default/Add-op0' (Add): constant 'c' has a value that its element type does not hold");
  expectLine(add(tensor("c", "[4294967296,4294967296]", R"(,"value":1)")),
             "k.info: node 'Default/Add-op0' (Add): constant 'c' has 1 values for 18446744073709551615 elements");
}

} // namespace
