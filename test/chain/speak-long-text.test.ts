import { connect } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { OWN_SHAPE, type SoundShape } from '../../lib/audio/formats.js';
import { readMp3Header } from '../../lib/audio/frame-header.js';
import { readWavHeader, writeWavHeader } from '../../lib/audio/wav-header.js';
import type { SpeechEventMap, SpeechRouterOptions } from '../../lib/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { settle } from '../support/fake-clock.js';
import { pcm, PCM, provider } from '../support/fake-provider.js';
import { flacFrames } from '../support/flac.js';
import { collectGarbage } from '../support/garbage.js';
import { pagesOf } from '../support/ogg.js';
import { postRaw, readRaw, type RawReply } from '../support/raw-reply.js';
import {
  sentences,
  startSentenceServer,
  whoSaid,
  type Answer,
  type SentenceServer,
  type SentenceServerOptions,
} from '../support/sentence-server.js';

const LEVELS = [0.1, 0.4, 0.7];
const TEXT = sentences(8);
/** A text of up to twice as many letters is spoken sentence by sentence, however long it gets. */
const EACH_BY_ITSELF = { maxChars: 450 };

/** Seconds of a file that has to be frames of this shape from one end to the other. */
function secondsOfFrames(body: Buffer, { sampleRate, channels }: SoundShape): number {
  let seconds = 0;
  for (let at = 0; at < body.length;) {
    const header = readMp3Header(body, at);
    expect(header, `the frame after ${String(seconds)} s`).to.include({ sampleRate, channels });
    at += header?.length ?? Number.NaN;
    seconds += (header?.samples ?? 0) / sampleRate;
  }
  return seconds;
}

/** Seconds of a file that has to have one header of this shape, which leaves the length open. */
function secondsOfWav(body: Buffer, { sampleRate, channels }: SoundShape): number {
  expect(readWavHeader(body)).to.include({ sampleRate, channels, dataStart: 44, dataSize: undefined });
  expect(body.indexOf('RIFF', 1)).to.equal(-1);
  return (body.length - 44) / (sampleRate * channels * 2);
}

describe('a long text', () => {
  let app: TestApp;
  let servers: SentenceServer[];

  beforeEach(() => {
    servers = [];
  });

  afterEach(async () => {
    await app.close();
    await Promise.all(servers.map((server) => server.close().catch(() => undefined)));
  });

  /** Starts servers that say sentences, and an application with them in their order. */
  async function start(
    all: readonly Omit<SentenceServerOptions, 'level'>[],
    options: SpeechRouterOptions = {},
    entry: object = {},
  ): Promise<void> {
    for (const [index, each] of all.entries()) {
      servers.push(await startSentenceServer({ level: LEVELS[index] ?? 0, ...each }));
    }
    const remotes = servers.map(({ origin }, index) => ({
      type: 'remote' as const,
      name: `remote${String(index)}`,
      baseUrl: `${origin}/v1`,
      health: false as const,
      ...entry,
    }));
    app = await startApp({ fallback: [...remotes, { type: 'text' }], segments: EACH_BY_ITSELF, ...options });
  }

  const speak = async (body: object = {}, headers: Record<string, string> = {}): Promise<RawReply> =>
    readRaw(await postRaw(app.speechUrl, { input: TEXT, response_format: 'pcm', ...body }, headers));

  const numbersOf = (index: number): number[] => servers[index]?.asked.map(({ number }) => number) ?? [];
  const said = (reply: RawReply): string[] =>
    whoSaid(reply.body, LEVELS).map(({ server, number }) => `${String(server)}:${String(number)}`);

  /** Kills a server in the middle of a sentence. */
  const dyingIn = (sentence: number, share = 0.5): Answer =>
    function die(response, sound, { number }) {
      if (number !== sentence) {
        response.end(sound);
        return;
      }
      response.write(sound.subarray(0, Math.round(sound.length * share)), () => {
        void servers[0]?.close();
      });
    };

  it('is asked for sentence by sentence, one after the other, and sent in order', async () => {
    await start([{}]);
    const reply = await speak();
    expect(reply.isWhole).to.equal(true);
    expect(said(reply)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7].map((number) => `0:${String(number)}`));
    expect(numbersOf(0)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(servers[0]?.asked.map(({ input }) => input).join(' ')).to.equal(TEXT);
    expect(servers[0]?.mostAtOnce).to.equal(1);
    expect(reply.headers['x-speech-provider']).to.equal('remote0');
    expect(reply.headers['x-speech-degraded']).to.equal('false');
    expect(reply.trailers['server-timing']).to.match(/^remote0;dur=\d+\.\d;desc="segments 1-8"$/);
  });

  it('rests between two sentences, and not behind the last', async () => {
    await start([{ seconds: 1 }]);
    const { body } = await speak();
    expect(body.length / 48_000).to.be.closeTo(8 + 7 * 0.2, 0.001);
  });

  it('is one call up to the length of a segment, and beyond it where nothing is to be cut', async () => {
    await start([{}], { segments: { maxChars: 600 } });
    await speak({ input: sentences(5) });
    expect(servers[0]?.asked).to.have.length(1);
    await app.close();
    app = await startApp({
      fallback: [{ type: 'remote', baseUrl: `${servers[0]?.origin ?? ''}/v1`, health: false }],
      segments: false,
    });
    const reply = await speak();
    expect(servers[0]?.asked).to.have.length(2);
    expect(reply.trailers).to.deep.equal({});
  });

  it('begins sooner in Chinese, whose characters take longer to say', async () => {
    await start([{}], { segments: {} });
    const sentence = `${'很'.repeat(49)}。`;
    await speak({ input: sentence.repeat(2) });
    await speak({ input: sentence.repeat(3) });
    expect(servers[0]?.asked.map(({ input }) => input)).to.deep.equal([
      sentence.repeat(2),
      sentence,
      sentence,
      sentence,
    ]);
  });

  it('is cut no longer than a provider takes', async () => {
    await start([{}], {}, { maxInput: 60 });
    const reply = await speak({ input: sentences(3) });
    expect(reply.status).to.equal(200);
    expect(servers[0]?.asked.every(({ input }) => input.length <= 60)).to.equal(true);
    expect(servers[0]?.asked.map(({ input }) => input).join(' ')).to.equal(sentences(3));
  });

  it('goes on with the next provider where one dies in the middle of a sentence, and nobody hears it twice', async () => {
    await start([{ answer: dyingIn(3) }, {}]);
    const events: SpeechEventMap['fallback'][] = [];
    const ends: SpeechEventMap['request'][] = [];
    app.speech.on('fallback', (event) => events.push(event));
    app.speech.on('request', (event) => ends.push(event));
    const reply = await speak();
    expect(reply.isWhole).to.equal(true);
    expect(said(reply)).to.deep.equal(['0:0', '0:1', '0:2', '1:3', '1:4', '1:5', '1:6', '1:7']);
    expect(numbersOf(0)).to.deep.equal([0, 1, 2, 3]);
    expect(numbersOf(1)).to.deep.equal([3, 4, 5, 6, 7]);
    expect(reply.headers['x-speech-provider']).to.equal('remote0');
    expect(reply.trailers['server-timing']).to.match(
      /^remote0;dur=[\d.]+;desc="segments 1-3", remote0;dur=[\d.]+;desc="truncated in segment 4", remote1;dur=[\d.]+;desc="segments 4-8"$/,
    );
    expect(events.map(({ from, to, code }) => [from, to, code])).to.deep.equal([['remote0', 'remote1', 'truncated']]);
    expect(ends.map(({ outcome, degraded }) => [outcome, degraded])).to.deep.equal([['audio', true]]);
  });

  it('repeats the sentence, behind sound that dies away, where a part of it was heard', async () => {
    await start([{ answer: dyingIn(0) }, {}]);
    const reply = await speak();
    expect(said(reply)).to.deep.equal(['0:0', '1:0', '1:1', '1:2', '1:3', '1:4', '1:5', '1:6', '1:7']);
    const [broken] = whoSaid(reply.body, LEVELS);
    expect(broken?.seconds).to.be.closeTo(2, 0.1);
    // Between the two levels of the wave there is a step, and none is larger.
    expect(largestStep(reply.body.subarray(0, 48_000 * 3))).to.be.closeTo(2 * (LEVELS[1] ?? 0), 0.001);
  });

  it('does not go back to a provider that has failed while another one speaks', async () => {
    const busy: Answer = (response, sound, { number }) => {
      if (number === 2) response.writeHead(500).end();
      else response.end(sound);
    };
    await start([{ answer: busy }, {}], {}, { retry: { limit: 0 } });
    const reply = await speak();
    expect(said(reply)).to.deep.equal(['0:0', '0:1', '1:2', '1:3', '1:4', '1:5', '1:6', '1:7']);
    expect(numbersOf(0)).to.deep.equal([0, 1, 2]);
    expect(reply.trailers['server-timing']).to.contain('desc="status.500 in segment 3"');
  });

  it('comes back to one that has failed before when nobody else is left', async () => {
    let isSick = true;
    const sick: Answer = (response, sound, { number }) => {
      if (number === 2 && isSick) response.writeHead(400).end();
      else response.end(sound);
      if (number === 2) isSick = false;
    };
    const alsoSick: Answer = (response, sound, { number }) => {
      if (number === 5) response.writeHead(400).end();
      else response.end(sound);
    };
    await start([{ answer: sick }, { answer: alsoSick }], {}, { retry: { limit: 0 } });
    const reply = await speak();
    expect(reply.isWhole).to.equal(true);
    expect(said(reply)).to.deep.equal(['0:0', '0:1', '1:2', '1:3', '1:4', '0:5', '0:6', '0:7']);
  });

  it('leaves out a sentence that nobody can say, and tells of it', async () => {
    const cannot: Answer = (response, sound, { number }) => {
      if (number === 3) response.writeHead(422).end('{"detail":"no phonemes"}');
      else response.end(sound);
    };
    await start(
      [
        { answer: cannot, seconds: 1 },
        { answer: cannot, seconds: 1 },
      ],
      {},
      { retry: { limit: 0 } },
    );
    const ends: SpeechEventMap['request'][] = [];
    app.speech.on('request', (event) => ends.push(event));
    const reply = await speak();
    expect(reply.isWhole).to.equal(true);
    expect(said(reply)).to.deep.equal(['0:0', '0:1', '0:2', '0:4', '0:5', '0:6', '0:7']);
    expect(reply.trailers['server-timing']).to.match(
      /^remote0;dur=[\d.]+;desc="segments 1-3", remote0;dur=[\d.]+;desc="status\.422 in segment 4", remote1;dur=[\d.]+;desc="status\.422 in segment 4, left out", remote0;dur=[\d.]+;desc="segments 5-8"$/,
    );
    // Its rest, behind the pause that every sentence has.
    expect(reply.body.length / 48_000).to.be.closeTo(7 + 6 * 0.2 + 0.4, 0.001);
    while (ends.length === 0) await settle();
    expect(ends.map(({ outcome, leftOut, degraded }) => [outcome, leftOut, degraded])).to.deep.equal([
      ['audio', 1, true],
    ]);
  });

  it('breaks off at such a sentence where the client wants no other voice', async () => {
    const cannot: Answer = (response, sound, { number }) => {
      if (number === 3) response.writeHead(422).end();
      else response.end(sound);
    };
    await start([{ answer: cannot, seconds: 1 }, {}], {}, { retry: { limit: 0 } });
    const reply = await speak({}, { 'x-speech-fallback': 'none' });
    expect(reply.isWhole).to.equal(false);
    expect(said(reply)).to.deep.equal(['0:0', '0:1', '0:2']);
  });

  it('has sound where it begins with a sentence that nobody can say, and no sound where it has no other', async () => {
    const cannot: Answer = (response, sound, { input }) => {
      if (/Number [01] /.test(input)) response.writeHead(422).end();
      else response.end(sound);
    };
    await start([{ answer: cannot, seconds: 1 }], {}, { retry: { limit: 0 } });
    const reply = await speak();
    expect(said(reply)).to.deep.equal(['0:2', '0:3', '0:4', '0:5', '0:6', '0:7']);
    expect(reply.headers['x-speech-provider']).to.equal('remote0');
    expect(reply.headers['x-speech-degraded']).to.equal('true');
    expect(reply.headers['server-timing']).to.match(/^remote0;dur=[\d.]+;desc="status\.422", .*remote0;dur=[\d.]+$/);
    expect(reply.trailers['server-timing']).to.contain('desc="status.422 in segment 1, left out"');
    expect(reply.trailers['server-timing']).to.contain('desc="status.422 in segment 2, left out"');
    const none = await speak({ input: `${sentences(2, 260)} ${sentences(2, 260)}` });
    expect(none.headers['content-type']).to.match(/json/);
  });

  it('is said in fewer calls to a server that tells how many it takes', async () => {
    let left = 3;
    const counting: Answer = (response, sound) => {
      left -= 1;
      response.setHeader('x-ratelimit-limit-requests', '3');
      response.setHeader('x-ratelimit-remaining-requests', String(left));
      response.setHeader('x-ratelimit-reset-requests', '1m0s');
      response.end(sound);
    };
    await start([{ answer: counting, seconds: 1 }, {}]);
    const reply = await speak();
    expect(reply.isWhole).to.equal(true);
    expect(servers[0]?.asked.map(({ input }) => input).join(' ')).to.equal(TEXT);
    expect(servers[0]?.asked).to.have.length(3);
    expect(numbersOf(1)).to.deep.equal([]);
    expect(reply.trailers['server-timing']).to.match(/^remote0;dur=[\d.]+;desc="segments 1-8"$/);
  });

  it('waits for a server that asks for a moment, as long as there is something to hear', async () => {
    let isBusy = true;
    const busy: Answer = (response, sound, { number }) => {
      if (number !== 2 || !isBusy) {
        response.end(sound);
        return;
      }
      isBusy = false;
      response.writeHead(429, { 'retry-after-ms': '300' }).end();
    };
    await start([{ answer: busy }, {}]);
    const circuits: SpeechEventMap['circuit'][] = [];
    app.speech.on('circuit', (event) => circuits.push(event));
    const reply = await speak();
    expect(reply.isWhole).to.equal(true);
    expect(numbersOf(1)).to.deep.equal([]);
    expect(circuits).to.deep.equal([]);
    // What is left is asked for at once: nobody knows how many calls there will be.
    expect(servers[0]?.asked.at(-1)?.input).to.equal(TEXT.slice(TEXT.indexOf('Number 2')));
    expect(servers[0]?.asked).to.have.length(4);
    expect(reply.trailers['server-timing']).to.match(
      /^remote0;dur=[\d.]+;desc="segments 1-2", remote0;dur=[\d.]+;desc="rate_limited in segment 3", remote0;dur=[\d.]+;desc="segments 3-8"$/,
    );
  });

  for (const [why, headers, count] of [
    ['when the client wants no other voice', { 'x-speech-fallback': 'none' }, 2],
    ['when nobody is left but text', {}, 1],
  ] as const) {
    it(`ends in a broken connection ${why}`, async () => {
      await start([{ answer: dyingIn(3) }, {}].slice(0, count));
      const ends: SpeechEventMap['request'][] = [];
      app.speech.on('request', (event) => ends.push(event));
      const reply = await speak({}, headers);
      expect(reply.status).to.equal(200);
      expect(reply.isWhole).to.equal(false);
      expect(reply.trailers).to.deep.equal({});
      expect(said(reply)).to.deep.equal(['0:0', '0:1', '0:2']);
      while (ends.length === 0) await settle();
      expect(ends.map(({ outcome, code }) => [outcome, code])).to.deep.equal([['error', 'truncated']]);
      expect(numbersOf(1)).to.deep.equal([]);
    });
  }

  it('is handed back as a whole where nobody can speak', async () => {
    await start([{ answer: (response) => response.writeHead(400).end() }]);
    const reply = await speak();
    const body = JSON.parse(reply.body.toString()) as { readonly text: string; readonly input: string };
    expect(body.text).to.equal(TEXT);
    expect(body.input).to.equal(TEXT);
  });

  it('is given as a whole to a provider of the user’s own that answers with text', async () => {
    const texts: string[] = [];
    const own = provider('own', ({ input }) => {
      texts.push(input);
      return Promise.resolve({ kind: 'text', text: input.toUpperCase(), status: 200 });
    });
    await start([], { fallback: [own] });
    const reply = await speak();
    expect(JSON.parse(reply.body.toString())).to.have.property('text', TEXT.toUpperCase());
    expect(texts.at(-1)).to.equal(TEXT);
  });

  it('goes on to the next where a provider of the user’s own has text for a sentence and nothing for all of it', async () => {
    const own = provider('own', ({ input }) => Promise.resolve({ kind: 'text', text: input, status: 200 }));
    await start([], { fallback: [{ ...own, capabilities: { maxInput: 150 } }, { type: 'text' }] });
    const reply = await speak();
    expect(reply.status).to.equal(200);
    expect(JSON.parse(reply.body.toString())).to.deep.include({ text: TEXT, reason: 'unsupported' });
    expect(reply.headers['x-speech-provider']).to.equal('text');
    expect(reply.headers['x-speech-degraded']).to.equal('true');
  });

  it('lets go of a stream that stands still and hears no signal, when the client leaves', async () => {
    const bodies: PassThrough[] = [];
    const own = provider('own', () => {
      const body = new PassThrough();
      body.write(PCM);
      bodies.push(body);
      return Promise.resolve(pcm(body));
    });
    await start([], { fallback: [own] });
    const response = await postRaw(app.speechUrl, { input: TEXT, response_format: 'pcm' });
    response.destroy();
    while (bodies[0]?.destroyed !== true) await settle();
    while (app.speech.status().providers.some(({ running }) => running > 0)) await settle();
    expect(bodies).to.have.length(1);
  });

  it('ends in a reset for a client of HTTP/1.0, to whom an orderly end would be the end of the speech', async () => {
    await start([{ answer: dyingIn(3) }]);
    const body = JSON.stringify({ input: TEXT, response_format: 'pcm' });
    const socket = connect(Number(new URL(app.origin).port), '127.0.0.1');
    socket.write(
      `POST /v1/audio/speech HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
    );
    socket.resume();
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      socket.once('error', resolve).once('close', () => {
        resolve(undefined);
      });
    });
    expect(error?.code).to.equal('ECONNRESET');
  });

  /** Reads how long a file of Opus plays, which has to be one stream from its first page to its last. */
  const secondsOfOpus = (body: Buffer): number => {
    const pages = pagesOf(body);
    expect(pages.map(({ sequence }) => sequence)).to.deep.equal(pages.map((_, index) => index));
    expect(pages.map(({ flags }) => flags)).to.deep.equal([2, ...pages.slice(2).map(() => 0), 4]);
    return ((pages.at(-1)?.position ?? 0) - 312) / 48_000;
  };
  /** Reads how long a file of FLAC plays, whose frames have to be counted through. */
  const secondsOfFlac = (body: Buffer, { sampleRate }: SoundShape): number => {
    let samples = 0;
    for (const frame of flacFrames(body.subarray(42))) {
      expect(frame).to.deep.include({ isVariable: true, number: samples });
      samples += frame.samples;
    }
    return samples / sampleRate;
  };
  const OTHER: SoundShape = { sampleRate: 48_000, channels: 2 };

  for (const [format, asked, secondsOf] of [
    // Any Opus can follow any other; FLAC of another shape is asked for as WAV.
    ['opus', ['opus 3', 'opus 4', 'opus 5', 'opus 6', 'opus 7'], secondsOfOpus],
    ['flac', ['flac 3', 'wav 3', 'wav 4', 'wav 5', 'wav 6', 'wav 7'], (body) => secondsOfFlac(body, OTHER)],
  ] satisfies [string, string[], (body: Buffer) => number][]) {
    it(`is one file of ${format}, whoever goes on with it`, async () => {
      await start([{ shape: OTHER, seconds: 2, answer: dyingIn(3) }, { seconds: 2 }]);
      const reply = await speak({ response_format: format });
      expect(reply.isWhole).to.equal(true);
      expect(reply.trailers['server-timing']).to.match(/remote1;dur=[\d.]+;desc="segments 4-8"$/);
      expect(numbersOf(0)).to.deep.equal([0, 1, 2, 3]);
      expect(servers[1]?.asked.map((each) => `${each.format} ${String(each.number)}`)).to.deep.equal(asked);
      expect(secondsOf(reply.body)).to.be.closeTo(8 * 2, 1);
    });

    it(`is so behind a sentence of ${format} of which a part was heard`, async () => {
      await start([{ seconds: 2, answer: dyingIn(0) }, { seconds: 2 }]);
      const reply = await speak({ response_format: format });
      expect(reply.isWhole).to.equal(true);
      expect(reply.trailers['server-timing']).to.match(/remote1;dur=[\d.]+;desc="segments 1-8"$/);
      const seconds = format === 'opus' ? secondsOfOpus(reply.body) : secondsOfFlac(reply.body, OWN_SHAPE);
      expect(seconds).to.be.closeTo(1 + 8 * 2, 1);
    });
  }

  it('keeps its place with its provider from its first sentence to its last', async () => {
    const held: (() => void)[] = [];
    let isHolding = true;
    const holding: Answer = (response, sound) => {
      if (isHolding) held.push(() => response.end(sound));
      else response.end(sound);
    };
    await start([{ answer: holding }, {}], {}, { bulkhead: { maxConcurrent: 1, maxQueue: 0 } });
    const first = speak();
    while (held.length === 0) await settle();
    const second = speak();
    while (numbersOf(1).length === 0) await settle();
    isHolding = false;
    held.forEach((release) => {
      release();
    });
    for (const [index, reply] of [await first, await second].entries()) {
      expect(said(reply)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7].map((number) => `${String(index)}:${String(number)}`));
    }
    expect(app.speech.status().providers.map(({ running }) => running)).to.deep.equal([0, 0, 0]);
  });

  it('finds a place with the provider that takes over though all are taken', async () => {
    const held: (() => void)[] = [];
    const full: Answer = (response, sound, { number }) => {
      if (number === 9) held.push(() => response.end(sound));
      else response.end(sound);
    };
    let isHolding = false;
    let begin: (() => void) | undefined;
    const dying = dyingIn(3);
    const waiting: Answer = (response, sound, asked) => {
      if (isHolding) begin = () => response.end(sound);
      else dying(response, sound, asked);
    };
    await start([{ answer: waiting }, { answer: full }], {}, { bulkhead: { maxConcurrent: 1, maxQueue: 0 } });
    isHolding = true;
    const long = speak();
    while (numbersOf(0).length === 0) await settle();
    const short = speak({ input: 'Number 9 is short.' });
    while (numbersOf(1).length === 0) await settle();
    isHolding = false;
    begin?.();
    expect(said(await long)).to.deep.equal(['0:0', '0:1', '0:2', '1:3', '1:4', '1:5', '1:6', '1:7']);
    held.forEach((release) => {
      release();
    });
    expect(said(await short)).to.deep.equal(['1:9']);
  });

  it('lets go of everything when the client leaves', async () => {
    const open: (() => void)[] = [];
    const closed: number[] = [];
    const answer: Answer = (response, sound, { number }) => {
      response.once('close', () => closed.push(number));
      if (number < 2) response.end(sound);
      else {
        response.write(sound.subarray(0, 1_000));
        open.push(() => response.end());
      }
    };
    await start([{ answer }, {}]);
    const response = await postRaw(app.speechUrl, { input: TEXT, response_format: 'pcm' });
    response.resume();
    while (open.length === 0) await settle();
    response.destroy();
    while (!closed.includes(2)) await settle();
    while (app.speech.status().providers.some(({ running }) => running > 0))
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(numbersOf(0)).to.deep.equal([0, 1, 2]);
    expect(numbersOf(1)).to.deep.equal([]);
  });

  it('is prepared no further than the prefetch buffer while nobody reads', async () => {
    await start([{}], { segments: { ahead: 1, maxChars: 2_300 }, maxInput: 10_000 });
    const response = await postRaw(app.speechUrl, { input: sentences(40), response_format: 'pcm' });
    // What the sockets between the two hold of it is some megabytes; a sentence has a fifth of one.
    let before = -1;
    while (numbersOf(0).length !== before) {
      before = numbersOf(0).length;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(before).to.be.below(38);
    // Nobody is called meanwhile, so no place is held.
    expect(app.speech.status().providers[0]).to.include({ running: 0 });
    const reply = await readRaw(response);
    expect(said(reply)).to.have.length(40);
    expect(numbersOf(0)).to.have.length(40);
  });

  it('holds nothing of the calls whose sound is there while nobody reads', async () => {
    const streams: WeakRef<Readable>[] = [];
    const own = provider('own', () => {
      const stream = Readable.from([Buffer.alloc(240_000, 0x12)]);
      streams.push(new WeakRef(stream));
      return Promise.resolve(pcm(stream));
    });
    app = await startApp({ fallback: [own], maxInput: 10_000 });
    const response = await postRaw(app.speechUrl, { input: sentences(40), response_format: 'pcm' });
    let before = -1;
    while (streams.length !== before) {
      before = streams.length;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(before).to.be.within(2, 39);
    await collectGarbage();
    expect(streams.filter((stream) => stream.deref() !== undefined)).to.deep.equal([]);
    response.destroy();
  });

  it('goes on in the shape that it began in, and asks a server of another one for what can be converted', async () => {
    await start([{ shape: { sampleRate: 22_050, channels: 2 }, answer: dyingIn(3) }, {}]);
    const reply = await speak({ response_format: 'mp3' });
    expect(reply.isWhole).to.equal(true);
    expect(secondsOfFrames(reply.body, { sampleRate: 22_050, channels: 2 })).to.be.closeTo(8 * 4, 1.5);
    expect(servers[1]?.asked.map(({ format, number }) => `${format} ${String(number)}`)).to.deep.equal([
      ...['mp3 3', 'wav 3', 'wav 4', 'wav 5', 'wav 6', 'wav 7'],
    ]);
    expect(reply.trailers['server-timing']).to.match(/remote1;dur=[\d.]+;desc="segments 4-8"$/);
  });

  for (const format of ['mp3', 'wav']) {
    it(`does so behind a sentence of which a part was heard, in ${format}`, async () => {
      await start([{ answer: dyingIn(0) }, { shape: { sampleRate: 44_100, channels: 2 } }]);
      const reply = await speak({ response_format: format });
      expect(reply.isWhole).to.equal(true);
      expect(reply.trailers['server-timing']).to.match(/remote1;dur=[\d.]+;desc="segments 1-8"$/);
      // Half a sentence, and all eight, in the shape of the half.
      const seconds = format === 'mp3' ? secondsOfFrames(reply.body, OWN_SHAPE) : secondsOfWav(reply.body, OWN_SHAPE);
      expect(seconds).to.be.closeTo(2 + 8 * 4, 2);
    });
  }

  it('takes no file that is cut short for a sentence, where it would be converted either', async () => {
    const cutting: Answer = (response, sound, { format, number }) => {
      response.end(format === 'wav' && number === 4 ? sound.subarray(0, sound.length / 2) : sound);
    };
    await start([{ answer: dyingIn(3) }, { shape: { sampleRate: 44_100, channels: 2 }, answer: cutting }, {}]);
    const reply = await speak({ response_format: 'mp3' });
    expect(reply.isWhole).to.equal(true);
    expect(reply.trailers['server-timing']).to.match(
      /remote1;dur=[\d.]+;desc="segment 4", remote1;dur=[\d.]+;desc="truncated in segment 5", remote2;dur=[\d.]+;desc="segments 5-8"$/,
    );
  });

  it('takes no file without sound for a sentence, where it would be converted either', async () => {
    const shape: SoundShape = { sampleRate: 44_100, channels: 2 };
    const hollow: Answer = (response, sound, { format, number }) => {
      response.end(
        format === 'wav' && number === 4 ? Buffer.concat([writeWavHeader(shape, 'unknown'), Buffer.alloc(100)]) : sound,
      );
    };
    await start([{ answer: dyingIn(3) }, { shape, answer: hollow }, {}]);
    const reply = await speak({ response_format: 'mp3' });
    expect(reply.isWhole).to.equal(true);
    expect(reply.trailers['server-timing']).to.match(
      /remote1;dur=[\d.]+;desc="segment 4", remote1;dur=[\d.]+;desc="empty in segment 5", remote2;dur=[\d.]+;desc="segments 5-8"$/,
    );
  });

  it('has the shape of the next server where the first one died before anything was heard', async () => {
    const silent: Answer = (response, sound) => {
      response.write(Buffer.concat([sound.subarray(0, 44), Buffer.alloc(30_000)]), () => {
        void servers[0]?.close();
      });
    };
    await start([{ shape: { sampleRate: 22_050, channels: 2 }, answer: silent }, {}]);
    const { body, isWhole, trailers } = await speak({ response_format: 'wav' });
    expect(isWhole).to.equal(true);
    expect(trailers['server-timing']).to.match(/segment 1", remote1;dur=[\d.]+;desc="segments 1-8"$/);
    expect(secondsOfWav(body, OWN_SHAPE)).to.be.closeTo(8 * 4 + 7 * 0.2, 0.7);
  });

  it('does the same with WAV, under the one header that it began with', async () => {
    await start([{ shape: { sampleRate: 22_050, channels: 2 }, answer: dyingIn(3) }, {}]);
    const { body, isWhole } = await speak({ response_format: 'wav' });
    expect(isWhole).to.equal(true);
    expect(secondsOfWav(body, { sampleRate: 22_050, channels: 2 })).to.be.closeTo(8 * 4 + 7 * 0.2, 0.7);
  });

  it('goes on with the one after that where a server has no sound for a sentence but its header', async () => {
    const hollow: Answer = (response, sound, { number }) => {
      response.end(number === 2 ? sound.subarray(0, 6) : sound);
    };
    await start([{ answer: hollow }, {}]);
    const reply = await speak({ response_format: 'mp3' });
    expect(reply.isWhole).to.equal(true);
    expect(reply.trailers['server-timing']).to.match(
      /^remote0;dur=[\d.]+;desc="segments 1-2", remote0;dur=[\d.]+;desc="empty in segment 3", remote1;dur=[\d.]+;desc="segments 3-8"$/,
    );
  });

  it('tells a client that reads events what all of its sentences have used', async () => {
    const own = provider('own', ({ events }) => {
      const usage = { inputTokens: 2, outputTokens: 30, totalTokens: 32 };
      const spoken = pcm(Readable.from([PCM]));
      return Promise.resolve(events === true && spoken.kind === 'audio' ? { ...spoken, usage: () => usage } : spoken);
    });
    await start([], { fallback: [own] });
    const reply = await speak({ stream_format: 'sse' });
    expect(reply.body.toString()).to.contain('"usage":{"input_tokens":16,"output_tokens":240,"total_tokens":256}');
  });

  it('comes as events to a client that wants those', async () => {
    await start([{ answer: dyingIn(3) }, {}]);
    const reply = await speak({ stream_format: 'sse' });
    const events = reply.body
      .toString()
      .split('\n\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line.replace(/^data: /, '')) as { readonly type: string; readonly audio?: string });
    expect(events.at(-1)?.type).to.equal('speech.audio.done');
    const sound = Buffer.concat(events.map(({ audio = '' }) => Buffer.from(audio, 'base64')));
    expect(whoSaid(sound, LEVELS).map(({ server }) => server)).to.deep.equal([0, 0, 0, 1, 1, 1, 1, 1]);
  });
});

/** The largest difference between two samples beside one another, in parts of the full level. */
function largestStep(samples: Buffer): number {
  let largest = 0;
  for (let at = 2; at + 1 < samples.length; at += 2) {
    largest = Math.max(largest, Math.abs(samples.readInt16LE(at) - samples.readInt16LE(at - 2)));
  }
  return largest / 32_767;
}
