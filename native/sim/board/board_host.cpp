// board_host: the accelerator of an emulated Zynq-7000, as a process beside qemu-system-arm.
//
//   board_host --socket PATH --memory FILE --qtest PATH [--base 0x43c00000] [--spi 29] [--preset NAME] [--model rtl|functional]
//
// The plugin (qemu_plugin.cpp) reports each store to the register window and waits for our answer; the guest's memory is
// mapped, so DMA is the model's own reads and writes; the interrupt goes in by qtest. On standard input, one a line, each
// answered by one line of JSON: `stats`; `id HEX` (another identity); `stuck` (takes no notice of anything); `none`.
#include "core/error.hpp"
#include "sim/board/board_hardware.hpp"
#include "sim/board/guest_memory.hpp"
#include "sim/board/interrupt_line.hpp"
#include "sim/board/unix_socket.hpp"

#include <poll.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace zynqnet::sim {
namespace {

using namespace accelerator;

struct Options {
  std::string socket, memory, qtest, preset{presets.front().name}, model = "rtl";
  std::uint32_t base = 0x43C0'0000, spi = 29;
};

Options parse(int count, char **arguments) {
  Options options;
  const std::map<std::string, std::string *> texts{{"--socket", &options.socket},
                                                   {"--memory", &options.memory},
                                                   {"--qtest", &options.qtest},
                                                   {"--preset", &options.preset},
                                                   {"--model", &options.model}};
  const std::map<std::string, std::uint32_t *> numbers{{"--base", &options.base}, {"--spi", &options.spi}};
  for (int i = 1; i < count; i += 2) {
    const std::string key = arguments[i];
    if (i + 1 == count || (!texts.contains(key) && !numbers.contains(key))) {
      throw Error("SIMULATION_USAGE", "unknown option or no value: " + key);
    }
    if (const auto text = texts.find(key); text != texts.end()) {
      *text->second = arguments[i + 1];
    } else {
      *numbers.at(key) = static_cast<std::uint32_t>(std::stoul(arguments[i + 1], nullptr, 0));
    }
  }
  if (options.socket.empty() || options.memory.empty() || options.qtest.empty()) {
    throw Error("SIMULATION_USAGE", "--socket, --memory and --qtest are needed");
  }
  return options;
}

const Preset &presetOf(const std::string &name) {
  for (const Preset &preset : presets) {
    if (preset.name == name) {
      return preset;
    }
  }
  throw Error("SIMULATION_USAGE", "there is no preset " + name);
}

/// QEMU makes its memory file and its sockets a moment after the plugin has come.
template <typename Make> auto soon(Make make) {
  for (int tries = 0;; ++tries) {
    try {
      return make();
    } catch (const Error &) {
      if (tries == 200) {
        throw;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

/// The register window in the guest's memory, kept equal to the hardware's registers.
class Window {
public:
  Window(std::span<std::uint8_t> bytes, Hardware &hardware)
      : words_(reinterpret_cast<volatile std::uint32_t *>(bytes.data())), hardware_(hardware) {
    show();
  }

  /// The guest has stored at `offset`.
  void stored(std::uint32_t offset) {
    const std::uint32_t value = words_[offset / 4];
    const bool starts = offset == reg::control && (value & controlBits::start.mask()) != 0;
    if (starts) {
      ++starts_;
    }
    if (!stuck_) {
      hardware_.write(offset, value);
    } else if (starts) {
      stuckBusy_ = true;
    }
    show();
  }

  /// While the guest is held, or before it runs: every register.
  void show() {
    for (std::uint32_t offset = 0; offset <= reg::writeBeats; offset += 4) {
      put(offset);
    }
  }

  /// At any time: what the hardware has changed by itself. Words that the guest writes are left alone, or a store that we
  /// have not been reported yet would be lost; but for causes of the interrupt, which clearing takes back all the same.
  void showChanges() {
    for (std::uint32_t offset = 0; offset <= reg::writeBeats; offset += 4) {
      if (offset < reg::control || offset == reg::status || offset == reg::irqStatus || offset > reg::timeout) {
        put(offset);
      }
    }
  }

  [[nodiscard]] bool interrupt() const { return !stuck_ && hardware_.interrupt(); }
  [[nodiscard]] std::uint64_t starts() const noexcept { return starts_; }

  void setIdentity(std::optional<std::uint32_t> value) { identity_ = value, showChanges(); }
  void setStuck(bool value) { stuck_ = value, stuckBusy_ = false, showChanges(); }

private:
  void put(std::uint32_t offset) {
    const std::uint32_t value = valueOf(offset);
    if (words_[offset / 4] != value) {
      words_[offset / 4] = value;
    }
  }

  [[nodiscard]] std::uint32_t valueOf(std::uint32_t offset) {
    if (offset == reg::control) {
      return 0;
    }
    if (offset == reg::id && identity_) {
      return *identity_;
    }
    if (stuck_ && offset == reg::status) {
      return stuckBusy_ ? statusBits::busy.mask() : 0;
    }
    return stuck_ && offset == reg::irqStatus ? 0 : hardware_.read(offset);
  }

  volatile std::uint32_t *words_;
  Hardware &hardware_;
  std::optional<std::uint32_t> identity_;
  bool stuck_ = false, stuckBusy_ = false;
  std::uint64_t starts_ = 0;
};

/// One store of the guest, as the plugin reports it.
struct Store {
  std::uint64_t offset = 0, instructions = 0;
};

class Board {
public:
  Board(const Options &options, int plugin)
      : plugin_(plugin), memory_(options.memory), interrupts_(options.qtest, options.spi),
        hardware_(options.model == "rtl" ? createRtlHardware(presetOf(options.preset), memory_.bytes())
                                         : createFunctionalHardware(presetOf(options.preset), memory_.bytes())),
        window_(memory_.bytes().subspan(options.base, windowBytes), *hardware_) {}

  /// Until the guest or standard input ends.
  void serve() {
    for (;;) {
      const bool moving = hardware_->advance();
      follow();
      std::array<pollfd, 2> sources{{{plugin_, POLLIN, 0}, {0, POLLIN, 0}}};
      if (::poll(sources.data(), sources.size(), moving ? 0 : -1) <= 0) {
        continue;
      }
      if (sources[0].revents != 0 && !takeStore()) {
        return;
      }
      if (sources[1].revents != 0 && !takeLine()) {
        return;
      }
    }
  }

private:
  /// Shows what has changed and raises the interrupt on its rising edge.
  void follow() {
    const bool now = window_.interrupt();
    window_.showChanges();
    if (now && !line_) {
      interrupts_.raise();
    }
    line_ = now;
  }

  bool takeStore() {
    Store store;
    if (::recv(plugin_, &store, sizeof store, MSG_WAITALL) != static_cast<ssize_t>(sizeof store)) {
      return false;
    }
    instructions_ = store.instructions;
    window_.stored(static_cast<std::uint32_t>(store.offset) & ~3U);
    follow();
    const char done = 1;
    return ::send(plugin_, &done, 1, MSG_NOSIGNAL) == 1;
  }

  bool takeLine() {
    std::string line;
    char c = 0;
    ssize_t got = 0;
    while ((got = ::read(0, &c, 1)) == 1 && c != '\n') {
      line += c;
    }
    if (got != 1) {
      return false;
    }
    try {
      command(line);
    } catch (const std::logic_error &) { // no number
      std::cout << "{\"error\":\"expected stats, id HEX, stuck or none\"}" << std::endl;
    }
    return true;
  }

  void command(const std::string &line) {
    if (line.starts_with("id ")) {
      window_.setIdentity(static_cast<std::uint32_t>(std::stoul(line.substr(3), nullptr, 16)));
    } else if (line == "stuck") {
      window_.setStuck(true);
    } else if (line == "none") {
      window_.setIdentity(std::nullopt);
      window_.setStuck(false);
    } else if (line != "stats") {
      throw std::invalid_argument(line);
    }
    std::cout << "{\"starts\":" << window_.starts() << ",\"interrupts\":" << interrupts_.raised() << ",\"instructions\":" << instructions_
              << ",\"cycles\":" << hardware_->cycles() << "}" << std::endl;
  }

  int plugin_;
  GuestMemory memory_;
  InterruptLine interrupts_;
  std::unique_ptr<Hardware> hardware_;
  Window window_;
  bool line_ = false;
  std::uint64_t instructions_ = 0;
};

int run(int count, char **arguments) {
  const Options options = parse(count, arguments);
  const int listener = listenUnix(options.socket);
  std::cout << "{\"listening\":true}" << std::endl;
  const int plugin = ::accept(listener, nullptr, nullptr);
  ::close(listener);
  const auto board = soon([&] { return std::make_unique<Board>(options, plugin); });
  std::cout << "{\"serving\":\"" << options.model << "-" << options.preset << "\"}" << std::endl;
  board->serve();
  return 0;
}

} // namespace
} // namespace zynqnet::sim

int main(int count, char **arguments) {
  try {
    return zynqnet::sim::run(count, arguments);
  } catch (const std::exception &error) {
    std::cerr << "board_host: " << error.what() << std::endl;
    return 1;
  }
}
