//===- Hide.cpp - some libraries of MindSpore are not told of the plug-in -----------------------------------------===//
//
// As soon as any plug-in is open, MindSpore 2.10 hands views to kernels as they are, its own ones among them, which
// read them as if they were dense: cosh of a transposed tensor is wrong. And methods of Tensor (argmin, cumsum, dot)
// leave the functions that serve them for others with results of another type or rank as soon as a plug-in lists these.
// Some of its libraries ask for the plug-in, or for the variable that names it, for these decisions alone, through
// their own tables of functions; there they are told that there is none.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "python/wasmind/mindspore/Hide.h"
#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <iterator>
#include <link.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace wasmind::mindspore {
namespace {

/// No handle, and not a kernel of the plug-in.
void *none() { return nullptr; }

/// EnvHelper::GetEnv of MindSpore.
using Variable = const char *(*)(void *helper, const char *name, bool isCached);
constexpr const char variableSymbol[] = "_ZN9mindspore6common9EnvHelper6GetEnvEPKcb";
Variable variable = nullptr;

/// The value of a variable, but for the one that names the plug-in.
const char *otherVariable(void *helper, const char *name, bool isCached) {
  return std::strcmp(name, "MS_OP_PLUGIN_PATH") == 0 ? nullptr : variable(helper, name, isCached);
}

/// What a library asks, through its own table of functions, and the function that answers.
struct Question {
  std::string_view library;
  const char *symbol;
  void *function;
};

/// What the dynamic section of a loaded object says.
struct Tables {
  const ElfW(Sym) *symbols = nullptr;
  const char *strings = nullptr;
  const ElfW(Rela) *slots = nullptr;
  size_t slotCount = 0;
};

bool answer(const dl_phdr_info &info, const Question &question) {
  Tables tables;
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    if (info.dlpi_phdr[i].p_type != PT_DYNAMIC)
      continue;
    for (auto *each = reinterpret_cast<const ElfW(Dyn) *>(info.dlpi_addr + info.dlpi_phdr[i].p_vaddr);
         each->d_tag != DT_NULL; ++each)
      if (each->d_tag == DT_SYMTAB)
        tables.symbols = reinterpret_cast<const ElfW(Sym) *>(each->d_un.d_ptr);
      else if (each->d_tag == DT_STRTAB)
        tables.strings = reinterpret_cast<const char *>(each->d_un.d_ptr);
      else if (each->d_tag == DT_JMPREL)
        tables.slots = reinterpret_cast<const ElfW(Rela) *>(each->d_un.d_ptr);
      else if (each->d_tag == DT_PLTRELSZ)
        tables.slotCount = each->d_un.d_val / sizeof(ElfW(Rela));
  }
  for (size_t i = 0; tables.symbols && tables.strings && i < tables.slotCount; ++i) {
    const ElfW(Rela) &slot = tables.slots[i];
    if (std::strcmp(tables.strings + tables.symbols[ELF64_R_SYM(slot.r_info)].st_name, question.symbol) != 0)
      continue;
    const uintptr_t address = info.dlpi_addr + slot.r_offset,
                    page = address & ~(static_cast<uintptr_t>(sysconf(_SC_PAGESIZE)) - 1);
    if (mprotect(reinterpret_cast<void *>(page), address + sizeof(void *) - page, PROT_READ | PROT_WRITE) != 0)
      return false;
    std::memcpy(reinterpret_cast<void *>(address), &question.function, sizeof question.function);
    return true;
  }
  return false;
}

/// The function of MindSpore's that libmindspore_core.so defines.
Variable findVariable() {
  std::string path;
  dl_iterate_phdr(
      [](dl_phdr_info *info, size_t, void *found) -> int {
        if (std::string_view name = info->dlpi_name; name.ends_with("/libmindspore_core.so"))
          *static_cast<std::string *>(found) = name;
        return 0;
      },
      &path);
  void *library = path.empty() ? nullptr : dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  return library ? reinterpret_cast<Variable>(dlsym(library, variableSymbol)) : nullptr;
}

} // namespace

bool hidePlugin() {
  if (!variable && !(variable = findVariable()))
    return false;
  void *no = reinterpret_cast<void *>(&none), *other = reinterpret_cast<void *>(&otherVariable);
  const Question questions[] = {
      {"/libmindspore_pyboost.so", "_ZN9mindspore3ops17GetOpPluginHandleEv", no},
      {"/libmindspore_pynative.so", "_ZN9mindspore3ops17GetOpPluginHandleEv", no},
      {"/libmindspore_pynative.so", "_ZN9mindspore3ops16IsOpPluginKernelERKSs", no},
      {"/_c_expression.cpython-", "_ZN9mindspore3ops16IsOpPluginKernelERKSs", no},
      {"/libmindspore_ms_backend.so", variableSymbol, other}, // views among the tensors of a graph
  };
  struct Asked {
    const Question *begin, *end;
    size_t answered;
  } asked{std::begin(questions), std::end(questions), 0};
  dl_iterate_phdr(
      [](dl_phdr_info *info, size_t, void *data) -> int {
        auto &all = *static_cast<Asked *>(data);
        for (const Question *each = all.begin; each != all.end; ++each)
          all.answered +=
              std::string_view(info->dlpi_name).find(each->library) != std::string_view::npos && answer(*info, *each);
        return 0;
      },
      &asked);
  return asked.answered == std::size(questions);
}

} // namespace wasmind::mindspore
