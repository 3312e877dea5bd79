# cmake --install BUILD --component program: the program, its recipes, documents, manual and completion.
# cmake --install BUILD --component development: headers, static libraries and the package that find_package(doppel)
# reads, with the targets
#   doppel::framework       tensors, operations, layers, losses, optimisers in float, with every backend
#   doppel::framework_f64   the same in double, for gradient checks; a program links one of the two, never both
#   doppel::sampling        doppelganger list and samplers; needs the standard library and nothing else
# The project's own flags stay here (dg_flags is linked at build time only). No type in a header depends on the
# processor, so a program built for any x86-64 may link libraries built with -march=native; it then needs that
# processor. Programs with operations of their own want doppel_OPERATION_FLAGS, or these will not be vectorised.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(DG_INSTALL_CMAKE ${CMAKE_INSTALL_LIBDIR}/cmake/doppel)
set(DG_INSTALL_HEADERS ${CMAKE_INSTALL_INCLUDEDIR}/doppel)

set(dg_exported dg dg_f64 doppel_sampling dg_onednn)
set_target_properties(dg PROPERTIES EXPORT_NAME framework OUTPUT_NAME doppel_framework)
set_target_properties(dg_f64 PROPERTIES EXPORT_NAME framework_f64 OUTPUT_NAME doppel_framework_f64)
set_target_properties(doppel_sampling PROPERTIES EXPORT_NAME sampling)
set_target_properties(dg_onednn PROPERTIES EXPORT_NAME onednn)
if(dg_cuda)
  list(APPEND dg_exported dg_cudnn)
  set_target_properties(dg_cudnn PROPERTIES EXPORT_NAME cudnn)
endif()
# CMake refuses a program that links both widths.
set_target_properties(dg PROPERTIES INTERFACE_DOPPEL_WIDTH f32 COMPATIBLE_INTERFACE_STRING DOPPEL_WIDTH)
set_target_properties(dg_f64 PROPERTIES INTERFACE_DOPPEL_WIDTH f64 COMPATIBLE_INTERFACE_STRING DOPPEL_WIDTH)
foreach(target dg dg_f64 doppel_sampling)
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${DG_INSTALL_HEADERS}>)
  target_compile_features(${target} INTERFACE cxx_std_20)
endforeach()

foreach(folder tensor autograd layers losses optim sampling)
  install(DIRECTORY ${folder} DESTINATION ${DG_INSTALL_HEADERS} COMPONENT development
          FILES_MATCHING PATTERN "*.h" PATTERN "*.cuh" PATTERN "cpu" EXCLUDE)
endforeach()
install(TARGETS ${dg_exported} EXPORT doppelTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(EXPORT doppelTargets NAMESPACE doppel:: DESTINATION ${DG_INSTALL_CMAKE} COMPONENT development)

configure_package_config_file(cmake/doppelConfig.cmake.in ${CMAKE_BINARY_DIR}/doppelConfig.cmake
                              INSTALL_DESTINATION ${DG_INSTALL_CMAKE})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/doppelConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/doppelConfig.cmake ${CMAKE_BINARY_DIR}/doppelConfigVersion.cmake
        DESTINATION ${DG_INSTALL_CMAKE} COMPONENT development)

# The installed program finds libraries from outside the system's folders (another oneDNN, CUDA) where the build found them.
set_target_properties(doppel PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS doppel RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)

# Recipes and documents, where apps/recipes.cpp looks for them. experiments/tables.toml is for experiments/run alone.
install(DIRECTORY experiments/ DESTINATION ${CMAKE_INSTALL_DATADIR}/doppel/recipes COMPONENT program
        FILES_MATCHING PATTERN "*.toml" PATTERN "tables.toml" EXCLUDE PATTERN "__pycache__" EXCLUDE)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DATADIR}/doppel/docs COMPONENT program)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doppel COMPONENT program)

# The manual and bash's completion are what the program prints. One that was built for another machine cannot be asked here.
if(NOT CMAKE_CROSSCOMPILING)
  add_custom_command(OUTPUT ${dg_generated}/doppel.1 ${dg_generated}/doppel.bash
                     COMMAND doppel manual > ${dg_generated}/doppel.1
                     COMMAND doppel completion bash > ${dg_generated}/doppel.bash
                     DEPENDS doppel COMMENT "Manual and completion" VERBATIM)
  add_custom_target(dg_manual ALL DEPENDS ${dg_generated}/doppel.1)
  install(FILES ${dg_generated}/doppel.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
  install(FILES ${dg_generated}/doppel.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME doppel
          COMPONENT program)
endif()
