import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import got from 'got';
import { AddressGuard } from '../../network/address-guard.js';
import { failureFrom } from '../../network/error-code.js';
import type { Clock } from '../../resilience/index.js';
import { discard } from '../../streams/discard.js';

export interface HookAddress {
  /** Where to post. It may hold a secret, so it is shown nowhere. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What came of a call. `code` is null when it was taken; `mayPass` says whether another try may do better. */
export interface HookResult {
  readonly code: string | null;
  readonly mayPass: boolean;
}

/** Milliseconds that a connection may take. */
const CONNECT_LIMIT = 2_000;
/** Milliseconds that a call may take in all. */
const TOTAL_LIMIT = 10_000;

/** Posts JSON to one address over connections of its own. */
export class HookClient {
  readonly #address: HookAddress;
  readonly #clock: Clock;
  readonly #agent: { readonly http: HttpAgent } | { readonly https: HttpsAgent };
  readonly #isBlocked: boolean;
  #abort: (() => void) | undefined;

  constructor(address: HookAddress, clock: Clock) {
    const { protocol, hostname } = new URL(address.url);
    const guard = new AddressGuard(undefined);
    const host = hostname.replace(/^\[|\]$/g, '');
    this.#address = address;
    this.#clock = clock;
    // An address written out needs no look-up, so the guard in it would never see it.
    this.#isBlocked = isIP(host) !== 0 && !guard.allows(host);
    // Alerts come rarely: a connection that is kept would be a dead one when it is needed.
    const settings = { keepAlive: false, maxSockets: 1, lookup: guard.lookup };
    this.#agent = protocol === 'https:' ? { https: new HttpsAgent(settings) } : { http: new HttpAgent(settings) };
  }

  /** Posts once. Resolves whatever happens, one call at a time. */
  post(body: string): Promise<HookResult> {
    if (this.#isBlocked) return Promise.resolve({ code: 'blocked_address', mayPass: false });
    const { url, headers } = this.#address;
    const posted = new Promise<HookResult>((resolve) => {
      const call = got.stream.post(url, {
        body,
        headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'express-speech' },
        agent: this.#agent,
        timeout: { lookup: CONNECT_LIMIT, connect: CONNECT_LIMIT, secureConnect: CONNECT_LIMIT },
        retry: { limit: 0 },
        throwHttpErrors: false,
        followRedirect: false,
        decompress: false,
      });
      const end = (result: HookResult): void => {
        cancelTimer();
        this.#abort = undefined;
        // Nobody reads the reply: its status says it all.
        discard(call);
        resolve(result);
      };
      // One of our own over all of them: some replies, such as 101, end none of got's.
      const cancelTimer = this.#clock.schedule(() => {
        end({ code: 'timeout.total', mayPass: true });
      }, TOTAL_LIMIT);
      this.#abort = () => {
        end({ code: 'aborted', mayPass: false });
      };
      call.on('response', ({ statusCode }: { readonly statusCode: number }) => {
        end(resultOf(statusCode));
      });
      // Stays for good: what is destroyed may fail once more. got's errors hold the address; only their code goes on.
      call.on('error', (error: unknown) => {
        const { code } = failureFrom(error);
        end({ code, mayPass: code !== 'blocked_address' });
      });
    });
    return posted.catch((error: unknown) => ({ code: failureFrom(error).code, mayPass: false }));
  }

  close(): void {
    this.#abort?.();
    for (const agent of Object.values(this.#agent)) discard(agent);
  }
}

function resultOf(status: number): HookResult {
  if (status >= 200 && status < 300) return { code: null, mayPass: false };
  return { code: `status.${String(status)}`, mayPass: status >= 500 || status === 408 || status === 429 };
}
