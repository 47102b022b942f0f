# cmake -DOUTPUT=Objects.cpp -DOBJECTS=a.o,b.o -P EmbedObjects.cmake: writes the definition of Objects.h.
string(REPLACE "," ";" objects ${OBJECTS})
set(arrays)
set(rows)
foreach(object ${objects})
  get_filename_component(name ${object} NAME)
  file(READ ${object} digits HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" text ${digits})
  string(REGEX REPLACE "(................................................................................)" "\\1\"\n    \"" text "${text}")
  list(LENGTH rows index)
  string(LENGTH ${digits} length)
  math(EXPR length "${length} / 2")
  string(APPEND arrays "static const char bytes${index}[] =\n    \"${text}\";\n")
  list(APPEND rows "    {\"${name}\", {bytes${index}, ${length}}},\n")
endforeach()
list(JOIN rows "" rows)
file(WRITE ${OUTPUT} "// Made by EmbedObjects.cmake.
#include \"runtime/guest/Objects.h\"

${arrays}
static const wasmind::guest::Object all[] = {
${rows}};

std::span<const wasmind::guest::Object> wasmind::guest::objects() { return all; }
")
