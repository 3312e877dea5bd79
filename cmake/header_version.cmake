# dg_header_version(VARIABLE FILE PREFIX): the version that a C header defines as PREFIX_MAJOR, PREFIX_MINOR and
# PREFIX_PATCH or PREFIX_PATCHLEVEL, such as 9.8.0; empty where there is no such file or it does not say.
function(dg_header_version variable file prefix)
  set(version "")
  if(EXISTS "${file}")
    file(STRINGS "${file}" lines REGEX "define +${prefix}_(MAJOR|MINOR|PATCH|PATCHLEVEL) +[0-9]+")
    list(TRANSFORM lines REPLACE ".*_[A-Z]+ +([0-9]+).*" "\\1")
    list(JOIN lines "." version)
  endif()
  set(${variable} "${version}" PARENT_SCOPE)
endfunction()
