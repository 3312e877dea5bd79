# Every source of the framework goes through nvcc as well, so that an operation stays one source for both devices.
# (The CUDA device itself is not built yet; this target proves that what it will run compiles.)
set(DG_CUDA AUTO CACHE STRING "Check the sources with nvcc: AUTO (if a working nvcc is found), ON (required) or OFF")
set_property(CACHE DG_CUDA PROPERTY STRINGS AUTO ON OFF)
if(NOT DG_CUDA)
  message(STATUS "CUDA: off (DG_CUDA=OFF)")
  return()
endif()
include(CheckLanguage)
check_language(CUDA)  # fails softly, also when nvcc rejects the host compiler
if(NOT CMAKE_CUDA_COMPILER)
  if(DG_CUDA STREQUAL "ON")
    message(FATAL_ERROR "DG_CUDA=ON, but no nvcc that accepts ${CMAKE_CXX_COMPILER} was found")
  endif()
  message(STATUS "CUDA: off (no nvcc that accepts ${CMAKE_CXX_COMPILER})")
  return()
endif()
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80)
endif()
set(CMAKE_CUDA_STANDARD_REQUIRED OFF)  # see -std below
enable_language(CUDA)
message(STATUS "CUDA: ${CMAKE_CUDA_COMPILER} ${CMAKE_CUDA_COMPILER_VERSION}, compile check `nvcc_check`")
# One object per source through a copy with the .cu ending, because a source has one language per directory.
add_library(nvcc_check OBJECT EXCLUDE_FROM_ALL)
foreach(source IN LISTS DG_FRAMEWORK)
  string(REPLACE "/" "_" copy ${source})
  set(copy ${CMAKE_BINARY_DIR}/nvcc/${copy}.cu)
  file(CONFIGURE OUTPUT ${copy} CONTENT "#include \"${source}\"\n" @ONLY)
  target_sources(nvcc_check PRIVATE ${copy})
endforeach()
target_link_libraries(nvcc_check PRIVATE dg_flags fmt::fmt)
target_compile_definitions(nvcc_check PRIVATE FMT_USE_CONSTEXPR=1)  # fmt 9 half-disables constexpr under nvcc
# CMake 3.25 silently drops C++20 for CUDA: pass the standard as an option (tensor/real.h asserts it).
target_compile_options(nvcc_check PRIVATE -std=c++20 --expt-relaxed-constexpr -Werror=all-warnings -Xptxas=-warn-spills
                       -Xcompiler=-fopenmp,-fno-math-errno,-fno-trapping-math)
