# Builds the simulated accelerator of one preset with its assertions and runs its tests: cmake -P, see native/tests/CMakeLists.txt.
# test/board/prepare.mjs takes the accelerator of the emulated board out of the same build.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
  string(REGEX MATCH "[^\n]*\n*$" last "${output}")
  message(STATUS "${last}")
endfunction()

set(preset zybo) # the smallest is compiled soonest
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G Ninja -DCMAKE_BUILD_TYPE=Release ${LAUNCHER} -DZYNQNET_TESTS=ON -DZYNQNET_ADDON=OFF
  -DZYNQNET_RTL=ON -DZYNQNET_RTL_ASSERT=ON -DZYNQNET_BOARD=ON -DZYNQNET_RTL_PRESETS=${preset})
run(${CMAKE_COMMAND} --build ${BUILD} --target rtl_units rtl_random rtl_faults)
run(${BUILD}/sim/unit/rtl_units)
run(${BUILD}/tests/sim/rtl_random ${preset} 8 0)
run(${BUILD}/tests/sim/rtl_faults ${preset} 15 1)
message(STATUS "passed")
