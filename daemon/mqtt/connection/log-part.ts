/** The `part` of log lines about the connection to the broker: the log topic leaves them out, or it would feed itself. */
export const connectionPart = 'mqtt';
