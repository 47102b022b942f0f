#include "compiler/module/Link.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <array>
#include <csignal>
#include <mutex>

LLD_HAS_DRIVER(wasm)

using namespace llvm;

namespace wasmind::module {

std::shared_mutex &llvmOptionsMutex() {
  static std::shared_mutex mutex;
  return mutex;
}

static Error writeFile(StringRef path, ArrayRef<char> bytes) {
  std::error_code code;
  raw_fd_ostream out(path, code);
  if (!code) {
    out.write(bytes.data(), bytes.size());
    out.close();
    code = out.error();
    out.clear_error(); // reported below; the destructor would abort
  }
  return code ? createStringError(code, "cannot write '" + path + "' for the linker: " + code.message())
              : Error::success();
}

/// The linker's messages in one line, without the temporary folder.
static std::string readable(StringRef messages, StringRef folder) {
  std::string text;
  for (StringRef line : split(messages.trim(), '\n')) {
    line.consume_front("wasm-ld: ");
    line.consume_front("error: ");
    text += (text.empty() ? "" : "; ") + line.str();
  }
  for (size_t at; (at = text.find(folder.str())) != std::string::npos;) {
    size_t end = text.find('/', at + folder.size() + 1); // the folder, the number, then the name
    text.erase(at, end == std::string::npos ? end : end + 1 - at);
  }
  return text;
}

/// lld asks LLVM to remove unfinished files when the process ends by a signal, and LLVM takes over all signals for it:
/// also those by which wasmtime learns of traps, and Python of Ctrl-C. They belong to the program. LLVM takes them
/// once, so they are given back once, before the linker runs.
static void keepSignalHandlers() {
  static std::once_flag once;
  std::call_once(once, [] {
    std::array<struct sigaction, NSIG> before{};
    for (int signal = 1; signal < NSIG; ++signal)
      sigaction(signal, nullptr, &before[signal]);
    const char *file = "no file of ours";
    sys::RemoveFileOnSignal(file);
    sys::DontRemoveFileOnSignal(file);
    for (int signal = 1; signal < NSIG; ++signal)
      sigaction(signal, &before[signal], nullptr);
  });
}

Expected<SmallVector<char, 0>> runLinker(ArrayRef<NamedObject> objects, ArrayRef<std::string> more) {
  keepSignalHandlers();
  // lld reads and writes files only.
  SmallString<128> folder;
  if (std::error_code code = sys::fs::createUniqueDirectory("wasmind-link", folder))
    return createStringError(code, "cannot make a temporary folder for the linker: " + code.message());
  scope_exit removeFolder([&] { sys::fs::remove_directories(folder); });
  auto inFolder = [&](const Twine &name) {
    SmallString<128> path(folder);
    sys::path::append(path, name);
    return std::string(path);
  };

  std::string image = inFolder("module.wasm");
  std::vector<std::string> arguments = {
      "wasm-ld",
      "--no-entry",
      "--strip-all",
      "--stack-first",
      "--threads=1",
      "--compress-relocations", // numbers of the least length: a twelfth less code
      "-mllvm",
      ("-" + noStrengthReduction).str(),
      "-o",
      image,
  };
  arguments.insert(arguments.end(), more.begin(), more.end());
  for (auto [index, object] : enumerate(objects)) {
    // A folder each: names of objects may be equal, and the linker's messages quote them.
    std::string inside = inFolder(std::to_string(index));
    if (std::error_code code = sys::fs::create_directory(inside))
      return createStringError(code, "cannot make a temporary folder for the linker: " + code.message());
    std::string path = inFolder(formatv("{0}/{1}", index, sys::path::filename(object.name)).str());
    if (Error error = writeFile(path, object.bytes))
      return std::move(error);
    arguments.push_back(path);
  }
  SmallVector<const char *> pointers;
  for (const std::string &argument : arguments)
    pointers.push_back(argument.c_str());

  static bool usable = true;
  std::string messages;
  raw_string_ostream stream(messages);
  {
    std::unique_lock<std::shared_mutex> alone(llvmOptionsMutex());
    if (!usable)
      return createStringError("the linker crashed earlier in this process and cannot run again");
    lld::DriverDef drivers[] = {{lld::Wasm, &lld::wasm::link}};
    lld::Result result = lld::lldMain(pointers, stream, stream, drivers);
    usable = result.canRunAgain;
    if (result.retCode != 0)
      return createStringError("linking failed: " + readable(messages, folder));
  }
  auto buffer = MemoryBuffer::getFile(image, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(buffer.getError(), "cannot read the linker's output: " + buffer.getError().message());
  StringRef bytes = (*buffer)->getBuffer();
  return SmallVector<char, 0>(bytes.begin(), bytes.end());
}

} // namespace wasmind::module
