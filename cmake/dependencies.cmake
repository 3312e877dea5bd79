# What the project needs from the system. On Debian 12 every version fits; elsewhere configure says which package is too old.
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(Threads REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG 1.6 REQUIRED)
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

# libwebp installs no CMake package on Debian.
find_path(DG_WEBP_INCLUDE_DIR webp/decode.h)
find_library(DG_WEBP_LIBRARY webp)
if(NOT DG_WEBP_INCLUDE_DIR OR NOT DG_WEBP_LIBRARY)
  message(FATAL_ERROR "libwebp (libwebp-dev) is needed: webp/decode.h or libwebp was not found")
endif()
add_library(dg_webp INTERFACE)
target_include_directories(dg_webp SYSTEM INTERFACE ${DG_WEBP_INCLUDE_DIR})
target_link_libraries(dg_webp INTERFACE ${DG_WEBP_LIBRARY})

# toml++ is header-only; distributions disagree about its CMake name, so look for the header.
find_path(DG_TOML_INCLUDE_DIR toml++/toml.h)
if(NOT DG_TOML_INCLUDE_DIR)
  message(FATAL_ERROR "toml++ (libtomlplusplus-dev, 3.x) is needed: toml++/toml.h was not found")
endif()
add_library(dg_toml INTERFACE)
target_include_directories(dg_toml SYSTEM INTERFACE ${DG_TOML_INCLUDE_DIR})
target_compile_definitions(dg_toml INTERFACE TOML_HEADER_ONLY=1)

# oneDNN 2.6 or later, 3.x too (see tensor/cpu/onednn.cpp); -DCMAKE_PREFIX_PATH=PREFIX takes the one in PREFIX/include and
# PREFIX/lib. No CMake package is needed.
include(${CMAKE_CURRENT_LIST_DIR}/header_version.cmake)
find_path(DG_ONEDNN_INCLUDE_DIR dnnl.hpp)
find_library(DG_ONEDNN_LIBRARY dnnl)
if(NOT DG_ONEDNN_INCLUDE_DIR OR NOT DG_ONEDNN_LIBRARY)
  message(FATAL_ERROR "oneDNN >= 2.6 (libdnnl-dev) is needed: dnnl.hpp or libdnnl was not found")
endif()
dg_header_version(dg_onednn_version ${DG_ONEDNN_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h DNNL_VERSION)
if(dg_onednn_version VERSION_LESS 2.6)
  message(FATAL_ERROR "oneDNN >= 2.6 is needed, found ${dg_onednn_version} (${DG_ONEDNN_LIBRARY})")
endif()
message(STATUS "oneDNN ${dg_onednn_version}: ${DG_ONEDNN_LIBRARY}")
cmake_path(GET DG_ONEDNN_LIBRARY PARENT_PATH dg_onednn_folder)  # for cmake/doppelConfig.cmake.in
add_library(dg_onednn INTERFACE)
target_include_directories(dg_onednn SYSTEM INTERFACE $<BUILD_INTERFACE:${DG_ONEDNN_INCLUDE_DIR}>)
target_link_libraries(dg_onednn INTERFACE $<BUILD_INTERFACE:${DG_ONEDNN_LIBRARY}>)
