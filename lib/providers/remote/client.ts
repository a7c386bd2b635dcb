import { Agent as HttpAgent, request as httpRequest, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import got, { Options, type NativeRequestOptions, type Request } from 'got';
import { LiveSet } from '../../collections/live-set.js';
import { AddressGuard, blockedAddress } from '../../network/address-guard.js';
import { SpeechError } from '../../speech/error.js';
import { discard } from '../../streams/discard.js';
import { Exchange, type ExchangePhase } from './exchange.js';
import type { RemoteOptions, RemoteTimeouts } from './options.js';

/** Milliseconds that one of several addresses gets before the next is tried as well; Node's own 250 is short for a busy server. */
const ADDRESS_ATTEMPT = 500;

/** Most bytes of a reply's headers. */
const MOST_HEADER_BYTES = 16 * 1024;

export interface Call {
  readonly signal: AbortSignal;
  readonly maxBytes: number;
  /** Limits for this call, where they are others than the server's. */
  readonly timeout?: RemoteTimeouts;
  readonly onPhase?: (phase: ExchangePhase) => void;
  readonly onBytes?: (() => void) | undefined;
}

/** Reaches one server with got, over connections of its own that no other backend can use up. */
export class RemoteClient {
  readonly #options: RemoteOptions;
  readonly #agent: HttpAgent;
  readonly #isBlocked: boolean;
  readonly #post: Route;
  readonly #running = new LiveSet<Exchange>();
  #isClosed = false;

  constructor(options: RemoteOptions) {
    const guard = new AddressGuard(options.allowAddresses);
    const url = new URL(options.baseUrl);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    this.#options = options;
    // An address written out needs no look-up, so the guard in it would never see it.
    this.#isBlocked = isIP(host) !== 0 && !guard.allows(host);
    this.#agent = createAgent(options, guard, url.protocol === 'https:');
    this.#post = this.#route('POST', '/audio/speech', { 'content-type': 'application/json' });
  }

  /** Sends a JSON text to the speech route. */
  postSpeech(body: string, headers: Readonly<Record<string, string>>, call: Call): Exchange {
    return this.#exchange(call, () => {
      // got copies its defaults before the call returns, so calls at the same time do not see each other's.
      const { template } = this.#post;
      template.body = body;
      Object.assign(template.headers, headers);
      return startStream(this.#post);
    });
  }

  /** Asks for a path below the base address. */
  get(path: string, call: Call): Exchange {
    return this.#exchange(call, () => startStream(this.#route('GET', path, { accept: 'application/json' })));
  }

  /** Ends the calls under way and closes every connection. */
  close(): void {
    this.#isClosed = true;
    for (const exchange of this.#running.snapshot())
      exchange.fail(new SpeechError('aborted', 'the provider is being closed'));
    discard(this.#agent);
  }

  readonly #forget = (exchange: Exchange): void => {
    this.#running.delete(exchange);
  };

  #exchange(
    { signal, maxBytes, timeout = this.#options.timeout, onPhase, onBytes }: Call,
    start: () => Request,
  ): Exchange {
    if (this.#isBlocked) throw blockedAddress();
    if (signal.aborted || this.#isClosed) throw new SpeechError('aborted', 'the call is not wanted any more');
    const exchange = new Exchange({ start, signal, maxBytes, timeout, onRelease: this.#forget, onPhase, onBytes });
    this.#running.add(exchange);
    return exchange;
  }

  #route(method: 'GET' | 'POST', path: string, headers: Record<string, string>): Route {
    const { baseUrl, apiKey, headers: configured } = this.#options;
    const url = new URL(baseUrl + path);
    const isSecure = url.protocol === 'https:';
    const target = {
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
      path: url.pathname + url.search,
      method,
      agent: this.#agent,
      maxHeaderSize: MOST_HEADER_BYTES,
    };
    const request = isSecure ? httpsRequest : httpRequest;
    const template = new Options(
      undefined,
      {
        url,
        method,
        isStream: true,
        headers: {
          ...lowerCased(configured),
          ...headers,
          'user-agent': 'express-speech',
          'accept-encoding': 'identity',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        retry: { limit: 0 },
        throwHttpErrors: false,
        followRedirect: false,
        decompress: false,
        // What got hands over is ours already, by the short cut of startStream(). A got that goes another way costs time, and nothing else.
        request: (_url: URL, native: NativeRequestOptions): ClientRequest =>
          request(native.agent === this.#agent ? native : { ...target, headers: native.headers }),
      },
      got.defaults.options,
    );
    return { template, target };
  }
}

/** What all requests of one route have in common: options for got, and those that Node needs of them. */
interface Route {
  readonly template: Options;
  readonly target: NativeRequestOptions;
}

type FullNativeOptions = ReturnType<Options['createNativeRequestOptions']>;

function startStream({ template, target }: Route): Request {
  const stream = got(undefined, undefined, template) as Request;
  const { options } = stream;
  // What got makes for Node here has forty keys, each of which costs twice: a sixth of a request's time. It asks for it only after this
  // turn, and by this name, which no page of got's promises: test/providers/remote/client.test.ts fails when that has changed.
  options.createNativeRequestOptions = () => ({ ...target, headers: options.headers }) as FullNativeOptions;
  return stream;
}

function createAgent({ pool, tls }: RemoteOptions, guard: AddressGuard, isSecure: boolean): HttpAgent {
  const settings = {
    keepAlive: true,
    // A call that waits here for a socket is ended by its own timer; the agent's queue has no limit in time.
    maxSockets: pool.maxSockets,
    maxFreeSockets: pool.maxSockets,
    timeout: pool.keepAlive,
    lookup: guard.lookup,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT,
  };
  const agent = isSecure ? new HttpsAgent({ ...settings, ...tls }) : new HttpAgent(settings);
  // It has one server, so all of its sockets are alike; Node would write the server's whole description for every request.
  agent.getName = () => 'remote';
  return agent;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
