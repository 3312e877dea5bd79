# cmake -DBUILD=<folder> -DSOURCE=<root of the project> -P architectures.cmake: which GPU architectures are built for by default.
cmake_minimum_required(VERSION 3.25)
include(${SOURCE}/cmake/cuda_architectures.cmake)
file(REMOVE_RECURSE ${BUILD})

# A program that prints `text` and ends with `result`.
function(program name result text)
  file(WRITE ${BUILD}/${name} "#!/bin/sh\nprintf '${text}'\nexit ${result}\n")
  file(CHMOD ${BUILD}/${name} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endfunction()

function(expect architectures nvidia_smi)
  dg_cuda_architectures(got ${BUILD}/nvcc "${nvidia_smi}")
  if(NOT got STREQUAL architectures)
    message(FATAL_ERROR "expected ${architectures}, got ${got}")
  endif()
endfunction()

program(nvcc 0 "compute_75\\ncompute_80\\ncompute_90\\ncompute_100\\n")
expect("75" "")
program(one 0 "9.0\\n")
expect("90" ${BUILD}/one)
program(two_kinds 0 "8.0\\n10.0\\n8.0\\n")
expect("80;100" ${BUILD}/two_kinds)
program(newer_than_nvcc 0 "12.0\\n")
expect("75" ${BUILD}/newer_than_nvcc)
program(no_driver 9 "NVIDIA-SMI 8.0 has failed\\n")
expect("75" ${BUILD}/no_driver)
