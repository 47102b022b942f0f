// Which entries leave when the folder is full.
#include "runtime/host/src/CompiledCache.h"
#include "runtime/host/test/Vectors.h"

using namespace wasmind::host;
namespace fs = std::filesystem;

TEST(CompiledCache, shrinksByLastUse) {
  wasmind::test::TemporaryFolder folder;
  auto now = fs::file_time_type::clock::now();
  for (auto [name, age] : {std::pair("old", 3), std::pair("older", 4), std::pair("new", 1)}) {
    std::ofstream(folder.path / (std::string(name) + ".cwasm")) << std::string(100, 'x');
    std::ofstream(folder.path / (std::string(name) + ".sum")) << "sum";
    fs::last_write_time(folder.path / (std::string(name) + ".cwasm"), now - std::chrono::hours(age));
  }
  std::ofstream(folder.path / "note.txt") << std::string(1000, 'x');

  CompiledCache::shrink(folder.path, 300);
  EXPECT_TRUE(fs::exists(folder.path / "older.cwasm"));
  CompiledCache::shrink(folder.path, 150);
  EXPECT_FALSE(fs::exists(folder.path / "older.cwasm"));
  EXPECT_FALSE(fs::exists(folder.path / "older.sum"));
  EXPECT_FALSE(fs::exists(folder.path / "old.cwasm"));
  EXPECT_TRUE(fs::exists(folder.path / "new.cwasm"));
  EXPECT_TRUE(fs::exists(folder.path / "note.txt")) << "only entries are the cache's";
  CompiledCache::shrink(folder.path / "nowhere", 0);
}
