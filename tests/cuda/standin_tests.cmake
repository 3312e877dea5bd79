# The parity suite on the stand-in: the framework with its device code, as the GPU would run it. The
# order of blocks and threads comes from DG_STANDIN_SEED; DG_STANDIN_ORDERS says how many orders are tried.
add_subdirectory(standin)
list(TRANSFORM TEST_DEVICE_FUNCTORS PREPEND ${CMAKE_SOURCE_DIR}/tests/ OUTPUT_VARIABLE dg_suite_functors)
add_executable(test_standin ${dg_suite_functors} $<TARGET_OBJECTS:test_device_host>)
target_link_libraries(test_standin PRIVATE dg_standin_program GTest::gtest)
target_include_directories(test_standin PRIVATE ${CMAKE_SOURCE_DIR}/tests)
set(DG_STANDIN_ORDERS 1 CACHE STRING "How many random orders of threads the suite runs in on the stand-in")
set(dg_standin_filter "")
if(DG_SANITIZE)
  set(dg_standin_filter --gtest_filter=-Large*)  # minutes otherwise
endif()
foreach(order RANGE 1 ${DG_STANDIN_ORDERS})
  add_test(NAME standin.order${order} COMMAND test_standin --gtest_brief=1 ${dg_standin_filter})
  set_tests_properties(standin.order${order} PROPERTIES LABELS standin
    ENVIRONMENT "DG_TEST_DEVICE=cuda;DG_REQUIRE_GPU=1;OMP_NUM_THREADS=1;DG_STANDIN_SEED=${order}")
endforeach()

# The whole program on the stand-in: `doppel_standin train DATA --device cuda ...`
add_executable(doppel_standin $<TARGET_OBJECTS:dg_commands>)
target_link_libraries(doppel_standin PRIVATE dg_standin_program CLI11::CLI11)
dg_version_sources(doppel_standin)
add_test(NAME standin.program COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/program_on_standin $<TARGET_FILE:doppel_standin>)
set_tests_properties(standin.program PROPERTIES LABELS standin ENVIRONMENT OMP_NUM_THREADS=1)
