# cmake -DOUT=embedded.c "-DFILES=NAME=PATH;..." -P embed.cmake
# Makes `const struct dg_slice dg_embedded_NAME` of each file.
set(text "#include \"backup/embedded.h\"\n")
foreach(pair IN LISTS FILES)
  string(REGEX MATCH "^([^=]+)=(.*)$" pair "${pair}")
  set(name dg_embedded_${CMAKE_MATCH_1})
  file(READ "${CMAKE_MATCH_2}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND text "\nstatic const unsigned char ${name}_bytes[] = {${bytes}};\n"
    "const struct dg_slice ${name} = {(const char *)${name}_bytes,\n"
    "\tsizeof(${name}_bytes)};\n")
endforeach()
file(WRITE "${OUT}" "${text}")
