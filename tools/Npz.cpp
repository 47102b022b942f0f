//===- Npz.cpp - numpy's .npz files -------------------------------------------------------------------------------===//
#include "tools/Npz.h"
#include "compiler/OutputPaths.h"
#include "tools/ReadFile.h"
#include "tools/Refusal.h"
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <unistd.h>
#include <zip.h>

namespace wasmind::tools {
namespace {

/// An archive that is closed without writing anything.
struct Discard {
  void operator()(zip_t *archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, Discard>;

constexpr zip_uint64_t maxMemberByteLength = zip_uint64_t(1) << 33;

Archive openArchive(const std::string &path, int flags) {
  int code = 0;
  Archive archive(zip_open(path.c_str(), flags, &code));
  if (archive)
    return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw Refusal("cannot open " + path + ": " + (code == ZIP_ER_NOZIP ? "not an .npz file" : reason));
}

/// The bytes of a member; its declared length is trusted only as far as data arrives.
std::vector<uint8_t> readMember(zip_t *archive, const zip_stat_t &status) {
  if (!(status.valid & ZIP_STAT_SIZE) || status.size > maxMemberByteLength)
    throw Refusal("its length is not supported");
  std::unique_ptr<zip_file_t, void (*)(zip_file_t *)> file(zip_fopen_index(archive, status.index, 0),
                                                           [](zip_file_t *f) { zip_fclose(f); });
  if (!file)
    throw Refusal(zip_strerror(archive));
  std::vector<uint8_t> bytes;
  constexpr size_t pieceLength = size_t(1) << 20;
  while (true) {
    const size_t filled = bytes.size();
    bytes.resize(filled + pieceLength);
    zip_int64_t count = zip_fread(file.get(), bytes.data() + filled, pieceLength);
    if (count < 0)
      throw Refusal(zip_file_strerror(file.get()));
    bytes.resize(filled + size_t(count));
    if (bytes.size() > status.size)
      throw Refusal("it is longer than the directory says");
    if (count == 0)
      return bytes;
  }
}

} // namespace

ArrayMap readNpz(const std::string &path) {
  refuseSpecialFile(path);
  Archive archive = openArchive(path, ZIP_RDONLY | ZIP_CHECKCONS);
  ArrayMap arrays;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t index = 0; index < count; ++index) {
    zip_stat_t status;
    if (zip_stat_index(archive.get(), zip_uint64_t(index), 0, &status) != 0)
      throw Refusal(path + ": " + zip_strerror(archive.get()));
    std::string name = (status.valid & ZIP_STAT_NAME) ? status.name : "";
    if (name.size() > 4 && name.compare(name.size() - 4, 4, ".npy") == 0)
      name.resize(name.size() - 4);
    try {
      if (!arrays.emplace(name, parseNpy(readMember(archive.get(), status))).second)
        throw Refusal("it is there twice");
    } catch (const Refusal &refusal) {
      throw Refusal(path + ": array '" + name + "': " + refusal.what());
    }
  }
  return arrays;
}

void writeNpz(const std::string &path, const ArrayMap &arrays) {
  const std::string target = followLinks(path), temporary = target + "." + std::to_string(getpid()) + ".part";
  std::vector<std::vector<uint8_t>> members; // libzip reads them when it closes
  try {
    Archive archive = openArchive(temporary, ZIP_CREATE | ZIP_EXCL);
    for (const auto &[name, array] : arrays) {
      members.push_back(formatNpy(array));
      zip_source_t *source = zip_source_buffer(archive.get(), members.back().data(), members.back().size(), 0);
      zip_int64_t index = source ? zip_file_add(archive.get(), (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
      if (index < 0) {
        if (source)
          zip_source_free(source);
        throw Refusal("cannot write " + path + ": array '" + name + "': " + zip_strerror(archive.get()));
      }
      zip_set_file_compression(archive.get(), zip_uint64_t(index), ZIP_CM_STORE, 0); // as numpy.savez
      zip_file_set_dostime(archive.get(), zip_uint64_t(index), 0, 0x21, 0); // 1980-01-01: equal content, equal file
    }
    if (arrays.empty()) // libzip writes no file for an archive without members
      throw Refusal("cannot write " + path + ": there are no arrays");
    if (zip_close(archive.get()) != 0)
      throw Refusal("cannot write " + path + ": " + zip_strerror(archive.get()));
    archive.release(); // zip_close freed it
    if (std::rename(temporary.c_str(), target.c_str()) != 0)
      throw Refusal("cannot write " + path + ": " + std::strerror(errno));
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw;
  }
}

} // namespace wasmind::tools
