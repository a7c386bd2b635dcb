import type { IncomingHttpHeaders } from 'node:http';
import { readText } from '../../providers/remote/body-reader.js';
import type { RemoteClient } from '../../providers/remote/client.js';
import type { ExchangePhase } from '../../providers/remote/exchange.js';
import type { SpeechError } from '../../speech/error.js';
import type { VerificationStepName } from '../../speech/verification.js';
import type { VerificationRun } from '../verification-run.js';

/** Most bytes of what answers. */
const MOST_BYTES = 1024 * 1024;

/** What a server answered. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Where a call ended that got no answer. */
export interface Unreached {
  readonly step: VerificationStepName;
  readonly error: SpeechError;
}

const STEPS: Readonly<Record<ExchangePhase, VerificationStepName>> = {
  lookup: 'lookup',
  connect: 'connect',
  tls: 'tls',
  send: 'http',
};

/**
 * Makes one call over a connection of its own and notes how far it comes: each step has ended when the next begins. The step
 * `http` is left to the caller, who has to see what the answer is worth.
 */
export async function probeConnection(
  trial: VerificationRun,
  client: RemoteClient,
  path: string,
): Promise<Reply | Unreached> {
  let step: VerificationStepName = 'address';
  const onPhase = (phase: ExchangePhase): void => {
    trial.pass(step);
    step = STEPS[phase];
  };
  try {
    return await get(client, path, trial.signal, onPhase);
  } catch (thrown) {
    const error = trial.explain(thrown);
    // A certificate that the client does not have is asked for when the handshake is over.
    return { step: error.code === 'tls' ? 'tls' : step, error };
  }
}

/** Asks for a path and takes the whole answer, whatever it is. */
export async function get(
  client: RemoteClient,
  path: string,
  signal: AbortSignal,
  onPhase: (phase: ExchangePhase) => void = () => undefined,
): Promise<Reply> {
  const exchange = client.get(path, { signal, maxBytes: 2 * MOST_BYTES, onPhase });
  const response = await exchange.head;
  const body = await readText(exchange, response, MOST_BYTES);
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}
