import { z } from 'zod';
import { schemaJson } from '../config/example.js';
import { schemaAt } from '../config/issues.js';
import { isPlainObject, withoutPath } from '../config/merge.js';
import { renewPath } from '../config/renamed.js';
import { type ConfigStore, PatchError, type Proposal } from '../config/store.js';
import type { RetainedTopic } from '../mqtt/topics/topics.js';
import { redact } from '../util/redact.js';
import type { CommitConfirm } from './commit-confirm.js';
import { type Inbox, type Requester, type Route, route } from './inbox.js';
import { type Reply, type ReplyCode, RequestError } from './reply.js';

export interface ConfigTopicsOptions {
  readonly inbox: Inbox;
  readonly store: ConfigStore;
  readonly commitConfirm: CommitConfirm;
  readonly retain: (name: RetainedTopic, value: unknown) => void;
}

export const configAnswerTopic = 'config/response';

const revision = z.int().min(0).optional();

/** `config/set`, `get`, `reset`, `rollback`, and the retained `config` and `config/schema`. */
export class ConfigTopics {
  readonly #options: ConfigTopicsOptions;

  constructor(options: ConfigTopicsOptions) {
    this.#options = options;
  }

  start(): void {
    const { inbox, retain } = this.#options;
    for (const [name, handler] of Object.entries(this.#routes()))
      inbox.on(`config/${name}`, configAnswerTopic, handler);
    retain('config/schema', JSON.parse(schemaJson()));
    this.publish();
  }

  /** Retained, because it is a state and never a request: after each change, and at each connect. */
  publish(): void {
    this.#options.retain('config', this.#state());
  }

  /** Commits a patch as `config/set` does, for commands that change the configuration. */
  change(patch: Record<string, unknown>, requester: Requester): Promise<Reply> {
    return this.#commit(() => this.#options.store.proposeRemote(patch), undefined, requester);
  }

  /** Resets keys to what the local file says, likewise. */
  reset(keys: readonly string[], requester: Requester): Promise<Reply> {
    const { store } = this.#options;
    return this.#commit(() => store.proposeReplacement(without(store.patch, keys)), undefined, requester);
  }

  #routes(): Record<string, Route> {
    const { store } = this.#options;
    return {
      set: route({ patch: z.unknown(), revision }, ({ body, requester }) => {
        const { patch } = body;
        if (!isPlainObject(patch)) {
          throw new RequestError(400, 'the message has mistakes', [{ path: 'patch', message: 'must be an object' }]);
        }
        return this.#commit(() => store.proposeRemote(patch), body.revision, requester);
      }),
      get: route({}, () => ({ code: 200, revision: store.revision, data: this.#state() })),
      reset: route({ revision, keys: z.array(z.string().min(1).max(200)).max(100).optional() }, ({ body, requester }) =>
        this.#commit(
          // Without keys: everything.
          () => store.proposeReplacement(body.keys ? without(store.patch, checkedKeys(body.keys)) : {}),
          body.revision,
          requester,
        ),
      ),
      rollback: route({ revision }, ({ body, requester }) =>
        this.#commit(
          () => {
            const previous = store.previousPatch();
            if (previous === undefined) throw new RequestError(409, 'there is no configuration before this one');
            return store.proposeReplacement(previous);
          },
          body.revision,
          requester,
        ),
      ),
    };
  }

  async #commit(propose: () => Proposal, expected: number | undefined, requester: Requester): Promise<Reply> {
    const { store, commitConfirm } = this.#options;
    let notices: Proposal['notices'] = [];
    const checkedProposal = () => {
      if (expected !== undefined && expected !== store.revision) {
        throw new RequestError(
          409,
          `the configuration has revision ${store.revision}, not ${expected}; look at it again`,
        );
      }
      const proposal = propose();
      notices = proposal.notices;
      return proposal;
    };
    try {
      const reply = await commitConfirm.run(checkedProposal, requester);
      return notices.length === 0 ? reply : { ...reply, details: notices };
    } catch (error) {
      const requestError = error instanceof PatchError ? requestErrorOf(error) : error;
      throw requestError instanceof RequestError ? requestError.with({ revision: store.revision }) : requestError;
    }
  }

  #state() {
    const { store } = this.#options;
    return { revision: store.revision, config: redact(store.config), changes: redact(store.patch) };
  }
}

/** 403 or 404 if that is all that is wrong, else 400; every mistake is listed in any case. */
function requestErrorOf({ issues }: PatchError): RequestError {
  const only = (kind: string) => issues.every((issue) => issue.kind === kind);
  const code: ReplyCode = only('local') ? 403 : only('unknown') ? 404 : 400;
  const messages = {
    403: 'only the local file may set this',
    404: 'there is no such key',
    400: 'the patch has mistakes',
  };
  const details = issues.map(({ path, message }) => ({ path, message }));
  return new RequestError(code, messages[code], details);
}

/** Today's names of these keys or groups. A misspelt one would be reset without a word, so that it is an error. */
function checkedKeys(keys: readonly string[]): string[] {
  const names = keys.map((key) => renewPath(key));
  const unknown = names.filter((name) => schemaAt(name.split('.')) === undefined);
  if (unknown.length === 0) return names;
  throw new RequestError(
    404,
    'there is no such key',
    unknown.map((path) => ({ path, message: 'unknown key' })),
  );
}

/** The patch without what it says about these dotted keys or groups. */
function without(patch: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return keys.reduce((rest, key) => withoutPath(rest, key.split('.')) as Record<string, unknown>, patch);
}
