# What the project needs from the system. On Debian 12 every version fits; elsewhere configure says which package is too old.
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(Threads REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(JPEG REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(CLI11 2.1 REQUIRED)

# libjpeg has to be libjpeg-turbo: only it can decode straight to the pixel layouts we use.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_LIBRARIES JPEG::JPEG)
check_cxx_source_compiles("#include <cstdio>
#include <jpeglib.h>
int main() { return LIBJPEG_TURBO_VERSION_NUMBER >= 2000000 ? 0 : (JCS_EXT_RGB == 0); }" DG_JPEG_IS_TURBO)
unset(CMAKE_REQUIRED_LIBRARIES)
if(NOT DG_JPEG_IS_TURBO)
  message(FATAL_ERROR "libjpeg-turbo >= 2.0 is needed, found another libjpeg: ${JPEG_LIBRARIES}")
endif()

# toml++ is header-only; distributions disagree about its CMake name, so look for the header.
find_path(DG_TOML_INCLUDE_DIR toml++/toml.h)
if(NOT DG_TOML_INCLUDE_DIR)
  message(FATAL_ERROR "toml++ (libtomlplusplus-dev, 3.x) is needed: toml++/toml.h was not found")
endif()
add_library(dg_toml INTERFACE)
target_include_directories(dg_toml SYSTEM INTERFACE ${DG_TOML_INCLUDE_DIR})
target_compile_definitions(dg_toml INTERFACE TOML_HEADER_ONLY=1)

# oneDNN 2.6 or later; 3.x works too (see tensor/cpu/onednn.cpp). No CMake package is needed.
find_path(DG_ONEDNN_INCLUDE_DIR dnnl.hpp)
find_library(DG_ONEDNN_LIBRARY dnnl)
if(NOT DG_ONEDNN_INCLUDE_DIR OR NOT DG_ONEDNN_LIBRARY)
  message(FATAL_ERROR "oneDNN >= 2.6 (libdnnl-dev) is needed: dnnl.hpp or libdnnl was not found")
endif()
find_file(DG_ONEDNN_VERSION_HEADER NAMES oneapi/dnnl/dnnl_version.h dnnl_version.h PATHS ${DG_ONEDNN_INCLUDE_DIR})
file(STRINGS ${DG_ONEDNN_VERSION_HEADER} dg_onednn_lines REGEX "define DNNL_VERSION_(MAJOR|MINOR|PATCH) ")
string(REGEX REPLACE "[^0-9;]" "" dg_onednn_version "${dg_onednn_lines}")
list(JOIN dg_onednn_version "." dg_onednn_version)
if(dg_onednn_version VERSION_LESS 2.6)
  message(FATAL_ERROR "oneDNN >= 2.6 is needed, found ${dg_onednn_version} (${DG_ONEDNN_LIBRARY})")
endif()
message(STATUS "oneDNN ${dg_onednn_version}: ${DG_ONEDNN_LIBRARY}")
add_library(dg_onednn INTERFACE)
target_include_directories(dg_onednn SYSTEM INTERFACE $<BUILD_INTERFACE:${DG_ONEDNN_INCLUDE_DIR}>)
target_link_libraries(dg_onednn INTERFACE $<BUILD_INTERFACE:${DG_ONEDNN_LIBRARY}>)
