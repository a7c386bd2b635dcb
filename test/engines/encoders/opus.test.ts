import { Encoder as Libopus } from '@evan/opus/wasm/index.mjs';
import { expect } from 'chai';
import { createOpusEncoder } from '../../../lib/engines/encoders/opus.js';
import type { SpeechEngine } from '../../../lib/engines/engine.js';
import { speakJob } from '../../../lib/engines/worker/speak-job.js';
import { SpeechError } from '../../../lib/speech/error.js';
import { createEncoder } from '../../support/create-encoder.js';
import { packetsOf, pagesOf } from '../../support/ogg.js';
import { toneAt } from '../../support/tone.js';

describe('createOpusEncoder', function () {
  this.timeout(30_000);
  const shape = { sampleRate: 24_000, channels: 1 } as const;

  for (const samples of [0, 1, 324, 325, 480, 24_000, 57_777]) {
    it(`ends ${samples} samples where they end, behind the decoder’s own delay`, () => {
      const encoder = createOpusEncoder(shape);
      const bytes = Buffer.concat([encoder.encode(toneAt(24_000, samples / 24_000)), encoder.finish()] as Uint8Array[]);
      encoder.close?.();
      const preSkip = bytes.readUInt16LE(28 + 10);
      const pages = pagesOf(bytes);
      expect(preSkip).to.equal(312);
      expect(pages.at(-1)).to.include({ flags: 4, position: preSkip + samples * 2 });
      expect(pages.map(({ sequence }) => sequence)).to.deep.equal(pages.map((_, index) => index));
      expect(pages.filter(({ flags }) => flags !== 0).map(({ flags }) => flags)).to.deep.equal([2, 4]);
      // Each page but the last ends with its packets, of 960 ticks each, and is less than a second.
      let packets = 0;
      for (const page of pages.slice(2, -1)) {
        const count = packetsOf([page]).length;
        packets += count;
        expect(count).to.be.at.most(40);
        expect(page.position).to.equal(packets * 960);
      }
      const inAll = packets + packetsOf(pages.slice(-1)).length;
      expect(inAll * 480).to.be.within(samples + 156, samples + 156 + 479);
    });
  }

  describe('within a job', () => {
    const engine: SpeechEngine = {
      name: 'own',
      voices: [],
      voiceFor: () => 'a',
      speak: (segment) => {
        if (segment.includes('fail')) throw new SpeechError('engine_failed', 'on purpose');
        return { samples: toneAt(16_000, 1), sampleRate: 16_000 };
      },
    };
    const input = 'This is the first of two sentences. This is the second one of them.';
    let freed = 0;
    const original = Object.getOwnPropertyDescriptor(Libopus.prototype, 'drop') ?? expect.fail('nothing to free it by');
    const drop = original.value as (this: Libopus) => void;

    beforeEach(() => {
      freed = 0;
      Object.defineProperty(Libopus.prototype, 'drop', {
        ...original,
        value(this: Libopus) {
          freed += 1;
          drop.call(this);
        },
      });
    });
    afterEach(() => {
      Object.defineProperty(Libopus.prototype, 'drop', original);
    });

    const start = (text: string, signal = new AbortController().signal) =>
      speakJob(
        [engine],
        { input: text, format: 'opus', speed: 1, voice: undefined, defaultVoice: undefined },
        signal,
        createEncoder,
      );

    it('is freed when all is said', async () => {
      let pieces = 0;
      for await (const part of start(input)) pieces += 'bytes' in part ? 1 : 0;
      expect([pieces, freed]).to.deep.equal([2, 1]);
    });

    it('is freed when the job is given up between two pieces', async () => {
      const parts = start(input);
      await parts.next();
      await parts.next();
      expect(freed).to.equal(0);
      await parts.return();
      expect(freed).to.equal(1);
    });

    it('is freed when the engine fails', async () => {
      const parts = start('This is the first of two sentences. This is the second, and it will fail.');
      await parts.next();
      await parts.next();
      expect(await parts.next().catch((error: unknown) => SpeechError.from(error).code)).to.equal('engine_failed');
      expect(freed).to.equal(1);
    });
  });
});
