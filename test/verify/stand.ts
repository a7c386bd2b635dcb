import type { Server } from 'node:net';
import { expect } from 'chai';
import { SpeechError } from '../../lib/speech/error.js';
import type { Verification } from '../../lib/speech/verification.js';
import { verifyEntry } from '../../lib/verify/verify.js';
import { eventually } from '../faults/eventually.js';
import { LeakWatch } from '../faults/leak-watch.js';
import { limitsFor } from '../support/remote-options.js';
import { listen, startSpeechApi, type ApiOptions, type TestServer } from '../support/speech-api.js';

/** Where one test makes its servers; what the verification leaves behind is found when it is cleared. */
export class Stand {
  readonly #watch: LeakWatch;
  readonly #servers: Pick<TestServer, 'openSockets'>[] = [];
  readonly #cleanups: (() => unknown)[] = [];

  private constructor(watch: LeakWatch) {
    this.#watch = watch;
  }

  static async build(): Promise<Stand> {
    return new Stand(await LeakWatch.start());
  }

  defer(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  async api(options?: ApiOptions): Promise<TestServer> {
    return this.#keep(await startSpeechApi(options));
  }

  async server(server: Server): Promise<Omit<TestServer, 'requests' | 'origin'>> {
    return this.#keep(await listen(server));
  }

  /** Fails where a socket, timer or listener of the verification is still there. */
  async clear(): Promise<void> {
    try {
      await eventually(() => {
        expect(this.#servers.map(({ openSockets }) => openSockets.size).filter((size) => size > 0)).to.deep.equal([]);
      });
    } finally {
      for (const cleanup of this.#cleanups.reverse()) await cleanup();
      this.#watch.stop();
    }
    await this.#watch.check();
  }

  #keep<Kept extends Pick<TestServer, 'openSockets' | 'close'>>(server: Kept): Kept {
    this.#servers.push(server);
    this.defer(() => server.close());
    return server;
  }
}

/** Verifies a remote with limits that a test can wait for. */
export function verifyRemoteEntry(
  baseUrl: string,
  options: object = {},
  { signal = new AbortController().signal, limit }: { signal?: AbortSignal; limit?: number } = {},
): Promise<Verification> {
  const entry = { type: 'remote', baseUrl, timeout: limitsFor(), ...options };
  return verifyEntry(entry, { signal, ...(limit === undefined ? {} : { limit }) });
}

/** Writes steps so that a test can state them at a glance. */
export function outline({ steps }: Verification): string[] {
  return steps.map(({ step, ok, code }) => `${step} ${ok ? 'ok' : (code ?? 'failed')}`);
}

export function hintOf({ steps }: Verification, step: string): string {
  return steps.find((each) => each.step === step)?.hint ?? '';
}

/** Code of the error that a verification is rejected with. */
export async function codeOf(verifying: Promise<Verification>): Promise<string> {
  try {
    await verifying;
  } catch (error) {
    return SpeechError.from(error).code;
  }
  throw new Error('it was not rejected');
}
