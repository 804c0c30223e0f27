/**
 * Who may import whom, lowest first: a file imports from its own folder and from lower layers, never from a higher one and
 * never from a neighbour in its layer. The most specific prefix decides where a file belongs.
 */
export const layers = [
  ['daemon/util'],
  ['daemon/native'],
  ['daemon/model'],
  // What the topics carry, which log lines the log topic leaves out, and how a key says its default, limits and effect.
  ['daemon/mqtt/topics', 'daemon/mqtt/connection/log-part.ts', 'daemon/config/define.ts'],
  // Each kind of camera brings its own keys.
  ['daemon/camera'],
  ['daemon/config'],
  // What any part reports.
  [
    'daemon/monitoring/log',
    'daemon/monitoring/alerts.ts',
    'daemon/monitoring/clock.ts',
    'daemon/monitoring/health/temperatures.ts',
  ],
  ['daemon/inference', 'daemon/mqtt', 'daemon/monitoring'],
  ['daemon/updates'],
  ['daemon/control'],
  ['daemon/app', 'daemon/doctor'],
  ['daemon/cli'],
  ['tools/native', 'tools/scene'],
  ['tools/zqn'],
  ['tools/import'],
  ['tools/compress', 'tools/inspect', 'tools/bench', 'tools/generate'],
  ['tools/report'],
  ['tools/cli'],
];

/**
 * Imports that break the rule for a reason, as 'FROM -> TO' and the reason; one that no longer exists is a finding.
 * @type {Map<string, string>}
 */
export const exceptions = new Map();
