#include "compiler/OutputFile.h"
#include "llvm/Support/FileSystem.h"

namespace wasmind {

OutputFile::~OutputFile() {
  if (stream) {
    stream.reset();
    llvm::sys::fs::remove(temporary);
  }
}

llvm::Error OutputFile::open() {
  int descriptor = -1;
  if (std::error_code code =
          llvm::sys::fs::createUniqueFile(path + ".%%%%%%.part", descriptor, temporary, llvm::sys::fs::OF_None, 0644))
    return llvm::createStringError(code, "%s: cannot create: %s", path.c_str(), code.message().c_str());
  stream = std::make_unique<llvm::raw_fd_ostream>(descriptor, /*shouldClose=*/true);
  return llvm::Error::success();
}

llvm::Error OutputFile::commit() {
  stream->flush();
  std::error_code code = stream->error();
  stream->clear_error();
  stream.reset();
  if (!code)
    code = llvm::sys::fs::rename(temporary, path);
  if (!code)
    return llvm::Error::success();
  llvm::sys::fs::remove(temporary);
  return llvm::createStringError(code, "%s: cannot write: %s", path.c_str(), code.message().c_str());
}

llvm::Error writeOutput(const std::string &path, llvm::function_ref<void(llvm::raw_ostream &)> print) {
  if (path == "-") {
    print(llvm::outs());
    llvm::outs().flush();
    return llvm::Error::success();
  }
  OutputFile file(path);
  if (llvm::Error error = file.open())
    return error;
  print(file.out());
  return file.commit();
}

} // namespace wasmind
