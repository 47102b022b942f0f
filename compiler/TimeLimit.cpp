#include "compiler/TimeLimit.h"
#include "compiler/OutputFile.h"
#include "llvm/Support/FileSystem.h"
#include <chrono>
#include <unistd.h>

namespace wasmind {

TimeLimit::TimeLimit(double seconds, std::string line, int exitCode, std::string folder) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  watch = std::thread([this, end, line = std::move(line), exitCode, folder = std::move(folder)] {
    std::unique_lock lock(mutex);
    if (changed.wait_until(lock, end, [this] { return isLifted; }))
      return;
    OutputFile::abandonAll();
    if (!folder.empty())
      llvm::sys::fs::remove_directories(folder);
    const std::string text = line + "\n";
    (void)!write(STDERR_FILENO, text.data(), text.size());
    _exit(exitCode); // other threads still compile: nothing is torn down under them
  });
}

TimeLimit::~TimeLimit() {
  {
    std::lock_guard lock(mutex);
    isLifted = true;
  }
  changed.notify_all();
  watch.join();
}

} // namespace wasmind
