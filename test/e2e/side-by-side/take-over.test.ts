import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { JoinableFormat } from '../../../lib/long-speech/joiner.js';
import { segmentsOf } from '../../../lib/speech/segments.js';
import { Random } from '../../soak/random.js';
import { startApp, type TestApp } from '../../support/app.js';
import { startProgram } from '../../support/process.js';
import { postRaw, readRaw, type RawReply } from '../../support/raw-reply.js';
import { decode, excerpt, largestStep, longestQuiet, RATE } from '../../support/takeover/decoded.js';
import { prose } from '../../support/takeover/prose.js';
import { speakSentences, type SpokenSentence } from '../../support/takeover/sounds.js';
import { needsTools, wordErrorRate, wordsHeard, wordsOf } from '../../support/tools.js';

const REMOTE = fileURLToPath(new URL('../../support/takeover/remote.js', import.meta.url));
/** More of both are for whoever has changed something here: `KILLS=25 CHARACTERS=4000`. */
const KILLS = Number(process.env['KILLS'] ?? 1);
const CHARACTERS = Number(process.env['CHARACTERS'] ?? 1_200);
const SEED = Number(process.env['SEED'] ?? 1);

/** Seconds around the seam in which a click would be the seam's. */
const NEAR = 0.5;

const INPUT: Partial<Record<JoinableFormat, readonly string[]>> = { pcm: ['-f', 's16le', '-ar', '24000', '-ac', '1'] };

describe('a server that is killed in the middle of a long speech', function () {
  let folder: string;
  let app: TestApp;
  let sentences: SpokenSentence[];
  const text = prose(CHARACTERS);
  const random = new Random(SEED);

  before(async function () {
    needsTools(this, 'ffmpeg', 'pocketsphinx_continuous');
    this.timeout(300_000);
    folder = await mkdtemp(join(tmpdir(), 'express-speech-'));
    sentences = await speakSentences(segmentsOf(text), folder);
  });

  after(() => rm(folder, { recursive: true }));

  /** Has the text spoken by a server that is killed after so many bytes, with the local engine behind it. */
  async function speak(format: JoinableFormat, killAfter: number): Promise<RawReply> {
    const remote = await startProgram([REMOTE, folder, String(killAfter)], /^http/);
    app = await startApp({
      fallback: [
        { type: 'remote', name: 'remote', baseUrl: `${remote.line}/v1`, health: false },
        { type: 'local' },
        { type: 'text' },
      ],
    });
    try {
      await app.speech.ready;
      return await readRaw(await postRaw(app.speechUrl, { input: text, response_format: format }));
    } finally {
      await app.close();
      await remote.stop();
    }
  }

  for (const format of ['mp3', 'wav', 'pcm', 'aac'] as const) {
    for (let kill = 0; kill < KILLS; kill += 1) {
      it(`leaves a whole ${format} behind, with every sentence in it (${String(kill + 1)})`, async function () {
        this.timeout(120_000);
        const total = sentences.reduce((sum, { bytes }) => sum + bytes[format], 0);
        const killAfter = random.between(1_000, total - 1_000);
        const reply = await speak(format, killAfter);
        expect(reply.isWhole, 'the end').to.equal(true);
        expect(reply.headers['x-speech-provider']).to.equal('remote');

        const path = join(folder, `speech.${format}`);
        await writeFile(path, reply.body);
        const { samples, complaints } = await decode(path, INPUT[format] ?? []);
        expect(complaints, 'ffmpeg').to.equal('');

        const { seam, isRepeated } = takeOverIn(reply, sentences.length);
        const part = isRepeated ? partHeard(format, killAfter) : { seconds: 0, share: 0 };
        const rest = format === 'mp3' || format === 'aac' ? 0.05 : 0.1;
        const lengths = sentences.map(({ seconds }) => seconds + rest);
        const until = (count: number): number => lengths.slice(0, count).reduce((sum, length) => sum + length, 0);
        const expected = until(sentences.length) + part.seconds;
        expect(samples.length / RATE, 'seconds').to.be.within(0.9 * expected, 1.1 * expected);

        // Where the sentences lie is known as exactly as how long they are with their rests.
        const stretch = samples.length / RATE / expected;
        const at = (until(seam) + part.seconds) * stretch;
        const gap = longestQuiet(samples, at - 1, at + 1);
        expect(gap, 'quiet at the seam').to.be.at.most(0.3);
        const elsewhere = Math.max(largestStep(samples, 0, at - NEAR), largestStep(samples, at + NEAR));
        // The sharpest consonant may be here as well as anywhere.
        expect(largestStep(samples, at - NEAR, at + NEAR), 'click').to.be.at.most(1.25 * elsewhere);

        const window = [Math.max(0, seam - 2), Math.min(sentences.length, seam + 2)] as const;
        const said = sentences.slice(...window).map((sentence) => sentence.text);
        const end = (until(window[1]) + part.seconds) * stretch + 0.5;
        const heard = await wordsHeard(await excerpt(samples, until(window[0]) * stretch, end, `${path}.part.wav`));
        const before = seam - window[0];
        const cut = wordsOf(said[before] ?? '');
        const words = [
          ...wordsOf(said.slice(0, before).join(' ')),
          ...cut.slice(0, Math.round(part.share * cut.length)),
          ...wordsOf(said.slice(before).join(' ')),
        ];
        const rate = wordErrorRate(words, heard);
        // The first sentence is misheard by itself, and is there twice.
        expect(rate, heard.join(' ')).to.be.at.most(isRepeated ? 0.55 : 0.45);
        note(
          `${format} killed after ${String(killAfter)} of ${String(total)} bytes, taken over at ${String(seam + 1)} of ${String(sentences.length)}${isRepeated ? ' (repeated)' : ''}, quiet ${gap.toFixed(2)} s, WER ${rate.toFixed(2)}`,
        );
      });
    }
  }

  /** How much was heard of the sentence that the server was killed in. */
  function partHeard(format: JoinableFormat, killAfter: number): { readonly seconds: number; readonly share: number } {
    let left = killAfter;
    for (const { bytes, seconds } of sentences) {
      const share = left / bytes[format];
      if (share < 1) return { seconds: share * seconds, share };
      left -= bytes[format];
    }
    return { seconds: 0, share: 0 };
  }
});

/** Finds in the trailer which sentence, counted from 0, was the first of the other provider. */
function takeOverIn(reply: RawReply, count: number): { readonly seam: number; readonly isRepeated: boolean } {
  const trailer = reply.trailers['server-timing'] ?? '';
  const spoken = [...trailer.matchAll(/(\w+);dur=[\d.]+;desc="segments? (\d+)(?:-(\d+))?"/g)].map(
    ([, provider, from, to = from]) => ({ provider, from: Number(from), to: Number(to) }),
  );
  // Every sentence once, in order, by one provider and then by the other.
  expect(
    spoken.map(({ from }) => from),
    trailer,
  ).to.deep.equal([1, ...spoken.slice(0, -1).map(({ to }) => to + 1)]);
  expect(spoken.at(-1)?.to, trailer).to.equal(count);
  const local = spoken.find(({ provider }) => provider === 'local');
  expect(local, trailer).to.not.equal(undefined);
  const seam = (local?.from ?? 1) - 1;
  return { seam, isRepeated: seam === 0 };
}

function note(line: string): void {
  if (process.env['KILLS'] !== undefined) console.log(`      ${line}`);
}
