# Writes OUTPUT from version.cpp.in, where VERSION or the commit of SOURCE are others than at the last build. Run by every
# build: a commit is no change that a build tool sees.
execute_process(COMMAND git -C ${SOURCE} describe --always --abbrev=12 --exclude=* --dirty=.changed
  OUTPUT_VARIABLE COMMIT RESULT_VARIABLE failed ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
set(PROGRAM_VERSION ${VERSION})
if(failed EQUAL 0 AND COMMIT)
  set(PROGRAM_VERSION ${VERSION}+${COMMIT})
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/version.cpp.in ${OUTPUT} @ONLY)
