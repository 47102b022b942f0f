// .npz files: round trip, and files that are no archive or a damaged one.
#include "tools/Npz.h"
#include "test/FolderTest.h"
#include "tools/Refusal.h"
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <random>
#include <zip.h>

using namespace wasmind;
using namespace wasmind::tools;
namespace fs = std::filesystem;

namespace {

class Npz : public test::FolderTest {
protected:
  std::string path(const char *name) const { return (folder / name).string(); }
  std::string errorOf(const std::string &file) const {
    try {
      readNpz(file);
      return "";
    } catch (const Refusal &refusal) {
      return refusal.what();
    }
  }

  const ArrayMap arrays{{"in:x", {DType::F32, {2}, {0, 0, 128, 63, 0, 0, 0, 64}}},
                        {"out:na/me", {DType::I64, {}, {42, 0, 0, 0, 0, 0, 0, 0}}}};
};

} // namespace

TEST_F(Npz, roundTrip) {
  writeNpz(path("a.npz"), arrays);
  ArrayMap again = readNpz(path("a.npz"));
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again["in:x"].bytes, arrays.at("in:x").bytes);
  EXPECT_EQ(again["out:na/me"].dtype, DType::I64);
  EXPECT_TRUE(again["out:na/me"].shape.empty());
  writeNpz(path("b.npz"), arrays);
  std::ifstream a(path("a.npz"), std::ios::binary), b(path("b.npz"), std::ios::binary);
  EXPECT_TRUE(std::equal(std::istreambuf_iterator<char>(a), {}, std::istreambuf_iterator<char>(b)))
      << "equal arrays give equal files";
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 2) << "no temporary files stay";
}

TEST_F(Npz, replacesAFile) {
  std::ofstream(path("a.npz")) << "before";
  writeNpz(path("a.npz"), arrays);
  EXPECT_EQ(readNpz(path("a.npz")).size(), 2u);
}

TEST_F(Npz, refusesOtherFiles) {
  EXPECT_NE(errorOf(path("missing.npz")).find("No such file"), std::string::npos);
  std::ofstream(path("text.npz")) << "not a zip file at all, but long enough for one";
  EXPECT_EQ(errorOf(path("text.npz")), "cannot open " + path("text.npz") + ": not an .npz file");
  EXPECT_THROW(writeNpz(path("no/such/folder.npz"), arrays), Refusal);
  EXPECT_FALSE(fs::exists(folder / "no"));
}

/// An archive of two members whose directory says they have these lengths.
static std::vector<char> withLengths(std::vector<char> archive, uint32_t first, uint32_t second) {
  const uint32_t lengths[] = {first, second};
  unsigned entry = 0;
  for (size_t at = 0; at + 46 < archive.size() && entry < 2; ++at)
    if (std::memcmp(&archive[at], "PK\1\2", 4) == 0) { // of the central directory: its length at 24, packed at 20
      std::memcpy(&archive[at + 24], &lengths[entry], 4);
      uint32_t local;
      std::memcpy(&local, &archive[at + 42], 4);
      std::memcpy(&archive[local + 22], &lengths[entry++], 4);
    }
  return archive;
}

TEST_F(Npz, boundsAllArraysBeforeItReadsAny) {
  writeNpz(path("a.npz"), arrays);
  std::ifstream stream(path("a.npz"), std::ios::binary);
  const std::vector<char> whole((std::istreambuf_iterator<char>(stream)), {});
  auto refusal = [&](std::vector<char> bytes) {
    std::ofstream(path("b.npz"), std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
    return errorOf(path("b.npz"));
  };
  EXPECT_NE(refusal(withLengths(whole, 100'000'000, 100)).find("cannot hold the 100000000"), std::string::npos);
  // Four megabytes of zeros inflate to four gigabytes; one byte more than that is over the limit.
  zip_t *archive = zip_open(path("z.npz").c_str(), ZIP_CREATE | ZIP_EXCL, nullptr);
  const std::vector<char> zeros(5'000'000, 'x');
  for (const char *name : {"a.npy", "b.npy"}) {
    zip_source_t *source = zip_source_buffer(archive, zeros.data(), zeros.size(), 0);
    zip_set_file_compression(archive, zip_uint64_t(zip_file_add(archive, name, source, 0)), ZIP_CM_STORE, 0);
  }
  ASSERT_EQ(zip_close(archive), 0);
  std::ifstream large(path("z.npz"), std::ios::binary);
  const std::vector<char> two((std::istreambuf_iterator<char>(large)), {});
  EXPECT_NE(refusal(withLengths(two, 4'000'000'000, 400'000'000)).find("array 'b': with it the arrays have over 4 GiB"),
            std::string::npos);
  EXPECT_EQ(refusal(withLengths(two, 4'000'000'000, 200'000'000)).find("over 4 GiB"), std::string::npos);
}

TEST_F(Npz, damagedFilesAreHandled) {
  writeNpz(path("a.npz"), arrays);
  std::ifstream stream(path("a.npz"), std::ios::binary);
  const std::vector<char> whole((std::istreambuf_iterator<char>(stream)), {});
  auto write = [&](const std::vector<char> &bytes) {
    std::ofstream(path("b.npz"), std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
  };
  for (size_t length = 1; length < whole.size(); length += 7) {
    write({whole.begin(), whole.begin() + ptrdiff_t(length)});
    EXPECT_NE(errorOf(path("b.npz")), "");
  }
  std::mt19937 random(5);
  unsigned refusedCount = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<char> bytes = whole;
    bytes[random() % bytes.size()] ^= char(1 << random() % 8);
    write(bytes);
    refusedCount += errorOf(path("b.npz")) != "";
  }
  EXPECT_GT(refusedCount, 200u);
}
