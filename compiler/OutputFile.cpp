#include "compiler/OutputFile.h"
#include "compiler/OutputPaths.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"
#include <mutex>
#include <set>

namespace wasmind {

namespace {
/// The temporary names of this process's files, and the folders that it made for them. Held while one takes its own
/// name.
struct Unfinished {
  std::mutex mutex;
  std::set<std::string> names;
};
Unfinished &unfinished() {
  static Unfinished *files = new Unfinished; // outlives every thread
  return *files;
}
} // namespace

OutputFile::~OutputFile() {
  stream.reset();
  if (temporary.empty())
    return;
  std::lock_guard lock(unfinished().mutex);
  llvm::sys::fs::remove(temporary);
  unfinished().names.erase(temporary);
}

llvm::Error OutputFile::fail(const char *what, std::error_code code) {
  return llvm::createStringError(code, "%s: cannot %s: %s", path.c_str(), what, code.message().c_str());
}

llvm::Error OutputFile::open() {
  target = followLinks(path);
  constexpr unsigned attemptLimit = 100;
  std::error_code code;
  std::lock_guard lock(unfinished().mutex);
  for (unsigned attempt = 0; attempt < attemptLimit; ++attempt) {
    int descriptor = -1;
    std::string name = target + "." + std::to_string(llvm::sys::Process::GetRandomNumber()) + ".part";
    code = llvm::sys::fs::openFileForWrite(name, descriptor, llvm::sys::fs::CD_CreateNew, llvm::sys::fs::OF_None, 0644);
    if (!code) {
      temporary = std::move(name);
      unfinished().names.insert(temporary);
      stream = std::make_unique<llvm::raw_fd_ostream>(descriptor, /*shouldClose=*/true);
      return llvm::Error::success();
    }
    if (code != std::errc::file_exists)
      break;
  }
  return fail("create", code);
}

llvm::Error OutputFile::finish() {
  stream->close();
  std::error_code code = stream->error();
  stream->clear_error();
  return code ? fail("write", code) : llvm::Error::success();
}

llvm::Error OutputFile::commit() {
  if (llvm::Error error = finish())
    return error;
  std::lock_guard lock(unfinished().mutex);
  return rename();
}

llvm::Error OutputFile::commit(llvm::ArrayRef<OutputFile *> files) {
  for (OutputFile *file : files)
    if (llvm::Error error = file->finish())
      return error;
  std::lock_guard lock(unfinished().mutex);
  for (OutputFile *file : files)
    if (llvm::Error error = file->rename())
      return error;
  return llvm::Error::success();
}

llvm::Error OutputFile::rename() {
  if (std::error_code code = llvm::sys::fs::rename(temporary, target))
    return fail("write", code);
  unfinished().names.erase(temporary);
  temporary.clear();
  return llvm::Error::success();
}

void OutputFile::abandonAll() {
  unfinished().mutex.lock(); // and never unlocked
  // From the last name on: what is in a folder comes behind the folder.
  for (auto name = unfinished().names.rbegin(); name != unfinished().names.rend(); ++name)
    llvm::sys::fs::remove(*name);
}

llvm::Error OutputFolder::open() {
  std::lock_guard lock(unfinished().mutex);
  const std::error_code code =
      llvm::sys::fs::create_directory(path, /*IgnoreExisting=*/false, llvm::sys::fs::perms::all_all);
  if (code && code != std::errc::file_exists)
    return llvm::createStringError(code, "%s: cannot make the folder: %s", path.c_str(), code.message().c_str());
  isOurs = !code;
  if (isOurs)
    unfinished().names.insert(path);
  return llvm::Error::success();
}

OutputFolder::~OutputFolder() {
  if (!isOurs)
    return;
  std::lock_guard lock(unfinished().mutex);
  llvm::sys::fs::remove(path); // fails where something is in it
  unfinished().names.erase(path);
}

llvm::Error writeOutput(const std::string &path, llvm::function_ref<void(llvm::raw_ostream &)> print) {
  if (path == "-") {
    std::string text; // as files: whole or not at all
    llvm::raw_string_ostream stream(text);
    print(stream);
    std::lock_guard lock(unfinished().mutex);
    llvm::outs() << text;
    llvm::outs().flush();
    std::error_code code = llvm::outs().error();
    llvm::outs().clear_error();
    return code ? llvm::createStringError(code, "cannot write to standard output: " + code.message())
                : llvm::Error::success();
  }
  OutputFile file(path);
  if (llvm::Error error = file.open())
    return error;
  print(file.out());
  return file.commit();
}

} // namespace wasmind
