// The C++ header: what the driver, the planner and the simulators must know of the hardware.
import { presetParameters } from './presets.mjs';
import { banner, hex, maskOf, registersWithFields, spec } from './spec.mjs';

const identity = () => [
  `inline constexpr std::uint32_t identity = ${hex(spec.identity.id)};`,
  `inline constexpr std::uint32_t interfaceVersion = ${hex(spec.identity.version)};`,
  `inline constexpr std::uint32_t windowBytes = ${spec.identity.windowBytes};`,
  '',
];

const registers = () => [
  '/// Byte offsets of the registers.',
  'namespace reg {',
  ...spec.registers.map((r) => `inline constexpr std::uint32_t ${r.name} = ${hex(r.offset, 3)};`),
  '} // namespace reg',
  '',
];

const bitField = () => [
  '/// Bits of a 32-bit word.',
  'struct BitField {',
  '  std::uint32_t lsb = 0;',
  '  std::uint32_t width = 1;',
  '  /// The largest value that fits.',
  '  [[nodiscard]] constexpr std::uint32_t max() const noexcept { return (width == 32 ? 0U : 1U << width) - 1U; }',
  '  [[nodiscard]] constexpr std::uint32_t mask() const noexcept { return max() << lsb; }',
  '  [[nodiscard]] constexpr std::uint32_t get(std::uint32_t word) const noexcept { return (word & mask()) >> lsb; }',
  '  /// A word that holds the value, cut to the width, and zeros elsewhere.',
  '  [[nodiscard]] constexpr std::uint32_t put(std::uint32_t value) const noexcept { return (value & max()) << lsb; }',
  '};',
  '',
];

const registerBits = () => [
  '/// Bits of the registers; `all` is every bit that has a name.',
  ...registersWithFields.flatMap((r) => [
    `namespace ${r.name}Bits {`,
    ...r.fields.map((f) => `inline constexpr BitField ${f.name}{${f.lsb}, ${f.width}};`),
    `inline constexpr std::uint32_t all = ${hex(maskOf(r))};`,
    `} // namespace ${r.name}Bits`,
  ]),
  '',
];

const errors = () => [
  'enum class ErrorCode : std::uint32_t {',
  ...spec.errors.map((e) => `  ${e.name} = ${e.code}, ///< ${e.doc}`),
  '};',
  '',
  'struct ErrorText {',
  '  std::string_view name;',
  '  std::string_view meaning;',
  '};',
  '/// Indexed by ErrorCode.',
  `inline constexpr std::array<ErrorText, ${spec.errors.length}> errorTexts{{`,
  ...spec.errors.map((e) => `    {"${e.name}", "${e.doc}"},`),
  '}};',
  '',
];

const commands = () => [
  'enum class Opcode : std::uint8_t {',
  ...spec.opcodes.map((o) => `  ${o.name} = ${o.code}, ///< ${o.doc}`),
  '};',
  '',
  '/// Where a field lies in a command.',
  'struct CommandField {',
  '  std::uint32_t word;',
  '  BitField bits;',
  '};',
  '',
  'namespace field {',
  ...spec.fields.map((f) => `inline constexpr CommandField ${f.name}{${f.word}, {${f.lsb}, ${f.width}}};`),
  '} // namespace field',
  '',
  `inline constexpr std::uint32_t commandBytes = ${spec.commandBytes};`,
  '',
];

function presets() {
  const keys = presetParameters;
  return [
    '/// A build of the accelerator; see docs/accelerator.md.',
    'struct Preset {',
    '  std::string_view name;',
    ...keys.map((key) => `  std::uint32_t ${key};`),
    '  [[nodiscard]] constexpr std::uint32_t multipliers() const noexcept { return lanes * slots * 64; }',
    '  [[nodiscard]] bool operator==(const Preset &) const = default;',
    '};',
    `inline constexpr std::array<Preset, ${spec.presets.length}> presets{{`,
    ...spec.presets.map((p) => `    {"${p.name}", ${keys.map((key) => p[key]).join(', ')}},`),
    '}};',
    '/// What a simulated accelerator is when no preset is named.',
    `inline constexpr std::string_view defaultPreset = "${spec.presets.find((p) => p.default).name}";`,
    '',
  ];
}

export function cpp() {
  return [
    `// ${banner}`,
    '// One line for each entry of the description.',
    '// clang-format off',
    '#pragma once',
    '',
    '#include <array>',
    '#include <cstdint>',
    '#include <string_view>',
    '',
    'namespace zynqnet::accelerator {',
    '',
    ...identity(),
    ...registers(),
    ...bitField(),
    ...registerBits(),
    ...errors(),
    ...commands(),
    ...presets(),
    '} // namespace zynqnet::accelerator',
    '',
  ].join('\n');
}
