// engine_frames BACKEND FRAMES [CLASSES]: ZynqNet (random weights) on FRAMES frames, one thread; prints the multiply-
// accumulates of a frame and a checksum. count_instructions.sh runs it under emulation.
#include "core/validate.hpp"
#include "cpu/engines.hpp"
#include "tests/support/random_model.hpp"

#include <cstdio>
#include <cstdlib>

int main(int argc, char **argv) {
  using namespace zynqnet;
  if (argc < 3) {
    std::fprintf(stderr, "usage: engine_frames BACKEND FRAMES [CLASSES]\n");
    return 2;
  }
  const std::string backend = argv[1];
  const auto model = tests::randomZynqNet(1, argc > 3 ? static_cast<unsigned>(std::atoi(argv[3])) : 1000,
                                          backend.starts_with("float") ? Arithmetic::float32 : Arithmetic::int8);
  const auto engine = createCpuEngine(model, backend, 1);
  unsigned long long macs = 0;
  for (const Op &op : model->ops) {
    macs += macCount(*model, op);
  }
  std::uint32_t checksum = 0;
  Logits logits;
  for (int frame = 0; frame < std::atoi(argv[2]); ++frame) {
    engine->run(tests::randomFrame(5, *model), logits);
    for (const std::int32_t sum : logits.sums) {
      checksum = checksum * 31U + static_cast<std::uint32_t>(sum);
    }
  }
  std::printf("%llu %08x\n", macs, checksum);
}
