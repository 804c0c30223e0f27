# Cross build for the boards: linux armv7l, Cortex-A9 with NEON, by Debian's cross compiler. Tests run under QEMU, whose
# cortex-a9 traps what the real core does not have (sdiv, fused multiply-add).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR armv7l)
set(CMAKE_C_COMPILER arm-linux-gnueabihf-gcc)
set(CMAKE_CXX_COMPILER arm-linux-gnueabihf-g++)
set(CMAKE_CXX_FLAGS_INIT "-mcpu=cortex-a9 -mfpu=neon-fp16 -mfloat-abi=hard")
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-arm-static -cpu cortex-a9 -L /usr/arm-linux-gnueabihf)
