# Configures, builds and runs the core's and the driver's tests and a fuzzing smoke test under the sanitizers: cmake -P, see CMakeLists.txt.
set(tests arithmetic_test codec_test validate_test scalar_engine_test)
set(device_tests device_system_test device_driver_test device_functional_test device_pack_test)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
endfunction()

run(${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER=${COMPILER}
  ${LAUNCHER} -DZYNQNET_TESTS=ON -DZYNQNET_FUZZ=ON -DZYNQNET_ADDON=OFF)
run(${CMAKE_COMMAND} --build ${BUILD} --target ${tests} ${device_tests} zynqnet_fuzz_parse zynqnet_fuzz_seeds)
foreach(test ${tests})
  run(${BUILD}/tests/${test})
endforeach()
foreach(test ${device_tests})
  run(${BUILD}/tests/device/${test})
endforeach()
file(MAKE_DIRECTORY ${BUILD}/seeds)
run(${BUILD}/fuzz/zynqnet_fuzz_seeds ${BUILD}/seeds 10)
run(${BUILD}/fuzz/zynqnet_fuzz_parse -runs=1000 -max_len=1600 -entropic=0 -seed=1 ${BUILD}/seeds)
message(STATUS "passed")
