import { Readable } from 'node:stream';
import { GuardedProvider } from '../../lib/chain/guarded-provider.js';
import { ProviderChain, type ChainOutcome } from '../../lib/chain/provider-chain.js';
import { speakLong } from '../../lib/chain/speak-long-text.js';
import { parseOptions } from '../../lib/config/parse-options.js';
import { SpeechError, type CallAllowance, type SpeechCapabilities, type SpeechProvider } from '../../lib/index.js';
import { cutLongText } from '../../lib/long-text/cut-text.js';
import { Deadline } from '../../lib/resilience/index.js';
import { SpeechEvents, type SpeechEventMap } from '../../lib/speech/events.js';
import { AT_ONCE } from '../../lib/text/turns.js';
import { FakeClock, settle } from './fake-clock.js';
import { silentLogger, speechRequest } from './speech-request.js';

/** A call, as it came to a provider. */
export interface PacedCall {
  readonly provider: string;
  readonly input: string;
  /** Milliseconds since the beginning. */
  readonly at: number;
  /** Calls of this provider before it. */
  readonly before: number;
}

/** What a provider makes of a call: so many seconds of sound, or a failure. */
export type PacedAnswer = SpeechError | { readonly seconds: number; readonly allowance?: CallAllowance };

export interface PacedProvider {
  readonly answer: (call: PacedCall) => PacedAnswer;
  readonly capabilities?: SpeechCapabilities;
  /** Milliseconds that it takes to begin. */
  readonly delay?: (call: PacedCall) => number;
}

export interface PacedSpeechOptions {
  readonly text: string;
  readonly providers: Readonly<Record<string, PacedProvider>>;
  readonly fallback?: 'chain' | 'none';
  /** Letters of the longest segment. */
  readonly maxChars?: number;
  readonly deadline?: number;
}

export interface PacedSpeech {
  readonly clock: FakeClock;
  readonly calls: readonly PacedCall[];
  readonly stages: readonly GuardedProvider[];
  readonly circuits: readonly SpeechEventMap['circuit'][];
  /** What has become of it once it has ended. */
  readonly outcome: ChainOutcome;
  /** Seconds of sound that were sent. */
  readonly seconds: number;
  /** Why it broke off, if it did. */
  readonly error: Error | undefined;
  /** Milliseconds that it took. */
  readonly took: number;
}

const BYTES_PER_SECOND = 48_000;
/** Two samples, which nobody can take for text. */
const SAMPLES = Buffer.from([0x34, 0x12, 0xcc, 0xed]);
/** Milliseconds by which the clock is moved on, and most in all. */
const STEP = 50;
const MOST = 600_000;

/** Has a text spoken while the clock is moved on, to somebody who reads it as it comes. */
export async function speakPaced(options: PacedSpeechOptions): Promise<PacedSpeech> {
  const { text, providers, fallback = 'chain', maxChars = 300, deadline = 10_000 } = options;
  const clock = new FakeClock();
  const events = new SpeechEvents();
  const circuits: SpeechEventMap['circuit'][] = [];
  events.on('circuit', (event) => circuits.push(event));
  const calls: PacedCall[] = [];
  const stages = Object.entries(providers).map(([name, each]) =>
    stageOf(paced(name, each, calls, clock), events, clock),
  );
  const chain = new ProviderChain(stages, events, clock);
  const { signal } = new AbortController();
  const request = speechRequest({ input: text, format: 'pcm' });
  const lengths = { minChars: 25, maxChars, takesSsml: false };
  const cut = await cutLongText(request, lengths, { giveWay: AT_ONCE, signal });
  if (cut === undefined) throw new Error('the text is not long');
  const convert = (): Promise<never> => Promise.reject(new Error('there is nothing to convert'));
  const speaking = speakLong(
    request,
    cut,
    { deadline: new Deadline(deadline, clock), signal, fallback },
    { chain, clock, deadline, ahead: 2, convert },
  );
  let outcome: ChainOutcome | undefined;
  const state = { hasEnded: false };
  let bytes = 0;
  let error: Error | undefined;
  void speaking.then((answered) => {
    outcome = answered;
    const { result } = answered;
    if (result?.kind !== 'audio') {
      state.hasEnded = true;
      return;
    }
    result.stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
    result.stream.once('error', (thrown: Error) => (error = thrown));
    result.stream.once('close', () => (state.hasEnded = true));
  });
  // What is on its way through streams takes a few turns.
  const letPass = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await settle();
  };
  await letPass();
  while (!state.hasEnded && clock.now() < MOST) {
    await clock.advance(STEP);
    await letPass();
  }
  if (outcome === undefined) throw new Error('it was never answered');
  return { clock, calls, stages, circuits, outcome, seconds: bytes / BYTES_PER_SECOND, error, took: clock.now() };
}

function stageOf(own: SpeechProvider, events: SpeechEvents, clock: FakeClock): GuardedProvider {
  const [entry] = parseOptions({ fallback: [{ ...own, retry: { limit: 1 } }] }).fallback;
  if (entry === undefined) throw new Error('no entry');
  const { guards } = entry;
  const options = { guards, maxInput: 4_096, events, logger: silentLogger, clock, random: () => 0 };
  return new GuardedProvider(own, { origin: 'custom', ...options });
}

function paced(
  name: string,
  { answer, capabilities, delay }: PacedProvider,
  calls: PacedCall[],
  clock: FakeClock,
): SpeechProvider {
  return {
    name,
    type: 'test',
    ...(capabilities !== undefined && { capabilities }),
    async synthesize({ input }) {
      const before = calls.filter((call) => call.provider === name).length;
      const call = { provider: name, input, at: clock.now(), before };
      calls.push(call);
      const wait = delay?.(call) ?? 0;
      if (wait > 0) await new Promise<void>((resolve) => void clock.schedule(resolve, wait));
      const made = answer(call);
      if (made instanceof SpeechError) throw made;
      const sound = Buffer.alloc(Math.round(made.seconds * BYTES_PER_SECOND), SAMPLES);
      const stream = Readable.from([sound]);
      const { allowance } = made;
      return { kind: 'audio', contentType: 'audio/pcm', stream, ...(allowance !== undefined && { allowance }) };
    },
  };
}
