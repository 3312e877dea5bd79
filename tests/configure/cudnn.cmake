# cmake -DBUILD=<folder> -DSOURCE=<root of the project> -DCOMPILER=<c++> -P cudnn.cmake: what configure says to a cuDNN that is
# too old, of an unknown version, or new enough, and that a portable build does not look for one. The headers are made here; one build folder, so that compilers are tried once.
set(found ${BUILD}/cudnn)
file(REMOVE_RECURSE ${BUILD})
file(WRITE ${found}/cudnn.h "")
file(WRITE ${found}/libcudnn.so "")

function(cudnn_is major minor patch)
  file(WRITE ${found}/cudnn_version.h "#define CUDNN_MAJOR ${major}\n#define CUDNN_MINOR ${minor}\n\
#define CUDNN_PATCHLEVEL ${patch}\n#define CUDNN_VERSION (CUDNN_MAJOR * 10000 + CUDNN_MINOR * 100 + CUDNN_PATCHLEVEL)\n")
endfunction()

# expect(DG_CUDA passes|fails says|never_says text), in a build for this processor, or after set(native OFF) in a portable one
set(native ON)
function(expect mode outcome says text)
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE}/tests/configure/project -B ${BUILD}/build -DDG_SOURCE=${SOURCE}
                          -DDG_CUDA=${mode} -DDG_NATIVE=${native} -DCUDNN_INCLUDE_DIR=${found} -DCUDNN_LIBRARY=${found}/libcudnn.so
                          -DCMAKE_CXX_COMPILER=${COMPILER}
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(result EQUAL 0)
    set(result passes)
  else()
    set(result fails)
  endif()
  string(REGEX REPLACE "[ \n]+" " " words "${output}")  # CMake breaks the lines of an error
  string(FIND "${words}" "${text}" at)
  if(at EQUAL -1)
    set(said never_says)
  else()
    set(said says)
  endif()
  if(NOT result STREQUAL outcome OR NOT said STREQUAL says)
    message(FATAL_ERROR "DG_CUDA=${mode}: expected \"${outcome}\" and \"${says} ${text}\", but it ${result}:\n${output}")
  endif()
endfunction()

expect(AUTO passes says "cuDNN >= 9.8 (no version in ${found}/cudnn_version.h)")
cudnn_is(9 7 1)
expect(AUTO passes says "cuDNN >= 9.8 (found 9.7.1 in ${found})")
expect(STANDIN passes says "cuDNN >= 9.8 (found 9.7.1 in ${found})")
expect(ON fails says "cuDNN >= 9.8 (found 9.7.1 in ${found})")
set(native OFF)  # a portable build does not even look, unless it is asked to
expect(AUTO passes says "CUDA device: off; a portable build (DG_NATIVE=OFF) has it with DG_CUDA=ON alone")
expect(AUTO passes never_says "cuDNN")
expect(ON fails says "cuDNN >= 9.8 (found 9.7.1 in ${found})")
set(native ON)
cudnn_is(9 8 0)
expect(STANDIN passes never_says "cuDNN >=")
cudnn_is(10 0 0)
expect(STANDIN passes never_says "cuDNN >=")
