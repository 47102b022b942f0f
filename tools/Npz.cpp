//===- Npz.cpp - numpy's .npz files -------------------------------------------------------------------------------===//
#include "tools/Npz.h"
#include "compiler/OutputPaths.h"
#include "tools/ReadFile.h"
#include "tools/Refusal.h"
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
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

/// All arrays of a file together: more does not fit the memory of any model.
constexpr zip_uint64_t maxByteLength = zip_uint64_t(1) << 32;

struct Member {
  zip_uint64_t index, byteLength;
};

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

/// What the directory says of every member, by name, before anything is inflated.
std::map<std::string, Member> listMembers(zip_t *archive) {
  std::map<std::string, Member> members;
  zip_uint64_t total = 0;
  for (zip_int64_t index = 0, count = zip_get_num_entries(archive, 0); index < count; ++index) {
    zip_stat_t status;
    if (zip_stat_index(archive, zip_uint64_t(index), 0, &status) != 0)
      throw Refusal(zip_strerror(archive));
    std::string name = (status.valid & ZIP_STAT_NAME) ? status.name : "";
    if (name.size() > 4 && name.compare(name.size() - 4, 4, ".npy") == 0)
      name.resize(name.size() - 4);
    auto refuse = [&](const std::string &reason) { throw Refusal("array '" + name + "': " + reason); };
    constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if ((status.valid & needed) != needed)
      refuse("its length is not supported");
    if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE)
      refuse("ZIP method " + std::to_string(status.comp_method) + " is not supported");
    // Deflate makes at most 1032 bytes of one (RFC 1951).
    if (status.size / 1032 > status.comp_size)
      refuse(std::to_string(status.comp_size) + " bytes cannot hold the " + std::to_string(status.size) +
             " that the ZIP directory says");
    if (status.size > maxByteLength - total)
      refuse("with it the arrays have over 4 GiB");
    total += status.size;
    if (!members.emplace(name, Member{zip_uint64_t(index), status.size}).second)
      refuse("it is there twice");
  }
  return members;
}

/// The bytes of a member; its declared length is trusted only as far as data arrives.
std::vector<uint8_t> readMember(zip_t *archive, const Member &member) {
  std::unique_ptr<zip_file_t, void (*)(zip_file_t *)> file(zip_fopen_index(archive, member.index, 0),
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
    if (bytes.size() > member.byteLength)
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
  try {
    for (const auto &[name, member] : listMembers(archive.get())) {
      try {
        arrays.emplace(name, parseNpy(readMember(archive.get(), member)));
      } catch (const Refusal &refusal) {
        throw Refusal("array '" + name + "': " + refusal.what());
      }
    }
  } catch (const Refusal &refusal) {
    throw Refusal(path + ": " + refusal.what());
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
