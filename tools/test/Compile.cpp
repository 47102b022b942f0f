// `wasmind compile` from outside: what each --emit writes, and --verify.
#include "tools/test/Commands.h"

using namespace wasmind;
using namespace wasmind::tools;

namespace {

class Compile : public Commands {
protected:
  Compile() {
    write("mm.onnxtxt", "(float[24,40] a) => (float[24,33] y) <float[40,33] w = {" + weights() +
                            "}> { p = MatMul(a, w) y = Tanh(p) }");
    write("dynamic.onnxtxt", "(float[rows,8] a, float[rows,8] b) => (float[rows,8] y) { y = Add(a, b) }");
    write("unknown.onnxtxt", "(float[2] a) => (float[2] y) { y = NoSuchOperator(a) }");
  }

  void write(const std::string &name, const std::string &graph) {
    std::ofstream(file(name)) << "<ir_version: 8, opset_import: [\"\" : 17]>\ntest " << graph << "\n";
  }
  std::string read(const std::string &name) const {
    std::ifstream stream(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static std::string weights() {
    std::string text;
    for (int i = 0; i < 40 * 33; ++i)
      text += (i ? ", " : "") + std::to_string(0.01 * (i % 37 - 18));
    return text;
  }
  static bool contains(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
  }
};

} // namespace

TEST_F(Compile, EmitsText) {
  Outcome wat = run("compile @mm.onnxtxt -o - --emit=wat --features=relaxed-simd");
  ASSERT_EQ(wat.exitCode, 0) << wat.errors;
  EXPECT_EQ(wat.output.rfind("(module", 0), 0u);
  for (const char *part : {"(export \"run\")", "(export \"memory\")", "f32x4.relaxed_madd", "(data "})
    EXPECT_TRUE(contains(wat.output, part)) << part;
  EXPECT_EQ(run("compile @mm.onnxtxt -o @mm.wat --emit=wat --weights=external").exitCode, 0);
  EXPECT_LT(read("mm.wat").size(), wat.output.size()) << "without the weights";
  EXPECT_FALSE(contains(read("mm.wat"), "relaxed_madd"));

  Outcome llvm = run("compile @mm.onnxtxt -o - --emit=llvm");
  ASSERT_EQ(llvm.exitCode, 0) << llvm.errors;
  for (const char *part :
       {"target triple = \"wasm32", "target datalayout = \"e-", "define i32 @run()", "getelementptr"})
    EXPECT_TRUE(contains(llvm.output, part)) << part;
  Outcome mlir = run("compile @mm.onnxtxt -o - --emit=mlir");
  EXPECT_TRUE(contains(mlir.output, "llvm.func @run()")) << mlir.errors;
}

TEST_F(Compile, EmitsObjectsAndArchives) {
  ASSERT_EQ(run("compile @mm.onnxtxt -o @mm.o --emit=object").exitCode, 0);
  ASSERT_EQ(run("compile @mm.onnxtxt -o @libmm.a --emit=archive").exitCode, 0);
  const std::string object = read("mm.o"), archive = read("libmm.a");
  EXPECT_EQ(object.substr(0, 4), std::string("\0asm", 4));
  EXPECT_EQ(archive.rfind("!<arch>\n/ ", 0), 0u) << "the symbol table stands first";
  EXPECT_TRUE(contains(archive.substr(0, 200), "run")) << "it has the exported function";
  EXPECT_TRUE(contains(archive, "mm.o/"));
  EXPECT_TRUE(contains(archive, object));
}

TEST_F(Compile, VerifiesAgainstTheGraph) {
  Outcome fixed = run("compile @mm.onnxtxt -o @mm.wasm --verify");
  EXPECT_EQ(fixed.exitCode, 0) << fixed.errors;
  EXPECT_TRUE(contains(fixed.output, "y: largest difference ")) << fixed.output;
  EXPECT_TRUE(contains(fixed.output, "equal within the tolerance")) << fixed.output;
  // The interpreter adds in another order: without any tolerance the two differ.
  Outcome differs = run("compile @mm.onnxtxt -o @mm.wasm --tolerance=0 --verify");
  EXPECT_EQ(differs.exitCode, 3) << differs.output;
  EXPECT_TRUE(contains(differs.output, "over the tolerance")) << differs.output;

  Outcome dynamic = run("compile @dynamic.onnxtxt --verify -o @dynamic.wasm --dim rows=1..6");
  EXPECT_EQ(dynamic.exitCode, 0) << dynamic.errors;
  EXPECT_TRUE(contains(dynamic.output, "y at rows=6: ")) << dynamic.output;
  EXPECT_TRUE(contains(dynamic.output, "y at rows=3: ")) << dynamic.output;
}

TEST_F(Compile, RefusesWhatDoesNotGoTogether) {
  expectError("compile @mm.onnxtxt -o - --emit=archive", 2, "a binary does not go to standard output");
  expectError("compile @mm.onnxtxt -o @x --emit=wat --verify", 2, "--verify runs a module");
  expectError("compile @mm.onnxtxt -o @x --emit=llvm --stop-after=graph", 2, "--emit=llvm is made by the last stage");
  expectError("compile @mm.onnxtxt -o @x --emit=elf", 2, "--emit");
  expectError("compile @unknown.onnxtxt -o @x --emit=wat", 1, "unknown.onnxtxt: node 'y' (NoSuchOperator");
  EXPECT_FALSE(std::filesystem::exists(file("x")));
}

TEST_F(Compile, MakesInputsConstantsAndGivesThemShapes) {
  write("top.onnxtxt",
        "(float[rows,4] x, int64[1] k, float[n] w) => (float[rows,n] y) { v, i = TopK(x, k) y = Mul(v, w) }");
  Array weights{DType::F32, {3}, std::vector<uint8_t>(12)};
  const float values[] = {1, -2, 0.5};
  std::memcpy(weights.bytes.data(), values, 12);
  const std::vector<uint8_t> npy = formatNpy(weights);
  std::ofstream(file("w.npy"), std::ios::binary)
      .write(reinterpret_cast<const char *>(npy.data()), std::streamsize(npy.size()));
  const std::string start = "compile @top.onnxtxt -o @top.wasm ";
  Outcome compiled = run(start + "--constant k=3 --constant w=@w.npy --shape x=2,4 --verify");
  EXPECT_EQ(compiled.exitCode, 0) << compiled.errors;
  EXPECT_TRUE(contains(compiled.errors, "note: input 'k' is a constant")) << compiled.errors;
  EXPECT_TRUE(contains(compiled.output, "equal within the tolerance")) << compiled.output;
  EXPECT_EQ(run(start + "-q --constant k=2 --constant w=1,2 --shape x=lines,4").exitCode, 0);
  EXPECT_TRUE(contains(run("inspect @top.wasm").output, "lines"));

  expectError(start + "--dim k=3", 1, "--constant k=...");
  expectError(start + "--constant q=3", 1, "--constant q: no input of that name; the inputs are x, k, w");
  expectError(start + "--constant k=3 --constant w=1,2", 1, "top.onnxtxt: ");
  expectError(start + "--constant k=3 --constant w=@gone.npy", 1, "gone.npy");
  expectError(start + "--constant k=3 --constant k=4", 2, "--constant k is given twice");
  expectError(start + "--constant 3", 2, "--constant 3: expected NAME=NUMBER");
  expectError(start + "--shape x", 2, "--shape x: expected NAME=EXTENT");
  expectError(start + "--constant k=3 --shape x=2,5", 1, "--shape x=2,5: axis 1 of input 'x' is 4, not 5");
  expectError("compile @top.onnxtxt -o @w.npy --constant w=@w.npy --constant k=3", 2, "w.npy");
}

TEST_F(Compile, IsToldWhatSequencesAndOptionalsHold) {
  write("list.onnxtxt", "(seq(float[2]) x, optional(float[2]) o) => (float[n] y, bool there) {"
                        " y = ConcatFromSequence <axis = 0> (x) there = OptionalHasElement (o) }");
  const std::string start = "compile @list.onnxtxt -o @list.wasm ";
  Outcome compiled = run(start + "--sequence x=3 --sequence o=none --verify");
  EXPECT_EQ(compiled.exitCode, 0) << compiled.errors;
  const std::string text = run("inspect @list.wasm").output;
  for (const char *name : {"x.0", "x.1", "x.2"})
    EXPECT_TRUE(contains(text, name)) << text;
  expectError(start + "--sequence x=3", 1, "input 'o' is an optional");
  expectError(start + "--sequence o=1", 1, "give it with --sequence x=N");
  expectError(start + "--sequence x=2 --sequence x=3", 2, "--sequence x is given twice");
  expectError(start + "--sequence x=many", 2, "--sequence x=many: expected NAME=N or NAME=none");
  expectError(start + "--sequence x=-1", 2, "--sequence x=-1: expected NAME=N or NAME=none");
  expectError(start + "--sequence x", 2, "--sequence x: expected NAME=N");
}

TEST_F(Compile, KeepsInputsWithDefaultValues) {
  write("default.onnxtxt",
        "(float[4] a, float[4] b) => (float[4] sum) <float[4] b = {1, 2, 3, 4}> { sum = Add(a, b) }");
  Outcome baked = run("compile @default.onnxtxt -o @default.wasm");
  EXPECT_TRUE(contains(baked.errors, "note: input 'b' has a default value that is constant")) << baked.errors;
  ASSERT_EQ(run("compile @default.onnxtxt -o @default.wasm --input-defaults=overridable --verify").exitCode, 0);
  EXPECT_TRUE(contains(run("inspect @default.wasm").output, "has a default"));
  // The files hold 1, 2, 3, 4.
  for (const char *engine : {"wasmtime", "node"}) {
    SCOPED_TRACE(engine);
    const std::string start = std::string("run @default.wasm --engine=") + engine;
    for (const char *inputs : {" --inputs @missing.npz", " --input a=@a.npy", " --input a=@a.npy --input b=@a.npy"}) {
      Outcome outcome = run(start + inputs + " --verify @case.npz");
      EXPECT_EQ(outcome.exitCode, 0) << inputs << outcome.errors << outcome.output;
    }
    EXPECT_EQ(run(start + " --input b=@a.npy").exitCode, 1);
    EXPECT_EQ(run(start).exitCode, 2);
  }
}
