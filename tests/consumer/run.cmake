# cmake -DBUILD=<build of doppel> -DSOURCE=<this folder> -DCOMPILER=<c++> -P run.cmake: installs doppel into a prefix of
# its own inside BUILD, then configures, builds and runs the consumer against it. From scratch every time.
set(prefix ${BUILD}/consumer/prefix)
set(work ${BUILD}/consumer/build)
file(REMOVE_RECURSE ${BUILD}/consumer)

function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "failed (${result}): ${command}")
  endif()
endfunction()

step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} --component development)
set(configure ${CMAKE_COMMAND} -S ${SOURCE} -B ${work} -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_BUILD_TYPE=Release)
execute_process(COMMAND ${configure} -DLINK_BOTH_WIDTHS=ON RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE text)
if(result EQUAL 0 OR NOT text MATCHES "DOPPEL_WIDTH")
  message(FATAL_ERROR "a program that links both widths was not refused: ${text}")
endif()
step(${configure} -DLINK_BOTH_WIDTHS=OFF)
step(${CMAKE_COMMAND} --build ${work})
foreach(program train own_operation sampler_alone)
  step(${work}/${program})
endforeach()
