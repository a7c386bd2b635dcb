import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { SPEECH_FORMATS, type SpeechFormat } from '../../../lib/audio/formats.js';
import { segmentsOf } from '../../../lib/text/segment.js';
import { Random } from '../../soak/random.js';
import { startApp, type TestApp } from '../app.js';
import { needsPeer } from '../peer.js';
import { startProgram } from '../process.js';
import { postRaw, readRaw, type RawReply } from '../raw-reply.js';
import { needsTools, wordErrorRate, wordsHeard, wordsOf } from '../tools.js';
import { decode, largestStep, longestQuiet, RATE, writeApart } from './decoded.js';
import { find, loudnessOf } from './loudness.js';
import { prose, type Language } from './prose.js';
import { speakSentences, type SpokenSentence } from './sounds.js';

const REMOTE = fileURLToPath(new URL('./remote.js', import.meta.url));
/** More of both are for whoever has changed something here: `KILLS=25 CHARACTERS=4000`. */
const KILLS = Number(process.env['KILLS'] ?? 1);
const CHARACTERS = Number(process.env['CHARACTERS'] ?? 0);
const SEED = Number(process.env['SEED'] ?? 1);

/** Seconds around the seam in which a click would be the seam's. */
const NEAR = 0.5;
/** How much the loudness of a sentence, once encoded and joined, is like its own. Others are less than 0.8 like it. */
const ALIKE = 0.9;
/** Bytes of a sentence beyond which it is sent before it is whole, and said again: no more than that may wait. */
const MOST_HELD = 1024 * 1024;
/** By how much the recogniser may err more at the seam than it does with the same sentences where there is none. */
const MORE_ERRORS = 0.2;

/** Seconds between two sentences, about: what a format adds, or the joining. */
const RESTS: Readonly<Record<SpeechFormat, number>> = { mp3: 0.05, opus: 0.02, aac: 0.05, flac: 0, wav: 0.1, pcm: 0.1 };

const INPUT: Partial<Record<SpeechFormat, readonly string[]>> = { pcm: ['-f', 's16le', '-ar', '24000', '-ac', '1'] };

/** Kills a server in the middle of a text in some language, and expects all of it to be heard nevertheless. */
export function describeTakeOver(language: Language, characters: number): void {
  describe(`a server that is killed in the middle of a long speech in ${language}`, () => {
    let folder: string;
    let app: TestApp;
    let sentences: SpokenSentence[];
    const text = prose(CHARACTERS || characters, language);
    const random = new Random(SEED);

    before(async function () {
      this.timeout(300_000);
      folder = await mkdtemp(join(tmpdir(), 'express-speech-'));
      needsTools(this, 'ffmpeg');
      // The recogniser knows English only, and the engine that comes with the package speaks nothing else.
      if (language === 'English') needsTools(this, 'pocketsphinx_continuous');
      else needsPeer(this);
      sentences = await speakSentences(segmentsOf(text), folder);
    });

    after(() => rm(folder, { recursive: true }));

    /** Has the text spoken by a server that is killed after so many bytes, with the local engine behind it. */
    async function speak(format: SpeechFormat, killAfter: number): Promise<RawReply> {
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

    for (const format of SPEECH_FORMATS) {
      for (let kill = 0; kill < KILLS; kill += 1) {
        it(`leaves a whole ${format} behind, with every sentence in it (${String(kill + 1)})`, async function () {
          this.timeout(300_000);
          const total = sentences.reduce((sum, { bytes }) => sum + bytes[format], 0);
          const killAfter = random.between(1_000, total - 1_000);
          const reply = await speak(format, killAfter);
          expect(reply.isWhole, 'the end').to.equal(true);
          expect(reply.headers['x-speech-provider']).to.equal('remote');

          const path = join(folder, `speech.${format}`);
          await writeFile(path, reply.body);
          const { samples, complaints } = await decode(path, INPUT[format] ?? []);
          expect(complaints, 'ffmpeg').to.equal('');

          const seam = takeOverIn(reply, sentences.length);
          const { places, repeated } = placesOf(samples, seam);
          const isHeld = seam > 0 && (sentences[seam]?.bytes[format] ?? 0) < MOST_HELD;
          if (isHeld) expect(repeated, 'seconds heard twice').to.equal(0);
          const expected = sentences.reduce((sum, { seconds }) => sum + seconds + RESTS[format], repeated);
          expect(samples.length / RATE, 'seconds').to.be.within(0.9 * expected, 1.1 * expected);

          // Behind the last sound of the one and before the first of the other.
          const at = places[seam]?.from;
          if (at === undefined) throw new Error('there is no sentence at the seam');
          const gap = longestQuiet(samples, at - 1, at + 1);
          expect(gap, 'quiet at the seam').to.be.at.most(0.3);
          const elsewhere = Math.max(largestStep(samples, 0, at - NEAR), largestStep(samples, at + NEAR));
          // The sharpest consonant may be here as well as anywhere.
          expect(largestStep(samples, at - NEAR, at + NEAR), 'click').to.be.at.most(1.25 * elsewhere);

          const rates = language === 'English' ? await errorRates(samples, places, { seam, path }) : undefined;
          if (rates !== undefined) expect(rates.here, 'WER at the seam').to.be.at.most(rates.asItIs + MORE_ERRORS);
          const likeness = Math.min(...places.map((place) => place.likeness));
          note(
            `${format} killed after ${String(killAfter)} of ${String(total)} bytes, taken over at ${String(seam + 1)} of ${String(sentences.length)}${repeated > 0 ? ` (${repeated.toFixed(1)} s repeated)` : ''}, ` +
              `${(samples.length / RATE / expected).toFixed(3)} of its length, quiet ${gap.toFixed(2)} s, likeness ${likeness.toFixed(3)}` +
              (rates === undefined ? '' : `, WER ${rates.here.toFixed(2)} (${rates.asItIs.toFixed(2)} as it is)`),
          );
        });
      }
    }

    it('tells a sentence from the others by its loudness', () => {
      const loudness = sentences.map((sentence) => loudnessOf(sentence.samples));
      for (const [index, one] of loudness.entries()) {
        for (const other of loudness.slice(index + 1)) {
          expect(find(one, other, -0.5, 0.5).likeness).to.be.below(ALIKE - 0.1);
        }
      }
    });

    /**
     * Finds every sentence behind the one before it. Only the one at the seam may be there twice, as far as it was heard before: this is
     * where it is whole.
     */
    function placesOf(
      samples: Int16Array,
      seam: number,
    ): { readonly places: readonly Place[]; readonly repeated: number } {
      const whole = loudnessOf(samples);
      let end = 0;
      let repeated = 0;
      const places = sentences.map((sentence, index) => {
        const latest = end + 0.6 + (index === seam ? sentence.seconds : 0);
        const { at, likeness } = find(loudnessOf(sentence.samples), whole, end - 0.3, latest);
        expect(likeness, `sentence ${String(index + 1)}, ${sentence.text}`).to.be.at.least(ALIKE);
        if (at > end + 0.6) repeated = at - end;
        end = at + sentence.seconds;
        return { from: at, until: end, likeness };
      });
      return { places, repeated };
    }

    /** How much the recogniser mishears of the sentences around the seam, and how much of the same ones as they were before. */
    async function errorRates(
      samples: Int16Array,
      places: readonly Place[],
      { seam, path }: { readonly seam: number; readonly path: string },
    ): Promise<{ readonly here: number; readonly asItIs: number }> {
      const window = [Math.max(0, seam - 2), seam + 2] as const;
      const said = sentences.slice(...window);
      const words = said.flatMap(({ text }) => wordsOf(text));
      const here = places.slice(...window).map(({ from, until }) => samples.subarray(from * RATE, until * RATE));
      const asItIs = said.map((sentence) => sentence.samples);
      return {
        here: wordErrorRate(words, await wordsHeard(await writeApart(here, `${path}.here.wav`))),
        asItIs: wordErrorRate(words, await wordsHeard(await writeApart(asItIs, `${path}.plain.wav`))),
      };
    }
  });
}

interface Place {
  readonly from: number;
  readonly until: number;
  readonly likeness: number;
}

/** Finds in the trailer which sentence, counted from 0, was the first of the other provider. */
function takeOverIn(reply: RawReply, count: number): number {
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
  return (local?.from ?? 1) - 1;
}

function note(line: string): void {
  if (process.env['KILLS'] !== undefined) console.log(`      ${line}`);
}
