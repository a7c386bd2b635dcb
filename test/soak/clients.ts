import { once } from 'node:events';
import { connect } from 'node:net';
import { SPEECH_FORMATS, type SpeechFormat } from '../../lib/audio/formats.js';
import { LONG } from './check-long-sound.js';
import { checkError, checkHeaders, checkReply, checkSound, jsonOf, type Asked } from './check-reply.js';
import { exchange, type Ending, type ExchangeOptions, type Reply } from './exchange.js';
import { HANGS, PROMPT } from './limits.js';
import { must } from './must.js';
import type { Random } from './random.js';

/** What a client needs. It says how its request ended, in a word; it throws where that is not as it should be. */
export interface Visit {
  readonly origin: string;
  readonly random: Random;
  /** Hands in what was heard: for the tally, and to be decoded. */
  readonly heard: (reply: Reply, sound?: { readonly bytes: Buffer; readonly format: SpeechFormat }) => void;
}

type Client = (visit: Visit) => Promise<string>;

const SENTENCES = [
  'Hello there.',
  'The train to the coast leaves in five minutes.',
  'It was a bright cold day in April, and the clocks were striking thirteen.',
];

const JSON_TYPE = { 'content-type': 'application/json' };
/** What the local engine makes too comes more often, so that it has something to do. */
const FORMATS = [...SPEECH_FORMATS, 'mp3', 'mp3', 'wav', 'wav'] as const;

function ask({ random }: Visit): Asked {
  const input = random.next() < 0.1 ? LONG : random.oneOf(SENTENCES);
  return { input, format: random.oneOf(FORMATS) };
}

function speech({ origin }: Visit, { input, format, accept }: Asked, more: object = {}): ExchangeOptions {
  return {
    method: 'POST',
    url: `${origin}/v1/audio/speech`,
    headers: { ...JSON_TYPE, ...(accept === undefined ? {} : { accept: 'audio/*' }) },
    body: JSON.stringify({ input, response_format: format, ...more }),
    ...(input === LONG ? { withoutByte: HANGS.betweenSentences } : {}),
  };
}

/** A request that must have a reply. */
async function replyTo(options: ExchangeOptions): Promise<Reply> {
  const ending = await exchange(options);
  must(ending.kind === 'reply', wordsFor(ending));
  return ending.reply;
}

function wordsFor(ending: Ending): string {
  if (ending.kind === 'hung') return `HUNG ${ending.where}`;
  return ending.kind === 'no reply' ? `no reply (${ending.why})` : ending.kind;
}

function judge(visit: Visit, reply: Reply, asked: Asked): string {
  const verdict = checkReply(reply, asked);
  visit.heard(reply, verdict === 'audio' ? { bytes: reply.body, format: asked.format } : undefined);
  return verdict;
}

const listens: Client = async (visit) => {
  const asked = ask(visit);
  return judge(visit, await replyTo(speech(visit, asked)), asked);
};

const wantsAudioOnly: Client = async (visit) => {
  const asked: Asked = { ...ask(visit), accept: 'audio' };
  return judge(visit, await replyTo(speech(visit, asked)), asked);
};

const insists: Client = async (visit) => {
  const asked = ask(visit);
  const options = speech(visit, asked);
  const reply = await replyTo({ ...options, headers: { ...options.headers, 'x-speech-fallback': 'none' } });
  const verdict = judge(visit, reply, asked);
  must(verdict !== 'text', 'text for a client that wants the first provider or nothing');
  must(/^(first|none)$/.test(String(reply.headers['x-speech-provider'])), 'another provider than the first');
  return verdict;
};

const listensByEvents: Client = async (visit) => {
  const asked = ask(visit);
  const reply = await replyTo(speech(visit, asked, { stream_format: 'sse' }));
  if (reply.headers['content-type']?.startsWith('text/event-stream') !== true) return judge(visit, reply, asked);
  checkHeaders(reply);
  visit.heard(reply);
  if (reply.end === 'broken') return 'audio that broke off';
  const events = eventsOf(reply);
  must(events.at(-1)?.type === 'speech.audio.done', 'a clean end without speech.audio.done');
  const sound = Buffer.concat(events.map(({ audio }) => Buffer.from(audio ?? '', 'base64')));
  checkSound(sound, asked, reply);
  return 'audio';
};

interface SpeechEvent {
  readonly type: string;
  readonly audio?: string;
}

function eventsOf({ body }: Reply): SpeechEvent[] {
  const blocks = body.toString().split('\n\n').filter(Boolean);
  return blocks.map((block) => JSON.parse(block.replace(/^data: /, '')) as SpeechEvent);
}

const leaves: Client = async (visit) => {
  const asked = ask(visit);
  const ending = await exchange({ ...speech(visit, asked), leavesAfter: visit.random.between(0, 1_500) });
  if (ending.kind === 'left') return 'left';
  must(ending.kind === 'reply', wordsFor(ending));
  return judge(visit, ending.reply, asked);
};

/** Leaves the local engine while it starts a worker, loads an encoder, speaks, or has spoken: most are over within a second. */
const leavesLocalSpeech: Client = async (visit) => {
  const asked: Asked = { input: visit.random.oneOf(SENTENCES), format: visit.random.oneOf(SPEECH_FORMATS) };
  const options = speech(visit, asked);
  const url = `${visit.origin}/local/audio/speech`;
  const ending = await exchange({ ...options, url, leavesAfter: visit.random.between(0, 700) });
  if (ending.kind === 'left') return 'left';
  must(ending.kind === 'reply', wordsFor(ending));
  return ending.reply.end === 'broken' ? 'audio that broke off' : `status ${ending.reply.status}`;
};

const readsSlowly: Client = async (visit) => {
  const asked = ask(visit);
  const pause = visit.random.between(20, 200);
  const options = speech(visit, asked);
  const reply = await replyTo({
    ...options,
    read(response) {
      let pauses = 10;
      response.on('data', () => {
        if (pauses <= 0) return;
        pauses -= 1;
        response.pause();
        setTimeout(() => response.resume(), pause);
      });
    },
  });
  return judge(visit, reply, asked);
};

/** Says all it has to say and closes its half of the connection, as some proxies and `nc` do. Node takes that for a client that left. */
const halfCloses: Client = async (visit) => {
  const { hostname, port } = new URL(visit.origin);
  const { body } = speech(visit, ask(visit));
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.resume();
  const head = `POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${String(body?.length)}\r\n\r\n`;
  socket.end(head + String(body));
  return closed(socket);
};

/** Announces a body and sends half of it. */
const stopsUploading: Client = async (visit) => {
  const { hostname, port } = new URL(visit.origin);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  let reply = '';
  socket.on('data', (chunk: Buffer) => (reply += chunk.toString('latin1')));
  socket.write(
    'POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"in',
  );
  await closed(socket);
  must(reply.startsWith('HTTP/1.1 408 '), `half an upload got ${reply.slice(0, 20)}`);
  return 'refused with 408';
};

async function closed(socket: ReturnType<typeof connect>): Promise<string> {
  const signal = AbortSignal.timeout(HANGS.withoutHead);
  try {
    await once(socket, 'close', { signal });
  } catch {
    must(!signal.aborted, 'HUNG with an open connection');
  } finally {
    socket.destroy();
  }
  return 'closed';
}

const MISTAKES: readonly (readonly [status: number, body: string | Buffer, headers?: Record<string, string>])[] = [
  [400, '{"input":'],
  [400, '[]'],
  [400, '{}'],
  [400, '{"input":""}'],
  [400, '{"input":42}'],
  [400, '{"input":"Hello.","response_format":"ogg"}'],
  [400, '{"input":"Hello.","speed":9}'],
  [400, JSON.stringify({ input: 'x'.repeat(4_097) })],
  [400, '{"input":"Hello."}', { 'x-speech-fallback': 'maybe' }],
  [413, JSON.stringify({ input: 'x'.repeat(70_000) })],
  [415, 'input=Hello.', { 'content-type': 'application/x-www-form-urlencoded' }],
  [415, '{"input":"Hello."}', { 'content-encoding': 'compress' }],
];

const isMistaken: Client = async ({ origin, random }) => {
  const [status, body, headers] = random.oneOf(MISTAKES);
  const url = `${origin}/v1/audio/speech`;
  const reply = await replyTo({ method: 'POST', url, headers: { ...JSON_TYPE, ...headers }, body });
  must(reply.status === status && reply.end === 'whole', `status ${reply.status} where ${status} was due`);
  checkHeaders(reply);
  checkError(jsonOf(reply));
  return `refused with ${status}`;
};

const asksForLists: Client = async ({ origin, random }) => {
  const route = random.oneOf(['voices', 'models', 'health'] as const);
  const reply = await replyTo({ method: 'GET', url: `${origin}/v1/audio/${route}` });
  must(reply.headAfter < PROMPT, `${route} after ${Math.round(reply.headAfter)} ms`);
  must(reply.status === 200 || (route === 'health' && reply.status === 503), `status ${reply.status}`);
  must(Array.isArray(jsonOf(reply)[route === 'health' ? 'providers' : route]), `no ${route}`);
  must(typeof reply.headers['x-request-id'] === 'string', 'X-Request-Id');
  return 'answered';
};

/** Who comes, and how often. */
export const CLIENTS: readonly (readonly [weight: number, client: readonly [name: string, visit: Client]])[] = [
  [40, ['listens', listens]],
  [6, ['listens by events', listensByEvents]],
  [6, ['wants audio only', wantsAudioOnly]],
  [5, ['wants the first or none', insists]],
  [14, ['leaves at a random moment', leaves]],
  [8, ['leaves the local engine', leavesLocalSpeech]],
  [8, ['reads slowly', readsSlowly]],
  [4, ['closes its half', halfCloses]],
  [1, ['stops in its upload', stopsUploading]],
  [8, ['is mistaken', isMistaken]],
  [8, ['asks for voices, models, health', asksForLists]],
];
