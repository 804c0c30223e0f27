# Configures, builds and runs the core's and the driver's tests and a fuzzing smoke test under the sanitizers: cmake -P, see CMakeLists.txt.
set(tests core/arithmetic_test core/validate_test core/scalar_engine_test zqn/codec_test lowering/pack_test accelerator/driver_test
  platform/system_test sim/functional_test)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
endfunction()

run(${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER=${COMPILER}
  ${LAUNCHER} -DZYNQNET_TESTS=ON -DZYNQNET_FUZZ=ON -DZYNQNET_ADDON=OFF)
list(TRANSFORM tests REPLACE ".*/" "" OUTPUT_VARIABLE targets)
run(${CMAKE_COMMAND} --build ${BUILD} --target ${targets} zynqnet_fuzz_parse zynqnet_fuzz_seeds)
foreach(test ${tests})
  run(${BUILD}/tests/${test})
endforeach()
file(MAKE_DIRECTORY ${BUILD}/seeds)
run(${BUILD}/fuzz/zynqnet_fuzz_seeds ${BUILD}/seeds 10)
run(${BUILD}/fuzz/zynqnet_fuzz_parse -runs=1000 -max_len=1600 -entropic=0 -seed=1 ${BUILD}/seeds)
message(STATUS "passed")
