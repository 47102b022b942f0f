//===- Wire.cpp - the protobuf reader on good and bad bytes -------------------------------------------------------===//
#include "compiler/frontend/mindir/Wire.h"
#include "compiler/frontend/mindir/Schema.h"
#include <gtest/gtest.h>

using namespace wasmind::mindir;
using llvm::StringRef;

namespace {

struct Outcome {
  std::vector<Field> fields;
  std::string error;
};

Outcome readAll(StringRef bytes) {
  WireFile file;
  file.bytes = bytes;
  Outcome outcome;
  Reader reader(file, bytes, 0);
  for (Field field; reader.next(field);)
    outcome.fields.push_back(field);
  outcome.error = file.error;
  return outcome;
}

template <size_t N> StringRef bytesOf(const char (&text)[N]) { return StringRef(text, N - 1); }

TEST(Wire, ReadsAllWireTypes) {
  auto outcome = readAll(bytesOf("\x08\x96\x01" // field 1, 150
                                 "\x12\x03"
                                 "abc"                                  // field 2, bytes
                                 "\x1d\x00\x00\x80\x3f"                 // field 3, 1.0f
                                 "\x21\x00\x00\x00\x00\x00\x00\xf0\x3f" // field 4, 1.0
                                 "\xf8\xff\xff\xff\x0f\x00"));          // the largest field number
  EXPECT_EQ(outcome.error, "");
  ASSERT_EQ(outcome.fields.size(), 5u);
  EXPECT_EQ(outcome.fields[0].value, 150u);
  EXPECT_EQ(outcome.fields[1].bytes, "abc");
  EXPECT_EQ(outcome.fields[2].asFloat(), 1.0f);
  EXPECT_EQ(outcome.fields[3].asDouble(), 1.0);
  EXPECT_EQ(outcome.fields[4].number, (1u << 29) - 1);
}

TEST(Wire, ReadsNegativeNumbersOfTenBytes) {
  auto outcome = readAll(bytesOf("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
  ASSERT_EQ(outcome.fields.size(), 1u);
  EXPECT_EQ(outcome.fields[0].asInteger(), -1);
}

TEST(Wire, RefusesOverlongNumbers) {
  EXPECT_EQ(readAll(bytesOf("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")).error,
            "a number is longer than 64 bits at byte 1");
  EXPECT_EQ(readAll(bytesOf("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")).error,
            "a number is longer than 64 bits at byte 1");
}

TEST(Wire, RefusesWhatIsCutOff) {
  EXPECT_EQ(readAll(bytesOf("\x08\x96")).error, "a number is cut off at byte 1");
  EXPECT_EQ(readAll(bytesOf("\x88")).error, "a number is cut off at byte 0");
  EXPECT_EQ(readAll(bytesOf("\x12\x04"
                            "abc"))
                .error,
            "a field is longer than what contains it at byte 0");
  EXPECT_EQ(readAll(bytesOf("\x1d\x00\x00")).error, "a field is longer than what contains it at byte 0");
  EXPECT_EQ(readAll(bytesOf("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")).error,
            "a field is longer than what contains it at byte 0");
}

TEST(Wire, RefusesGroupsAndFieldZero) {
  EXPECT_EQ(readAll(bytesOf("\x0b")).error, "an unknown wire type at byte 0");
  EXPECT_EQ(readAll(bytesOf("\x0f")).error, "an unknown wire type at byte 0");
  EXPECT_EQ(readAll(bytesOf("\x00\x01")).error, "a field number is out of range at byte 0");
}

TEST(Wire, TakesNumbersPackedOrNot) {
  WireFile file;
  file.bytes = bytesOf("\x08\x05\x0a\x03\x01\x96\x01\x0a\x00");
  std::vector<int64_t> numbers;
  Reader reader(file, file.bytes, 0);
  for (Field field; reader.next(field);)
    forEachNumber(file, field, WireType::Varint, [&](const Field &number) { numbers.push_back(number.asInteger()); });
  EXPECT_EQ(file.error, "");
  EXPECT_EQ(numbers, (std::vector<int64_t>{5, 1, 150}));
}

TEST(Wire, RefusesPackedNumbersThatAreCutOff) {
  WireFile file;
  file.bytes = bytesOf("\x0a\x02\x01\x96");
  Reader reader(file, file.bytes, 0);
  for (Field field; reader.next(field);)
    forEachNumber(file, field, WireType::Varint, [](const Field &) {});
  EXPECT_EQ(file.error, "a number is cut off at byte 3");
  WireFile floats;
  floats.bytes = bytesOf("\x0a\x03\x01\x96\x01");
  Reader other(floats, floats.bytes, 0);
  for (Field field; other.next(field);)
    forEachNumber(floats, field, WireType::Fixed32, [](const Field &) {});
  EXPECT_EQ(floats.error, "a number is cut off at byte 2");
}

std::string lengthDelimited(char key, const std::string &content) {
  std::string result(1, key);
  size_t length = content.size();
  for (; length >= 0x80; length >>= 7)
    result += char((length & 0x7f) | 0x80);
  return result + char(length) + content;
}

std::string errorOf(const std::string &bytes) {
  auto model = parseModel(bytes);
  return model ? "" : llvm::toString(model.takeError());
}

TEST(Schema, LimitsNesting) {
  std::string nested;
  for (int i = 0; i < 100; ++i)
    nested = lengthDelimited('\x8a', nested).replace(0, 1, "\x8a\x01");         // AttributeProto.values = 17
  std::string graph = lengthDelimited('\x0a', lengthDelimited('\x2a', nested)); // node, attribute
  std::string error = errorOf(lengthDelimited('\x3a', graph));
  EXPECT_EQ(error.substr(0, error.rfind(" at ")),
            "not a MindIR file, or damaged: messages are nested more than 64 deep");
}

TEST(Schema, RefusesWhatIsNoModel) {
  EXPECT_EQ(errorOf(""), "not a MindIR file: it holds no graph; write it with mindspore.export(..., "
                         "file_format=\"MINDIR\")");
  EXPECT_EQ(errorOf(std::string("\0asm\1\0\0\0", 8)), "not a MindIR file: it is a WebAssembly module");
  EXPECT_EQ(errorOf("PK\3\4 a zip file"), "not a MindIR file: it is a ZIP archive");
  EXPECT_EQ(errorOf("PK\3"), "not a MindIR file, or damaged: a field number is out of range at byte 2");
  EXPECT_EQ(errorOf(lengthDelimited('\x3a', "") + std::string("\x50\x00", 2)),
            "the weights are big-endian; export the model on a little-endian machine");
  EXPECT_EQ(errorOf(lengthDelimited('\x3a', lengthDelimited('\x12', "\xff\xfe"))),
            "not a MindIR file, or damaged: a name is not UTF-8 at byte 4");
}

TEST(Schema, RecognisesEncryptedFiles) {
  for (const char *magic : {"\xd8\x5e\x3a\x7f", "\xd9\x5e\x3a\x7f", "\xda\x5e\x3a\x7f"})
    EXPECT_EQ(errorOf(std::string(magic) + "whatever"),
              "the file is encrypted; export it without enc_key, or load it with mindspore.load(file, dec_key=...) and "
              "export it again");
}

} // namespace
