# Flags and helpers shared by every target.

add_library(vams_flags INTERFACE)
target_compile_options(vams_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
                                            -Wold-style-cast -Woverloaded-virtual -Wnull-dereference -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # std::stable_sort of libstdc++ 12 uses what libstdc++ 12 deprecates, and clang says so; g++ watches over the rest.
  target_compile_options(vams_flags INTERFACE -Wthread-safety -Wno-deprecated-declarations)
else()
  # g++ 12 reports false positives of these two in the standard library's own headers once inlined.
  target_compile_options(vams_flags INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized -Wno-restrict)
endif()
target_include_directories(vams_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
# No path of the checkout in a program, and the same object file from every checkout.
target_compile_options(vams_flags INTERFACE -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
# What makes a fault in memory handling a crash instead of a way in; in what is shipped alone, since sanitizers see more and do not mix with
# all of it. ci/hardened.sh reads each of these off the programs.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT VAMS_SANITIZE)
  target_compile_options(vams_flags INTERFACE -fPIE -fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(vams_flags INTERFACE -fcf-protection=full)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    target_compile_options(vams_flags INTERFACE -mbranch-protection=standard)
  endif()
  target_link_options(vams_flags INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
if(VAMS_SANITIZE)
  target_compile_options(vams_flags INTERFACE -fsanitize=${VAMS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(vams_flags INTERFACE -fsanitize=${VAMS_SANITIZE})
endif()
if(VAMS_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # A fiber's outermost frame is entered by the thread that makes it and left by the one that ends it. AddressSanitizer would keep that frame
  # beside the stack of the first, which may be gone by then.
  set_source_files_properties(src/base/fiber.cc PROPERTIES COMPILE_OPTIONS -fsanitize-address-use-after-return=never)
endif()

# What most rooms include and what costs the compiler most: parsed once by g++ without optimisation. Optimised, g++ 12 reports what it
# keeps quiet about in system headers (array-bounds, stringop-overflow) once these come out of a precompiled one; clang's form of it
# names its checkout and would take the compiler's cache from every other one.
set(VAMS_PRECOMPILED <algorithm> <chrono> <cstdint> <expected> <filesystem> <functional> <map> <memory> <optional> <set> <string>
                     <string_view> <utility> <vector> <fmt/format.h> <nlohmann/json.hpp>)
function(vams_precompiled target)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    return()
  endif()
  if(NOT TARGET vams_precompiled_header)
    # Written once: a newer one would make every object that includes the header older than its source.
    if(NOT EXISTS ${CMAKE_BINARY_DIR}/generated/precompiled.cc)
      file(WRITE ${CMAKE_BINARY_DIR}/generated/precompiled.cc "")
    endif()
    add_library(vams_precompiled_header OBJECT ${CMAKE_BINARY_DIR}/generated/precompiled.cc)
    target_link_libraries(vams_precompiled_header PRIVATE vams_flags fmt::fmt nlohmann_json::nlohmann_json Threads::Threads)
    target_precompile_headers(vams_precompiled_header PRIVATE ${VAMS_PRECOMPILED})
  endif()
  target_precompile_headers(${target} REUSE_FROM vams_precompiled_header)
endfunction()

# vams_room(NAME LIBS ...): the static library vams_NAME of every source file in src/NAME (not below it).
function(vams_room name)
  cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
  string(REPLACE "/" "_" target "vams_${name}")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC vams_flags ${ARG_LIBS})
    vams_precompiled(${target})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE vams_flags ${ARG_LIBS})
  endif()
endfunction()

# The programs: cli/<name>_main.cc for each, everything else in cli/ as the library vams_cli.
function(vams_programs)
  file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/cli/*.cc)
  set(mains ${cli_sources})
  list(FILTER mains INCLUDE REGEX "_main\\.cc$")
  list(FILTER cli_sources EXCLUDE REGEX "_main\\.cc$")
  if(cli_sources)
    add_library(vams_cli STATIC ${cli_sources})
    target_link_libraries(vams_cli PUBLIC vams_run CLI11::CLI11)
    target_include_directories(vams_cli PUBLIC ${CMAKE_SOURCE_DIR})
    set_source_files_properties(cli/version.cc PROPERTIES COMPILE_DEFINITIONS VAMS_VERSION="${PROJECT_VERSION}")
    vams_precompiled(vams_cli)
  else()
    add_library(vams_cli INTERFACE)
    target_link_libraries(vams_cli INTERFACE vams_run CLI11::CLI11)
  endif()
  add_custom_target(programs)
  foreach(main ${mains})
    get_filename_component(stem ${main} NAME_WE)
    string(REGEX REPLACE "_main$" "" stem ${stem})
    string(REPLACE "_" "-" program ${stem})
    add_executable(${program} ${main})
    target_link_libraries(${program} PRIVATE vams_cli)
    target_include_directories(${program} PRIVATE ${CMAKE_SOURCE_DIR})
    add_dependencies(programs ${program})
  endforeach()
endfunction()
