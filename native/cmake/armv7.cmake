# Cross-compiles for Zynq-7000 (2x Cortex-A9): cmake -S native -B build-arm -G Ninja -DCMAKE_TOOLCHAIN_FILE=$PWD/native/cmake/armv7.cmake
# libstdc++ stays dynamic: linking it statically raises the needed glibc to 2.36. older_libraries.hpp keeps the rest at
# glibc 2.28 and libstdc++ 9.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR armv7l)
set(CMAKE_C_COMPILER arm-linux-gnueabihf-gcc)
set(CMAKE_CXX_COMPILER arm-linux-gnueabihf-g++)
set(CMAKE_CXX_FLAGS_INIT "-mcpu=cortex-a9 -mfpu=neon-fp16 -mfloat-abi=hard -Wno-psabi -include ${CMAKE_CURRENT_LIST_DIR}/older_libraries.hpp")
# Tests run under emulation, always with the real core: its missing instructions trap as on the board.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-arm-static -cpu cortex-a9 -L /usr/arm-linux-gnueabihf)
# nlohmann-json is headers only and lies with the machine's own packages.
set(nlohmann_json_DIR /usr/share/cmake/nlohmann_json)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
