import { createServer, type ServerResponse } from 'node:http';
import { OWN_SHAPE, SPEECH_FORMATS, type SoundShape, type SpeechFormat } from '../../lib/audio/formats.js';
import { CONTENT_TYPES } from './content-types.js';
import { createEncoder } from './create-encoder.js';
import { listen, type TestServer } from './speech-api.js';

/** Step between the levels of two sentences, in parts of the full level. */
const STEP = 0.005;

export interface AskedSentence {
  readonly input: string;
  readonly format: SpeechFormat;
  /** Counted from 0, as the sentence itself says. */
  readonly number: number;
}

export type Answer = (response: ServerResponse, sound: Buffer, asked: AskedSentence) => void;

export interface SentenceServerOptions {
  /** Level of its first sentence, 0 to 1: it tells one server from another. */
  readonly level: number;
  /** Seconds that it takes to say a sentence. */
  readonly seconds?: number;
  readonly shape?: SoundShape;
  /** Answers in place of sending all of the sound at once. */
  readonly answer?: Answer;
}

/** A real server that says each sentence as a square wave with a level of its own, so that a reply tells who said what. */
export interface SentenceServer extends Omit<TestServer, 'requests'> {
  readonly asked: readonly AskedSentence[];
  /** Most calls that were under way at the same time. */
  readonly mostAtOnce: number;
}

/** Text of so many sentences, each of which says its number. */
export function sentences(count: number, length = 100): string {
  return Array.from({ length: count }, (_, number) =>
    `Number ${String(number)} has ${'words and more '.repeat(50)}`
      .slice(0, length - 1)
      .trim()
      .concat('.'),
  ).join(' ');
}

export async function startSentenceServer(options: SentenceServerOptions): Promise<SentenceServer> {
  const { level, seconds = 4, shape = OWN_SHAPE, answer } = options;
  const asked: AskedSentence[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined).on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', () => undefined);
    if (request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    response.once('close', () => (atOnce -= 1));
    request.once('end', () => {
      const sentence = read(Buffer.concat(chunks).toString());
      asked.push(sentence);
      void soundOf(sentence, { level, seconds, shape }).then((sound) => {
        response.setHeader('content-type', CONTENT_TYPES[sentence.format]);
        if (answer === undefined) response.end(sound);
        else answer(response, sound, sentence);
      });
    });
  });
  const listening = await listen(server);
  return {
    ...listening,
    origin: `http://127.0.0.1:${String(listening.port)}`,
    asked,
    get mostAtOnce() {
      return mostAtOnce;
    },
  };
}

function read(body: string): AskedSentence {
  const { input, response_format } = JSON.parse(body) as { input: string; response_format: string };
  const format = SPEECH_FORMATS.find((each) => each === response_format);
  if (format === undefined) throw new Error('no format was named');
  return { input, format, number: Number(/\d+/.exec(input)?.[0]) };
}

async function soundOf(
  { format, number }: AskedSentence,
  { level, seconds, shape }: { readonly level: number; readonly seconds: number; readonly shape: SoundShape },
): Promise<Buffer> {
  // A piece may have been cut so that no number is in it.
  const height = level + (Number.isNaN(number) ? 0 : number) * STEP;
  // A level that never changed its sign could be taken for text.
  const samples = Float32Array.from({ length: seconds * shape.sampleRate }, (_, at) =>
    at % 200 < 100 ? -height : height,
  );
  const encoder = await createEncoder(format, samples.length, shape);
  return Buffer.concat([await encoder.encode(samples), await encoder.finish()]);
}

export interface Said {
  /** Which of the servers said it, by the order of their levels. */
  readonly server: number;
  readonly number: number;
  readonly seconds: number;
}

/** Reads from 16-bit samples who said which sentence, and for how long. What is quiet, or dies away, is left out. */
export function whoSaid(samples: Buffer, levels: readonly number[], sampleRate = OWN_SHAPE.sampleRate): Said[] {
  const said: { server: number; number: number; samples: number }[] = [];
  for (let at = 0; at + 1 < samples.length; at += 2) {
    const found = sayingAt(Math.abs(samples.readInt16LE(at)) / 32_767, levels);
    const last = said.at(-1);
    if (found === undefined) {
      if (last !== undefined) said.push({ server: -1, number: -1, samples: 0 });
    } else if (last?.server === found.server && last.number === found.number) last.samples += 1;
    else said.push({ ...found, samples: 1 });
  }
  return said
    .filter(({ server, samples: length }) => server >= 0 && length > 10)
    .map(({ samples: length, ...rest }) => ({ ...rest, seconds: length / sampleRate }));
}

function sayingAt(value: number, levels: readonly number[]): Omit<Said, 'seconds'> | undefined {
  for (const [server, level] of levels.entries()) {
    const number = Math.round((value - level) / STEP);
    const isNear = Math.abs(value - level - number * STEP) < STEP / 4;
    if (number >= 0 && number < 40 && isNear) return { server, number };
  }
  return undefined;
}
