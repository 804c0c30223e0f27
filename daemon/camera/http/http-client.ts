import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { ZynqnetError } from '../../util/error.js';

const MAX_REDIRECTS = 5;
/** For the head of the answer; the supervisor watches over its body. */
const ANSWER_LIMIT_MS = 10_000;

/** GET requests to one camera over kept connections, with Basic authentication (RFC 7617) and redirects. */
export class HttpClient {
  readonly #credentials: string | undefined;
  readonly #signal: AbortSignal;
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 1 }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 1 }),
  };

  /** `credentials` is `user:password`; an address may carry its own instead. */
  constructor(credentials: string | undefined, signal: AbortSignal) {
    this.#credentials = credentials;
    this.#signal = signal;
  }

  close(): void {
    this.#agents['http:'].destroy();
    this.#agents['https:'].destroy();
  }

  /** The answer, its body still to be read. Rejects with a ZynqnetError unless it is 2xx. */
  async get(address: string): Promise<IncomingMessage> {
    let url = new URL(address);
    const first = url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      // credentials go to the camera that they are for, not to where it points
      const answer = await this.#request(url, url.origin === first.origin ? this.#authorization(first) : undefined);
      const status = answer.statusCode ?? 0;
      const location = answer.headers.location;
      if (status >= 200 && status < 300) return answer;
      answer.destroy();
      if (status < 300 || status >= 400 || location === undefined) throw refused(first, status, answer);
      url = new URL(location, url);
      if (url.protocol !== 'http:' && url.protocol !== 'https:')
        throw new ZynqnetError('CAMERA_OPEN', `${plain(first)} redirects to ${url.protocol}, which is not followed`);
    }
    throw new ZynqnetError('CAMERA_OPEN', `${plain(first)} redirects more than ${MAX_REDIRECTS} times`);
  }

  #authorization(url: URL): string | undefined {
    const own = url.username ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` : undefined;
    const credentials = this.#credentials ?? own;
    return credentials === undefined ? undefined : `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`;
  }

  #request(url: URL, authorization: string | undefined): Promise<IncomingMessage> {
    const secure = url.protocol === 'https:';
    const headers = {
      accept: 'image/*, multipart/x-mixed-replace',
      'user-agent': 'zynqnetd',
      ...(authorization && { authorization }),
    };
    const options = { headers, signal: this.#signal, agent: this.#agents[secure ? 'https:' : 'http:'], auth: null };
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).get(bare(url), options);
      const timer = setTimeout(() => {
        request.destroy(
          new ZynqnetError('CAMERA_TIMEOUT', `${plain(url)} has not answered within ${ANSWER_LIMIT_MS / 1000} s`),
        );
      }, ANSWER_LIMIT_MS);
      request.once('response', (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      // stays for the life of the request: an error after the answer belongs to whoever reads the body
      request.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        reject(error instanceof ZynqnetError ? error : unreachable(url, error));
      });
    });
  }
}

function bare(url: URL): URL {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy;
}

const plain = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

function unreachable(url: URL, error: NodeJS.ErrnoException): ZynqnetError {
  return new ZynqnetError('CAMERA_OPEN', `${plain(url)} cannot be reached: ${error.code ?? ''} ${error.message}`, {
    cause: error,
  });
}

function refused(url: URL, status: number, answer: IncomingMessage): ZynqnetError {
  if (status === 401 || status === 403) {
    const scheme = /^\w+/.exec(answer.headers['www-authenticate'] ?? '')?.[0];
    const advice =
      scheme && scheme.toLowerCase() !== 'basic'
        ? `it wants ${scheme} authentication; turn Basic on in the camera, or read it through ffmpeg`
        : 'check camera.http.userFile';
    return new ZynqnetError('CAMERA_OPEN', `${plain(url)} refuses access (${status}): ${advice}`);
  }
  return new ZynqnetError(
    'CAMERA_OPEN',
    `${plain(url)} answers ${status} ${answer.statusMessage ?? ''}; check camera.http.url`,
  );
}
