# The CUDA device is built where nvcc, cuBLAS and cuDNN are found, but in a portable build (DG_NATIVE=OFF) only when it is asked
# for: a program that is to run elsewhere should not need what happens to be installed here. This file defines
#   dg_cuda            ON or OFF
#   dg_cuda_status     that in words, and why
#   dg_cudnn           interface target, where the toolkit is: headers of CUDA, cuBLAS and cuDNN, and the libraries
#   dg_device_sources(target sources...)   adds sources that run on the device: through nvcc with CUDA, else as they are
set(DG_CUDA AUTO CACHE STRING "The CUDA device: AUTO (if nvcc, cuBLAS and cuDNN are found, and DG_NATIVE is ON), ON (required), OFF, or STANDIN \
(only the tests on a stand-in for a GPU, which need the toolkit's headers and cuDNN but not nvcc)")
set_property(CACHE DG_CUDA PROPERTY STRINGS AUTO ON OFF STANDIN)

include(${CMAKE_CURRENT_LIST_DIR}/cuda_architectures.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/header_version.cmake)

set(dg_cuda OFF)
set(dg_cuda_missing "")
set(dg_cudnn_oldest 9.8)  # the first that plans for a described device (tensor/cuda/cudnn_graph.h)
set(dg_cuda_unasked OFF)
if(DG_CUDA STREQUAL "AUTO" AND NOT DG_NATIVE)
  set(dg_cuda_unasked ON)
endif()
if(DG_CUDA AND NOT dg_cuda_unasked)
  find_package(CUDAToolkit 12.0 QUIET)
  if(NOT TARGET CUDA::cublas)
    list(APPEND dg_cuda_missing "the CUDA toolkit >= 12 with cuBLAS")
  endif()
  find_path(CUDNN_INCLUDE_DIR cudnn.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
  find_library(CUDNN_LIBRARY cudnn HINTS ${CUDAToolkit_LIBRARY_DIR})
  if(NOT CUDNN_INCLUDE_DIR OR NOT CUDNN_LIBRARY)
    list(APPEND dg_cuda_missing "cuDNN >= ${dg_cudnn_oldest} (cudnn.h and libcudnn)")
  else()
    dg_header_version(dg_cudnn_version ${CUDNN_INCLUDE_DIR}/cudnn_version.h CUDNN)
    if(NOT dg_cudnn_version)
      list(APPEND dg_cuda_missing "cuDNN >= ${dg_cudnn_oldest} (no version in ${CUDNN_INCLUDE_DIR}/cudnn_version.h)")
    elseif(dg_cudnn_version VERSION_LESS dg_cudnn_oldest)
      list(APPEND dg_cuda_missing "cuDNN >= ${dg_cudnn_oldest} (found ${dg_cudnn_version} in ${CUDNN_INCLUDE_DIR})")
    endif()
  endif()
  if(NOT dg_cuda_missing)
    add_library(dg_cudnn INTERFACE)
    target_include_directories(dg_cudnn SYSTEM INTERFACE $<BUILD_INTERFACE:${CUDNN_INCLUDE_DIR}>
                               $<BUILD_INTERFACE:${CUDAToolkit_INCLUDE_DIRS}>)
    target_link_libraries(dg_cudnn INTERFACE $<BUILD_INTERFACE:${CUDNN_LIBRARY}> $<BUILD_INTERFACE:CUDA::cublas>)
  endif()
  if(NOT DG_CUDA STREQUAL "STANDIN")
    include(CheckLanguage)
    check_language(CUDA)  # fails softly, also when nvcc rejects the host compiler
    if(NOT CMAKE_CUDA_COMPILER)
      list(APPEND dg_cuda_missing "an nvcc that accepts ${CMAKE_CXX_COMPILER}")
    elseif(NOT dg_cuda_missing)
      set(dg_cuda ON)
    endif()
  endif()
  list(JOIN dg_cuda_missing "; " dg_cuda_missing)
  if(DG_CUDA STREQUAL "ON" AND NOT dg_cuda)
    message(FATAL_ERROR "DG_CUDA=ON, but not found: ${dg_cuda_missing}")
  endif()
endif()

if(dg_cuda)
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    find_program(DG_NVIDIA_SMI nvidia-smi)
    dg_cuda_architectures(CMAKE_CUDA_ARCHITECTURES ${CMAKE_CUDA_COMPILER} "${DG_NVIDIA_SMI}")
  endif()
  set(CMAKE_CUDA_STANDARD_REQUIRED OFF)  # see -std below
  enable_language(CUDA)
  # CMake 3.25 silently drops C++20 for CUDA, so the standard is an option here (tensor/real.h asserts it). fmt 9
  # disables part of its constexpr under nvcc, so it is asked for. nvcc only warns when device code calls a host
  # function; here that is an error.
  add_library(dg_nvcc_flags INTERFACE)
  target_compile_definitions(dg_nvcc_flags INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:DG_DEVICE_CODE FMT_USE_CONSTEXPR=1>)
  set(dg_host_flags -fopenmp,-fno-math-errno,-fno-trapping-math)
  if(DG_NATIVE)
    string(APPEND dg_host_flags ,-march=native,-mprefer-vector-width=512)
  endif()
  target_compile_options(dg_nvcc_flags INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20 --expt-relaxed-constexpr
                         -Werror=all-warnings -Xptxas=-warn-spills -Xcompiler=${dg_host_flags}>)
  set(dg_cuda_status "on; nvcc ${CMAKE_CUDA_COMPILER_VERSION}, cuDNN ${dg_cudnn_version} (${CUDNN_LIBRARY}), for sm_${CMAKE_CUDA_ARCHITECTURES}")
elseif(dg_cuda_unasked)
  set(dg_cuda_status "off; a portable build (DG_NATIVE=OFF) has it with DG_CUDA=ON alone")
elseif(dg_cuda_missing)
  set(dg_cuda_status "off; not found: ${dg_cuda_missing}")
else()
  set(dg_cuda_status "off (DG_CUDA=${DG_CUDA})")
endif()
message(STATUS "CUDA device: ${dg_cuda_status}")

# nvcc compiles copies that end in .cu. A source has one language per directory, and the double library compiles the
# same files with the host compiler.
function(dg_device_sources target)
  if(NOT dg_cuda)
    target_sources(${target} PRIVATE ${ARGN})
    return()
  endif()
  foreach(source IN LISTS ARGN)
    string(REPLACE "/" "_" copy ${source})
    set(copy ${CMAKE_BINARY_DIR}/cuda/${copy}.cu)
    file(CONFIGURE OUTPUT ${copy} CONTENT "#include \"${source}\"\n" @ONLY)
    target_sources(${target} PRIVATE ${copy})
  endforeach()
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:dg_nvcc_flags>)
endfunction()
