//===- CodeRules.cpp - how much a module may ask of whoever compiles it -------------------------------------------===//
#include "abi/CodeRules.h"
#include "abi/ByteReader.h"
#include "abi/Signature.h"

namespace wasmind::abi {
namespace {

/// Reads instructions (core specification 5.4, and relaxed-simd and threads), and counts those of which engines make
/// several blocks. It must take the bytes as engines do, or what it counts is not what they compile.
class InstructionReader {
public:
  explicit InstructionReader(ByteReader reader) : reader(reader) {}

  bool atEnd() const { return reader.atEnd(); }
  uint64_t branchCount() const { return branches; }

  /// Whether there was one.
  bool readOne() {
    std::optional<uint8_t> found = reader.byte();
    if (!found)
      return false;
    const uint8_t code = *found;
    if (code >= 0x28 && code <= 0x3e) // loads and stores
      return memoryArgument();
    if (code >= 0x45 && code <= 0xc4) { // numbers
      // Truncations that trap compare with both ends of the range first.
      branches += (code >= 0xa8 && code <= 0xab) || (code >= 0xae && code <= 0xb1);
      return true;
    }
    switch (code) {
    case 0x00: // unreachable
    case 0x01: // nop
    case 0x0b: // end
    case 0x0f: // return
    case 0x1a: // drop
    case 0x1b: // select
    case 0xd1: // ref.is_null
      return true;
    case 0x02: // block
    case 0x03: // loop
    case 0x04: // if
      ++branches;
      return blockType();
    case 0x05: // else
      ++branches;
      return true;
    case 0x0c: // br
    case 0x0d: // br_if
    case 0x25: // table.get
    case 0x26: // table.set
      ++branches;
      return indices(1);
    case 0x0e: // br_table
      return branchTable();
    case 0x10: // call
    case 0x20: // local.get
    case 0x21: // local.set
    case 0x22: // local.tee
    case 0x23: // global.get
    case 0x24: // global.set
    case 0xd2: // ref.func
      return indices(1);
    case 0x11: // call_indirect
      ++branches;
      return indices(2);
    case 0x1c: // select of a type
      return reader.counted().has_value();
    case 0x3f: // memory.size
    case 0xd0: // ref.null
      return bytes(1);
    case 0x40: // memory.grow
      ++branches;
      return bytes(1);
    case 0x41: // i32.const
      return integer(5);
    case 0x42: // i64.const
      return integer(10);
    case 0x43: // f32.const
      return bytes(4);
    case 0x44: // f64.const
      return bytes(8);
    case 0xfc:
      return bulk();
    case 0xfd:
      return vector();
    case 0xfe:
      return atomic();
    default:
      return false;
    }
  }

private:
  bool bytes(uint32_t count) { return reader.bytes(count).has_value(); }

  bool indices(unsigned count) {
    for (; count > 0; --count)
      if (!reader.u32())
        return false;
    return true;
  }

  /// LEB128 of at most that many bytes, with or without a sign.
  bool integer(unsigned maxByteLength) {
    for (; maxByteLength > 0; --maxByteLength) {
      std::optional<uint8_t> next = reader.byte();
      if (!next || *next < 0x80)
        return next.has_value();
    }
    return false;
  }

  /// None or one result; an index of a type would make as many values as that has parameters out of three bytes.
  bool blockType() {
    std::optional<uint8_t> type = reader.byte();
    return type && *type >= 0x40 && *type < 0x80;
  }

  bool branchTable() {
    std::optional<uint32_t> count = reader.u32();
    if (!count || *count > reader.remaining().size())
      return false;
    branches += uint64_t(*count) + 1;
    for (uint32_t index = 0; index <= *count; ++index)
      if (!reader.u32())
        return false;
    return true;
  }

  /// Alignment and offset; bit 6 of the first would name a memory.
  bool memoryArgument() {
    std::optional<uint32_t> alignment = reader.u32();
    return alignment && *alignment < 64 && indices(1);
  }

  bool bulk() {
    std::optional<uint32_t> code = reader.u32();
    if (!code || *code > 17)
      return false;
    if (*code < 8) // truncations that saturate
      return true;
    ++branches;
    const bool hasTwo = *code == 8 || *code == 10 || *code == 12 || *code == 14; // init and copy
    return indices(hasTwo ? 2 : 1);
  }

  bool vector() {
    std::optional<uint32_t> code = reader.u32();
    if (!code || *code > 0x113)
      return false;
    if (*code <= 11 || *code == 92 || *code == 93) // loads and stores
      return memoryArgument();
    if (*code == 12 || *code == 13) // constants and shuffles
      return bytes(16);
    if (*code >= 21 && *code <= 34) // lanes
      return bytes(1);
    if (*code >= 84 && *code <= 91) // loads and stores of lanes
      return memoryArgument() && bytes(1);
    return true;
  }

  bool atomic() {
    std::optional<uint32_t> code = reader.u32();
    if (!code || *code > 0x4e)
      return false;
    ++branches;
    return *code == 3 ? bytes(1) : memoryArgument(); // 3 is a fence
  }

  ByteReader reader;
  uint64_t branches = 0;
};

/// How many locals a body declares.
std::optional<uint64_t> readLocals(ByteReader &reader) {
  std::optional<uint32_t> groupCount = reader.u32();
  if (!groupCount || *groupCount > reader.remaining().size())
    return std::nullopt;
  uint64_t localCount = 0;
  for (uint32_t group = 0; group < *groupCount; ++group) {
    std::optional<uint32_t> count = reader.u32();
    if (!count || !reader.byte())
      return std::nullopt;
    localCount += *count;
  }
  return localCount;
}

std::string damaged(uint32_t index) {
  return "the code of function " + std::to_string(index) + " is damaged, or uses what modules of the contract do not";
}

} // namespace

std::optional<std::string> checkCode(std::span<const uint8_t> code, std::span<const uint32_t> parameterCounts) {
  ByteReader reader(code);
  if (reader.u32() != uint32_t(parameterCounts.size()))
    return "the code section does not have one body of each function";
  uint64_t sum = 0;
  for (uint32_t index = 0; index < parameterCounts.size(); ++index) {
    std::optional<std::span<const uint8_t>> body = reader.counted();
    if (!body)
      return damaged(index);
    if (body->size() > maxBodyByteLength)
      return "function " + std::to_string(index) + " has " + std::to_string(body->size()) + " bytes of code, over " +
             std::to_string(maxBodyByteLength);
    ByteReader inner(*body);
    std::optional<uint64_t> localCount = readLocals(inner);
    if (!localCount)
      return damaged(index);
    InstructionReader instructions(inner);
    while (!instructions.atEnd())
      if (!instructions.readOne())
        return damaged(index);
    *localCount += parameterCounts[index];
    const uint64_t cost = (*localCount + compileCostBase) * (instructions.branchCount() + 1);
    if (cost > maxBodyCompileCost)
      return "function " + std::to_string(index) + " has " + std::to_string(*localCount) + " locals and " +
             std::to_string(instructions.branchCount()) +
             " branches: together more than engines can be asked to compile";
    sum += cost;
  }
  if (sum > maxCompileCost)
    return "the functions have more locals and branches than engines can be asked to compile";
  return reader.atEnd() ? std::nullopt : std::optional<std::string>("there is more behind the code of the functions");
}

} // namespace wasmind::abi
