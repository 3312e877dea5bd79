# What `doppel --version` says about the build: two small sources in BUILD/generated. build_info.cpp is made here; commit.cpp at
# every build, by cmake/commit.cmake, which writes it only where the commit has changed.
#   dg_version_sources(target)   adds both
include(GNUInstallDirs)
set(dg_generated ${CMAKE_BINARY_DIR}/generated)

if(DG_NATIVE)
  set(dg_built "for this machine's processor (-march=native)")
else()
  set(dg_built "portable")
endif()
string(APPEND dg_built ", ${CMAKE_BUILD_TYPE}, ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
if(DG_SANITIZE)
  string(APPEND dg_built ", with sanitizers")
endif()
file(RELATIVE_PATH dg_share_from_program ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_DATADIR}/doppel)
file(RELATIVE_PATH dg_checkout_from_build ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR})
configure_file(cmake/build_info.cpp.in ${dg_generated}/build_info.cpp @ONLY)

set(dg_write_commit ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DFILE=${dg_generated}/commit.cpp
                    -P ${CMAKE_SOURCE_DIR}/cmake/commit.cmake)
add_custom_target(dg_commit COMMAND ${dg_write_commit} BYPRODUCTS ${dg_generated}/commit.cpp COMMENT "")

function(dg_version_sources target)
  target_sources(${target} PRIVATE ${dg_generated}/build_info.cpp ${dg_generated}/commit.cpp)
  add_dependencies(${target} dg_commit)
endfunction()
