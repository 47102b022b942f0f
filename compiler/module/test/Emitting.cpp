#include "compiler/module/test/Emitting.h"
#include "abi/Signature.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

namespace wasmind::module::test {

ModuleText::ModuleText(llvm::StringRef text) : context(mlir::MLIRContext::Threading::DISABLED) {
  context.loadDialect<mlir::arith::ArithDialect, mlir::func::FuncDialect, mlir::LLVM::LLVMDialect,
                      mlir::math::MathDialect, mlir::scf::SCFDialect, mlir::vector::VectorDialect>();
  module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  EXPECT_TRUE(module) << text.str();
}

abi::Signature runSignature(uint32_t pages, bool relaxedSimd) {
  abi::Signature signature;
  signature.compiler = "wasmind test";
  signature.features = {abi::Feature::Simd128};
  if (relaxedSimd)
    signature.features.push_back(abi::Feature::RelaxedSimd);
  signature.functions = {{"run", {}, {}, {}}};
  signature.memory.pages = pages;
  signature.memory.stack = {0, 16384};
  return signature;
}

llvm::Expected<Emitted> emit(llvm::StringRef text, const Options &options, llvm::ArrayRef<DataSegment> data,
                             uint32_t pages) {
  ModuleText module(text);
  ModuleInput input{module.get(), data, runSignature(pages, options.relaxedSimd)};
  return emitModule(input, options);
}

std::string emissionError(llvm::StringRef text, llvm::ArrayRef<DataSegment> data, uint32_t pages) {
  auto emitted = emit(text, {}, data, pages);
  EXPECT_FALSE(bool(emitted)) << "emission succeeded";
  return emitted ? "" : llvm::toString(emitted.takeError());
}

namespace {
/// A folder that goes with the test.
struct Scratch {
  Scratch() { EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("wasmind-module-test", folder)); }
  ~Scratch() { llvm::sys::fs::remove_directories(folder); }
  std::string path(llvm::StringRef name) const { return (folder + "/" + name).str(); }
  std::string write(llvm::StringRef name, llvm::function_ref<void(llvm::raw_ostream &)> body) const {
    std::error_code code;
    llvm::raw_fd_ostream out(path(name), code);
    EXPECT_FALSE(code);
    body(out);
    return path(name);
  }
  /// Output and errors of a program.
  std::string run(llvm::StringRef program, llvm::ArrayRef<llvm::StringRef> arguments) const {
    std::string output = path("output");
    std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(""), llvm::StringRef(output),
                                                  llvm::StringRef(output)};
    llvm::sys::ExecuteAndWait(program, arguments, std::nullopt, redirects, /*SecondsToWait=*/60);
    auto text = llvm::MemoryBuffer::getFile(output);
    return text ? (*text)->getBuffer().trim().str() : "no output";
  }

private:
  llvm::SmallString<128> folder;
};

/// The tree's own Node where it is installed, otherwise the one in PATH.
std::string findNode() {
  if (const char *source = std::getenv("WASMIND_SOURCE"))
    for (const char *machine : {"x64", "arm64"}) {
      std::string pinned = std::string(source) + "/node_modules/node-linux-" + machine + "/bin/node";
      if (llvm::sys::fs::can_execute(pinned))
        return pinned;
    }
  auto found = llvm::sys::findProgramByName("node");
  EXPECT_TRUE(bool(found)) << "no node in PATH";
  return found ? *found : "";
}
} // namespace

std::string onNode(const Emitted &emitted, llvm::StringRef body) {
  Scratch scratch;
  std::string wasm = scratch.write("module.wasm", [&](llvm::raw_ostream &out) { emitted.write(out); });
  std::string script = scratch.write("run.cjs", [&](llvm::raw_ostream &out) {
    out << "const print = console.log;\n"
           "const wasm = new WebAssembly.Module(require('fs').readFileSync(process.argv[2]));\n"
           "const e = new WebAssembly.Instance(wasm, {}).exports;\n"
           "const f = new Float32Array(e.memory.buffer), bytes = new Uint8Array(e.memory.buffer);\n"
        << body << "\n";
  });
  return scratch.run(findNode(), {"node", script, wasm});
}

std::string disassemble(llvm::ArrayRef<char> object) {
  Scratch scratch;
  std::string file =
      scratch.write("module.o", [&](llvm::raw_ostream &out) { out.write(object.data(), object.size()); });
  return scratch.run(WASMIND_OBJDUMP, {"llvm-objdump", "-d", "--no-show-raw-insn", file});
}

} // namespace wasmind::module::test
