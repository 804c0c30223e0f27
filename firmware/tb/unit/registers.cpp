// Every register of registers.json at its offset: access, reset value, byte strobes, and that it shows what it should.
#include "Vregs.h"
#include "bench.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <set>

namespace zynqnet::bench {
namespace {

constexpr std::uint8_t okay = 0, slaveError = 2;

class Slave {
public:
  Vregs top;
  int starts = 0, aborts = 0, resets = 0;

  void cycle() {
    tick(top);
    starts += top.start_o, aborts += top.abort_o, resets += top.soft_reset_o;
  }

  /// Address and data are offered at different times; the response waits for a while.
  std::uint8_t write(std::uint32_t offset, std::uint32_t value, std::uint8_t strobes = 15) {
    const bool addressFirst = random_.chance(50);
    top.awaddr_i = offset, top.wdata_i = value, top.wstrb_i = strobes;
    (addressFirst ? top.awvalid_i : top.wvalid_i) = 1;
    for (std::uint32_t wait = random_.below(3); wait > 0; --wait) {
      settle(top);
      CHECK_MESSAGE((top.awready_o == 0 && top.wready_o == 0), "address and data are taken together");
      cycle();
    }
    top.awvalid_i = top.wvalid_i = 1;
    settle(top);
    CHECK_MESSAGE((top.awready_o != 0 && top.wready_o != 0), "a write is taken");
    cycle();
    top.awvalid_i = top.wvalid_i = 0;
    for (std::uint32_t wait = random_.below(3); wait > 0; --wait) {
      settle(top);
      CHECK_MESSAGE(top.bvalid_o != 0, "the response waits");
      cycle();
    }
    settle(top);
    CHECK_MESSAGE(top.bvalid_o != 0, "a write is answered");
    const std::uint8_t response = top.bresp_o;
    top.bready_i = 1;
    cycle();
    top.bready_i = 0;
    settle(top);
    CHECK_MESSAGE(top.bvalid_o == 0, "one response");
    return response;
  }

  std::uint32_t read(std::uint32_t offset, std::uint8_t &response) {
    top.araddr_i = offset, top.arvalid_i = 1;
    settle(top);
    CHECK_MESSAGE(top.arready_o != 0, "a read is taken");
    cycle();
    top.arvalid_i = 0;
    for (int wait = 0; top.rvalid_o == 0 && wait < 5; ++wait) {
      cycle();
    }
    for (std::uint32_t wait = random_.below(3); wait > 0; --wait) {
      cycle();
    }
    CHECK_MESSAGE(top.rvalid_o != 0, "a read is answered");
    const std::uint32_t value = top.rdata_o;
    response = top.rresp_o;
    top.rready_i = 1;
    cycle();
    top.rready_i = 0;
    return value;
  }
  std::uint32_t read(std::uint32_t offset) {
    std::uint8_t response = 0;
    const std::uint32_t value = read(offset, response);
    CHECK_MESSAGE(response == okay, ("reading " + std::to_string(offset) + " is allowed"));
    return value;
  }

private:
  Random random_{5};
};

void showsItsInputs(Slave &slave) {
  Vregs &top = slave.top;
  top.busy_i = 1, top.draining_i = 1, top.error_code_i = 9, top.error_command_i = 0x1234, top.error_addr_i = 0x89ABCDEF;
  top.completed_i = 0x00110022, top.cycles_i = 101, top.macs_i = 0x1020304050607080ULL, top.array_cycles_i = 102, top.stall_read_i = 103;
  top.stall_write_i = 104, top.stall_weights_i = 105, top.read_beats_i = 106, top.write_beats_i = 107;
  const std::map<std::uint32_t, std::uint32_t> shown{
      {0x024, 3},          {0x044, 9},   {0x048, 0x1234}, {0x04C, 0x89ABCDEF}, {0x050, 0x00110022}, {0x060, 101}, {0x064, 0x50607080},
      {0x068, 0x10203040}, {0x06C, 102}, {0x070, 103},    {0x074, 104},        {0x078, 105},        {0x07C, 106}, {0x080, 107}};
  for (const auto &[offset, value] : shown) {
    CHECK_MESSAGE(slave.read(offset) == value, ("register " + std::to_string(offset) + " shows its input"));
  }
}

void interrupts(Slave &slave) {
  Vregs &top = slave.top;
  top.done_i = 1;
  slave.cycle();
  top.done_i = 0;
  slave.cycle(), slave.cycle();
  CHECK_MESSAGE((slave.read(0x02C) == 1 && top.irq_o == 0), "done is noted, masked");
  slave.write(0x028, 1);
  slave.cycle();
  CHECK_MESSAGE(top.irq_o != 0, "enabled, it interrupts");
  top.failed_i = 1;
  slave.cycle();
  top.failed_i = 0;
  CHECK_MESSAGE(slave.read(0x02C) == 3, "error is noted");
  slave.write(0x02C, 2);
  CHECK_MESSAGE(slave.read(0x02C) == 1, "writing one clears that bit only");
  slave.write(0x02C, 0);
  CHECK_MESSAGE(slave.read(0x02C) == 1, "writing zero clears nothing");
  slave.write(0x02C, 1, 14);
  CHECK_MESSAGE(slave.read(0x02C) == 1, "a byte that is not strobed clears nothing");
  slave.write(0x02C, 1);
  slave.cycle();
  CHECK_MESSAGE((slave.read(0x02C) == 0 && top.irq_o == 0), "cleared, the interrupt is gone");
  slave.write(0x028, 0);
}

} // namespace

TEST_CASE("registers") {
  const nlohmann::json spec = nlohmann::json::parse(std::ifstream(ZYNQNET_REGISTERS));
  const auto number = [](const nlohmann::json &text) {
    return static_cast<std::uint32_t>(std::stoul(text.get<std::string>(), nullptr, 0));
  };
  Slave slave;
  reset(slave.top);
  std::set<std::uint32_t> mapped;
  for (const auto &entry : spec["registers"]) {
    const std::string name = entry["name"];
    const std::string access = entry["access"];
    const std::uint32_t offset = number(entry["offset"]);
    mapped.insert(offset);
    const std::string resetText = entry["reset"].is_string() ? entry["reset"].get<std::string>() : entry["reset"].dump();
    const std::uint32_t before = slave.read(offset);
    if (resetText != "build") {
      CHECK_MESSAGE(before == std::stoul(resetText, nullptr, 0), (name + " after reset"));
    }
    if (access == "ro") {
      CHECK_MESSAGE(slave.write(offset, 0xFFFFFFFF) == slaveError, (name + " refuses a write"));
      CHECK_MESSAGE(slave.read(offset) == before, (name + " did not change"));
    } else if (access == "rw") {
      std::uint32_t width = name == "commandCount" ? 16 : 32;
      if (!entry["fields"].empty()) {
        width = 0;
        for (const auto &field : entry["fields"]) {
          width = std::max(width, field["lsb"].get<std::uint32_t>() + field["width"].get<std::uint32_t>());
        }
      }
      const std::uint32_t mask = width == 32 ? 0xFFFFFFFFU : (1U << width) - 1;
      CHECK_MESSAGE((slave.write(offset, 0xFFFFFFFF) == okay && slave.read(offset) == mask),
                    (name + " holds ones in all its bits, and in no other"));
      CHECK_MESSAGE((slave.write(offset, 0) == okay && slave.read(offset) == 0), (name + " holds zeros"));
      for (std::uint32_t byte = 0; byte < 4; ++byte) {
        slave.write(offset, 0xA5A5A5A5, static_cast<std::uint8_t>(1U << byte));
        CHECK_MESSAGE(slave.read(offset) == (0xA5U << 8 * byte & mask), (name + " honours strobes"));
        slave.write(offset, 0);
      }
    }
  }
  CHECK_MESSAGE((slave.read(0x00C) == 0x04020301 && slave.read(0x010) == 0x0A090807 && slave.read(0x014) == 384 && slave.read(0x008) == 15),
                "the build's constants");
  CHECK_MESSAGE((slave.starts == 0 && slave.aborts == 0 && slave.resets == 0), "nothing has been started");
  for (std::uint32_t offset = 0; offset < 4096; offset += 4) {
    if (!mapped.contains(offset)) {
      std::uint8_t response = okay;
      slave.read(offset, response);
      CHECK_MESSAGE(response == slaveError, ("reading the unmapped " + std::to_string(offset)));
      CHECK_MESSAGE(slave.write(offset, 0xFFFFFFFF) == slaveError, ("writing the unmapped " + std::to_string(offset)));
    }
  }
  showsItsInputs(slave);
  interrupts(slave);
  slave.write(0x020, 1);
  CHECK_MESSAGE((slave.starts == 1 && slave.aborts == 0 && slave.resets == 0), "start is a pulse");
  slave.write(0x020, 2);
  CHECK_MESSAGE((slave.starts == 1 && slave.aborts == 1 && slave.resets == 0), "abort is a pulse");
  slave.write(0x020, 7, 14);
  CHECK_MESSAGE((slave.starts == 1 && slave.aborts == 1 && slave.resets == 0), "control without its strobe does nothing");
  slave.write(0x038, 0x1000);
  slave.write(0x020, 4);
  CHECK_MESSAGE(slave.resets == 1, "soft reset is a pulse");
  slave.cycle();
  CHECK_MESSAGE(slave.read(0x038) == 0, "soft reset clears what was written");
}

} // namespace zynqnet::bench
