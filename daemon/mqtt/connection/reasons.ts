import { codeOf, messageOf } from '../../util/error.js';

/** What to do about errors of a TLS handshake, by Node's code or by the alert in OpenSSL's message. */
const hints: readonly (readonly [RegExp, string])[] = [
  // A board without a clock of its own starts years back: a good certificate is then "not yet valid".
  [/CERT_NOT_YET_VALID|CERT_HAS_EXPIRED/, "is this machine's clock right? Else renew the broker's certificate"],
  [
    /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_UNTRUSTED/,
    "set mqtt.tls.caFile to the authority that signed the broker's certificate",
  ],
  [/ERR_TLS_CERT_ALTNAME_INVALID/, "mqtt.url must have a name that is in the broker's certificate"],
  [
    /certificate required|alert handshake failure/i,
    'the broker wants a certificate: set mqtt.tls.certFile and mqtt.tls.keyFile',
  ],
  [
    /alert (unknown ca|bad certificate|certificate (unknown|revoked|expired))/i,
    "the broker does not accept this device's certificate (mqtt.tls.certFile)",
  ],
  [/KEY_VALUES_MISMATCH/, 'mqtt.tls.keyFile is not the key of mqtt.tls.certFile'],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    'that port does not speak TLS: use mqtt://, or the port for mqtts://',
  ],
];

/** Why a connection failed, in words, and what to do where that is known. */
export function reasonText(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonText(error.errors[0]);
  const message = messageOf(error);
  const code = codeOf(error);
  const hint = hints.find(([pattern]) => pattern.test(code ?? '') || pattern.test(message))?.[1];
  // OpenSSL's own lines name its source files.
  const short = message
    .replace(/^[0-9A-F]+:error:[0-9A-F]+:SSL routines:[^:]*:/i, '')
    .replace(/:[^:]*\.c:\d+:.*$/s, '');
  return hint === undefined ? short : `${short.trim()} (${hint})`;
}
