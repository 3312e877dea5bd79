# Compiler flags of every target of this project: C++20, warnings as errors, fast but bit-repeatable arithmetic.
add_library(dg_flags INTERFACE)
target_include_directories(dg_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(dg_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       -Wno-sign-conversion -Wno-missing-field-initializers -Werror>)
# g++ 12 warns falsely inside fmt 9 when it inlines a format parser.
target_compile_options(dg_flags INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-stringop-overflow>)
# It also takes vectors in temporaries for uninitialised, depending on what it inlines and for which processor: told, but no
# error. The sanitizers look for the real thing.
target_compile_options(dg_flags INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-error=maybe-uninitialized>)
# Without these two, g++ does not vectorise the functors of tensor/parallel.h. They do not change results.
set(dg_operation_flags -fno-math-errno -fno-trapping-math)
if(DG_NATIVE)
  list(APPEND dg_operation_flags -march=native -mprefer-vector-width=512)
endif()
target_compile_options(dg_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${dg_operation_flags}>")
if(DG_SANITIZE)
  # g++ 12 warns falsely inside std::regex when it is sanitized.
  target_compile_options(dg_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized>)
  # The checks before every access through a pointer or reference are left out, because they take a quarter of the
  # compile time. AddressSanitizer or the processor reports most of what they find, but no misaligned or wrongly typed object.
  target_compile_options(dg_flags INTERFACE -fsanitize=address,undefined -fno-sanitize=null,alignment,object-size,vptr
                         -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(dg_flags INTERFACE -fsanitize=address,undefined)
endif()
if(DG_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "DG_FUZZ needs clang, which has libFuzzer; the compiler is ${CMAKE_CXX_COMPILER_ID}")
  endif()
  # clang takes a parameter for a shadow of a constant in an unnamed namespace, and says which loops it does not vectorise.
  target_compile_options(dg_flags INTERFACE -Wno-shadow -Wno-pass-failed)
  # Every check that ends the program is a finding. fuzzer-no-link counts what code an input reaches.
  target_compile_options(dg_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  target_link_options(dg_flags INTERFACE -fsanitize=address,undefined)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -g1 -DNDEBUG")  # assertions of libraries must not end the program
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")  # -g2 would track variables through sanitized code, which takes minutes a file
