# cmake -DSOURCE=<root of the project> -DFILE=<commit.cpp> -P commit.cmake: writes the commit of SOURCE into FILE, unless FILE
# says so already. "unknown" where SOURCE is no checkout of its own (a release's archive, also one that lies inside some other
# checkout) or there is no git.
function(git result)
  execute_process(COMMAND git -C ${SOURCE} ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE text ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(failed)
    set(text "")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

set(commit "unknown")
git(prefix rev-parse --show-prefix)  # empty at a checkout's root
git(head rev-parse --short=12 HEAD)
if(head AND NOT prefix)
  set(commit ${head})
  git(changes status --porcelain --untracked-files=no)
  if(changes)
    string(APPEND commit " (modified)")
  endif()
endif()
file(CONFIGURE OUTPUT ${FILE} @ONLY CONTENT "// Made by cmake/commit.cmake.
#include \"apps/version.h\"

namespace dg {

const char* const built_commit = \"${commit}\";

}  // namespace dg
")
