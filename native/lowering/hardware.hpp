// Generated from firmware/regs/registers.json by firmware/regs/generate.mjs: do not edit.
// One line for each entry of the description.
// clang-format off
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace zynqnet::accelerator {

inline constexpr std::uint32_t identity = 0x5A4E4131;
inline constexpr std::uint32_t interfaceVersion = 0x00010000;
inline constexpr std::uint32_t windowBytes = 4096;

/// Byte offsets of the registers.
namespace reg {
inline constexpr std::uint32_t id = 0x000;
inline constexpr std::uint32_t version = 0x004;
inline constexpr std::uint32_t capabilities = 0x008;
inline constexpr std::uint32_t build0 = 0x00C;
inline constexpr std::uint32_t build1 = 0x010;
inline constexpr std::uint32_t multipliers = 0x014;
inline constexpr std::uint32_t control = 0x020;
inline constexpr std::uint32_t status = 0x024;
inline constexpr std::uint32_t irqEnable = 0x028;
inline constexpr std::uint32_t irqStatus = 0x02C;
inline constexpr std::uint32_t commandAddress = 0x030;
inline constexpr std::uint32_t commandCount = 0x034;
inline constexpr std::uint32_t windowBase = 0x038;
inline constexpr std::uint32_t windowLimit = 0x03C;
inline constexpr std::uint32_t timeout = 0x040;
inline constexpr std::uint32_t errorCode = 0x044;
inline constexpr std::uint32_t errorCommand = 0x048;
inline constexpr std::uint32_t errorAddress = 0x04C;
inline constexpr std::uint32_t completed = 0x050;
inline constexpr std::uint32_t cycles = 0x060;
inline constexpr std::uint32_t macsLow = 0x064;
inline constexpr std::uint32_t macsHigh = 0x068;
inline constexpr std::uint32_t arrayCycles = 0x06C;
inline constexpr std::uint32_t stallRead = 0x070;
inline constexpr std::uint32_t stallWrite = 0x074;
inline constexpr std::uint32_t stallWeights = 0x078;
inline constexpr std::uint32_t readBeats = 0x07C;
inline constexpr std::uint32_t writeBeats = 0x080;
} // namespace reg

/// Bits of a 32-bit word.
struct BitField {
  std::uint32_t lsb = 0;
  std::uint32_t width = 1;
  /// The largest value that fits.
  [[nodiscard]] constexpr std::uint32_t max() const noexcept { return (width == 32 ? 0U : 1U << width) - 1U; }
  [[nodiscard]] constexpr std::uint32_t mask() const noexcept { return max() << lsb; }
  [[nodiscard]] constexpr std::uint32_t get(std::uint32_t word) const noexcept { return (word & mask()) >> lsb; }
  /// A word that holds the value, cut to the width, and zeros elsewhere.
  [[nodiscard]] constexpr std::uint32_t put(std::uint32_t value) const noexcept { return (value & max()) << lsb; }
};

/// Bits of the registers; `all` is every bit that has a name.
namespace versionBits {
inline constexpr BitField minorVersion{0, 16};
inline constexpr BitField majorVersion{16, 16};
inline constexpr std::uint32_t all = 0xFFFFFFFF;
} // namespace versionBits
namespace capabilitiesBits {
inline constexpr BitField conv{0, 1};
inline constexpr BitField pool{1, 1};
inline constexpr BitField wide{2, 1};
inline constexpr BitField codebook{3, 1};
inline constexpr std::uint32_t all = 0x0000000F;
} // namespace capabilitiesBits
namespace build0Bits {
inline constexpr BitField lanes{0, 8};
inline constexpr BitField slots{8, 8};
inline constexpr BitField drainCycles{16, 8};
inline constexpr BitField ports{24, 8};
inline constexpr std::uint32_t all = 0xFFFFFFFF;
} // namespace build0Bits
namespace build1Bits {
inline constexpr BitField actDepthLog2{0, 8};
inline constexpr BitField banksLog2{8, 8};
inline constexpr BitField weightDepthLog2{16, 8};
inline constexpr BitField clockMHz{24, 8};
inline constexpr std::uint32_t all = 0xFFFFFFFF;
} // namespace build1Bits
namespace controlBits {
inline constexpr BitField start{0, 1};
inline constexpr BitField abort{1, 1};
inline constexpr BitField softReset{2, 1};
inline constexpr std::uint32_t all = 0x00000007;
} // namespace controlBits
namespace statusBits {
inline constexpr BitField busy{0, 1};
inline constexpr BitField draining{1, 1};
inline constexpr std::uint32_t all = 0x00000003;
} // namespace statusBits
namespace irqEnableBits {
inline constexpr BitField done{0, 1};
inline constexpr BitField error{1, 1};
inline constexpr std::uint32_t all = 0x00000003;
} // namespace irqEnableBits
namespace irqStatusBits {
inline constexpr BitField done{0, 1};
inline constexpr BitField error{1, 1};
inline constexpr std::uint32_t all = 0x00000003;
} // namespace irqStatusBits
namespace commandCountBits {
inline constexpr BitField commands{0, 16};
inline constexpr std::uint32_t all = 0x0000FFFF;
} // namespace commandCountBits
namespace errorCodeBits {
inline constexpr BitField code{0, 4};
inline constexpr std::uint32_t all = 0x0000000F;
} // namespace errorCodeBits
namespace errorCommandBits {
inline constexpr BitField index{0, 16};
inline constexpr std::uint32_t all = 0x0000FFFF;
} // namespace errorCommandBits
namespace completedBits {
inline constexpr BitField compute{0, 16};
inline constexpr BitField load{16, 16};
inline constexpr std::uint32_t all = 0xFFFFFFFF;
} // namespace completedBits

enum class ErrorCode : std::uint32_t {
  none = 0, ///< No error.
  badOpcode = 1, ///< Unknown opcode.
  badField = 2, ///< A field of the command is outside its range.
  badAlignment = 3, ///< A DRAM address or stride in the command, or the list's address, is not aligned.
  window = 4, ///< A burst would leave the DMA window; it was not issued. See errorAddress.
  readSlverr = 5, ///< SLVERR on a read.
  readDecerr = 6, ///< DECERR on a read.
  writeSlverr = 7, ///< SLVERR on a write.
  writeDecerr = 8, ///< DECERR on a write.
  timeout = 9, ///< No progress for the cycles given in the timeout register.
  noEnd = 10, ///< The list ran out before an end command, or its length is zero.
  aborted = 11, ///< Stopped by an abort.
};

struct ErrorText {
  std::string_view name;
  std::string_view meaning;
};
/// Indexed by ErrorCode.
inline constexpr std::array<ErrorText, 12> errorTexts{{
    {"none", "No error."},
    {"badOpcode", "Unknown opcode."},
    {"badField", "A field of the command is outside its range."},
    {"badAlignment", "A DRAM address or stride in the command, or the list's address, is not aligned."},
    {"window", "A burst would leave the DMA window; it was not issued. See errorAddress."},
    {"readSlverr", "SLVERR on a read."},
    {"readDecerr", "DECERR on a read."},
    {"writeSlverr", "SLVERR on a write."},
    {"writeDecerr", "DECERR on a write."},
    {"timeout", "No progress for the cycles given in the timeout register."},
    {"noEnd", "The list ran out before an end command, or its length is zero."},
    {"aborted", "Stopped by an abort."},
}};

enum class Opcode : std::uint8_t {
  load = 1, ///< Rows of a tensor from DRAM into the activation memory.
  weights = 2, ///< Parameters and weights of the following convolution into the weight ring.
  conv = 3, ///< Convolution of rows in the activation memory.
  pool = 4, ///< Max-pool of rows in the activation memory; with a 1x1 kernel a copy.
  end = 15, ///< End of the list: wait for everything, raise the interrupt.
};

/// Where a field lies in a command.
struct CommandField {
  std::uint32_t word;
  BitField bits;
};

namespace field {
inline constexpr CommandField opcode{0, {0, 8}};
inline constexpr CommandField tag{0, {16, 16}};
inline constexpr CommandField waitLoad{1, {0, 16}};
inline constexpr CommandField waitCompute{1, {16, 16}};
inline constexpr CommandField waitStore{2, {0, 16}};
inline constexpr CommandField loadAddress{4, {0, 32}};
inline constexpr CommandField loadRowStride{5, {0, 32}};
inline constexpr CommandField loadBlockStride{6, {0, 32}};
inline constexpr CommandField loadRows{7, {0, 16}};
inline constexpr CommandField loadCols{7, {16, 16}};
inline constexpr CommandField loadBlocks{8, {0, 16}};
inline constexpr CommandField loadActAddress{9, {0, 16}};
inline constexpr CommandField loadActRowStride{10, {0, 16}};
inline constexpr CommandField loadActBlockStride{10, {16, 16}};
inline constexpr CommandField weightsAddress{4, {0, 32}};
inline constexpr CommandField weightsPortStride{5, {0, 32}};
inline constexpr CommandField weightsBeats{6, {0, 24}};
inline constexpr CommandField weightsCodebook{7, {0, 1}};
inline constexpr CommandField weightsGroupWords{7, {16, 16}};
inline constexpr CommandField weightsCodebook0{8, {0, 32}};
inline constexpr CommandField weightsCodebook1{9, {0, 32}};
inline constexpr CommandField weightsCodebook2{10, {0, 32}};
inline constexpr CommandField weightsCodebook3{11, {0, 32}};
inline constexpr CommandField inAddress{4, {0, 16}};
inline constexpr CommandField inRowStride{4, {16, 16}};
inline constexpr CommandField inBlockStride{5, {0, 16}};
inline constexpr CommandField blocks{5, {16, 16}};
inline constexpr CommandField inRows{6, {0, 16}};
inline constexpr CommandField inCols{6, {16, 16}};
inline constexpr CommandField rowStart{7, {0, 16}};
inline constexpr CommandField colStart{7, {16, 16}};
inline constexpr CommandField kernelRows{8, {0, 4}};
inline constexpr CommandField kernelCols{8, {4, 4}};
inline constexpr CommandField strideRows{8, {8, 2}};
inline constexpr CommandField strideCols{8, {10, 2}};
inline constexpr CommandField lastQuads{8, {12, 3}};
inline constexpr CommandField relu{8, {16, 1}};
inline constexpr CommandField wide{8, {17, 1}};
inline constexpr CommandField toMemory{8, {18, 1}};
inline constexpr CommandField preShift{8, {20, 3}};
inline constexpr CommandField zeroPoint{8, {24, 8}};
inline constexpr CommandField outRows{9, {0, 16}};
inline constexpr CommandField outCols{9, {16, 16}};
inline constexpr CommandField groups{10, {0, 16}};
inline constexpr CommandField groupWords{10, {16, 16}};
inline constexpr CommandField pad{11, {0, 32}};
inline constexpr CommandField outAddress{12, {0, 32}};
inline constexpr CommandField outRowStride{13, {0, 32}};
inline constexpr CommandField outBlockStride{14, {0, 32}};
} // namespace field

inline constexpr std::uint32_t commandBytes = 64;

/// A build of the accelerator; see docs/accelerator.md.
struct Preset {
  std::string_view name;
  std::uint32_t clockMHz;
  std::uint32_t lanes;
  std::uint32_t slots;
  std::uint32_t drainCycles;
  std::uint32_t ports;
  std::uint32_t actDepthLog2;
  std::uint32_t banksLog2;
  std::uint32_t weightDepthLog2;
  std::uint32_t outDepthLog2;
  std::uint32_t codebook;
  [[nodiscard]] constexpr std::uint32_t multipliers() const noexcept { return lanes * slots * 64; }
  [[nodiscard]] bool operator==(const Preset &) const = default;
};
inline constexpr std::array<Preset, 3> presets{{
    {"zybo", 125, 1, 2, 2, 1, 13, 0, 10, 9, 1},
    {"zybo-z7-20", 150, 2, 3, 2, 4, 12, 2, 11, 9, 1},
    {"zc706", 200, 8, 3, 2, 4, 12, 4, 13, 9, 1},
}};
/// What a simulated accelerator is when no preset is named.
inline constexpr std::string_view defaultPreset = "zybo-z7-20";

} // namespace zynqnet::accelerator
