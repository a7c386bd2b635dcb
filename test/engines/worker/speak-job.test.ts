import { expect } from 'chai';
import { SPEECH_FORMATS } from '../../../lib/audio/formats.js';
import { sniffAudio } from '../../../lib/audio/sniff.js';
import type { EngineSound, SpeechEngine } from '../../../lib/engines/engine.js';
import { speakJob, type SpeakHead, type SpeakJob, type SpeakPiece } from '../../../lib/engines/worker/speak-job.js';
import { SpeechError } from '../../../lib/speech/error.js';
import { createEncoder } from '../../support/create-encoder.js';
import { failureOf } from '../../support/provider-conformance.js';

const SECOND: EngineSound = { samples: new Float32Array(16_000).fill(0.1), sampleRate: 16_000 };
const JOB: SpeakJob = { input: 'Hello there.', format: 'pcm', speed: 1, voice: undefined, defaultVoice: undefined };

function engine(
  name: string,
  voices: string[],
  speaks: (text: string) => boolean = () => true,
): SpeechEngine & { said: string[] } {
  const said: string[] = [];
  return {
    name,
    said,
    voices: voices.map((id) => ({ id, name: id, language: 'und' })),
    voiceFor: (text) => (speaks(text) ? voices[0] : undefined),
    speak: (segment, { voice }) => {
      said.push(`${voice}: ${segment}`);
      return SECOND;
    },
  };
}

async function spoken(engines: SpeechEngine[], job: Partial<SpeakJob> = {}, signal = new AbortController().signal) {
  const parts: (SpeakHead | SpeakPiece)[] = [];
  for await (const part of speakJob(engines, { ...JOB, ...job }, signal, createEncoder)) parts.push(part);
  const [head, ...pieces] = parts;
  const chunks = (pieces as SpeakPiece[]).map(({ bytes }) => bytes);
  return { head: head as SpeakHead, chunks, pieces: pieces as SpeakPiece[] };
}

describe('speakJob', () => {
  it('gives the head first and then a piece for each segment, with a rest between them', async () => {
    const own = engine('own', ['a']);
    const input = 'This is the first of two sentences. This is the second one of them.';
    const { head, chunks } = await spoken([own], { input });
    expect(head).to.deep.equal({ warnings: [] });
    expect(own.said).to.deep.equal(['a: This is the first of two sentences.', 'a: This is the second one of them.']);
    expect(chunks.map(({ length }) => length)).to.deep.equal([48_000 + 5_760, 48_000]);
  });

  for (const format of SPEECH_FORMATS) {
    it(`makes ${format} whose first piece proves itself`, async () => {
      const { chunks } = await spoken([engine('own', ['a'])], { format });
      expect(sniffAudio(format, chunks[0] ?? new Uint8Array())).to.equal('valid');
    });
  }

  it('says the length of WAV where it is known, and that it is unknown where it is not', async () => {
    const long = 'This is the first of two sentences. This is the second one of them.';
    const [one] = (await spoken([engine('own', ['a'])], { format: 'wav' })).chunks;
    const [two] = (await spoken([engine('own', ['a'])], { format: 'wav', input: long })).chunks;
    expect(Buffer.from(one ?? []).readUInt32LE(40)).to.equal(48_000);
    expect(Buffer.from(two ?? []).readUInt32LE(40)).to.equal(0xffffffff);
  });

  it('takes the asked voice, else the default, else the first that can speak the text, and says so', async () => {
    const english = engine('english', ['slt'], (text) => /^[\x20-\x7e]+$/.test(text));
    const all = engine('all', ['en', 'zh']);
    expect((await spoken([english, all], { voice: 'zh' })).head.warnings).to.deep.equal([]);
    expect(all.said).to.deep.equal(['zh: Hello there.']);
    expect((await spoken([english, all], { voice: 'alloy', defaultVoice: 'en' })).head.warnings).to.deep.equal([
      'voice-substituted',
    ]);
    expect(all.said.at(-1)).to.equal('en: Hello there.');
    await spoken([english, all], { voice: 'slt', input: '你好' });
    expect(all.said.at(-1)).to.equal('en: 你好');
  });

  it('is unsupported where no engine can speak the text, or the format cannot be made to follow what was sent', async () => {
    expect((await failureOf(spoken([engine('none', ['a'], () => false)]))).code).to.equal('unsupported');
    const part = { index: 1, count: 2, whole: 'Hello there.', shape: { sampleRate: 96_000, channels: 1 } } as const;
    expect((await failureOf(spoken([engine('own', ['a'])], { format: 'mp3', part }))).code).to.equal('unsupported');
  });

  it('says of the last piece that it is the last, whatever the format', async () => {
    const input = 'This is the first of two sentences. This is the second one of them.';
    for (const format of SPEECH_FORMATS) {
      const { pieces } = await spoken([engine('own', ['a'])], { format, input });
      expect(pieces.map(({ isLast }) => isLast)).to.deep.equal([false, true]);
    }
  });

  it('makes the first segment shorter, and all of them where the pace is slow', async () => {
    const own = engine('own', ['a']);
    const input = 'x'.repeat(700);
    await spoken([own], { input });
    expect(own.said.map(({ length }) => length - 3)).to.deep.equal([150, 300, 250]);
    own.said.length = 0;
    await spoken([own], { input, speed: 0.25 });
    expect(own.said.map(({ length }) => length - 3)).to.deep.equal([38, ...Array<number>(5).fill(120), 62]);
  });

  it('cuts what the engine writes the text as, rows of signs squeezed', async () => {
    const own = { ...engine('own', ['a']), write: (text: string) => text.replaceAll('=', ' equals ') };
    await spoken([own], { input: '=-'.repeat(100) });
    expect(own.said.every((segment) => segment.length <= 303)).to.equal(true);
    own.said.length = 0;
    await spoken([own], { input: `${'='.repeat(600)} title` });
    expect(own.said).to.deep.equal(['a: equals equals equals title']);
  });

  const sounds: [string, EngineSound | undefined][] = [
    ['no samples', { sampleRate: 16_000 } as EngineSound],
    ['nothing', { samples: undefined, sampleRate: 16_000 } as unknown as EngineSound],
    ['samples of another kind', { samples: [0.1, 0.1], sampleRate: 16_000 } as unknown as EngineSound],
    ['half a hertz', { ...SECOND, sampleRate: 16_000.5 }],
    ['a low rate', { ...SECOND, sampleRate: 7_999 }],
    ['a high rate', { ...SECOND, sampleRate: 192_001 }],
    ['no rate', { ...SECOND, sampleRate: NaN }],
    ['samples that are no numbers', { ...SECOND, samples: new Float32Array([0.1, NaN, 0.1]) }],
    ['endless samples', { ...SECOND, samples: new Float32Array([0.1, Infinity]) }],
    ['silence for words', { ...SECOND, samples: new Float32Array(16_000).fill(0.002) }],
    ['nothing for words', { ...SECOND, samples: new Float32Array() }],
  ];
  for (const [what, sound] of sounds) {
    it(`fails when an engine gives ${what}`, async () => {
      const bad: SpeechEngine = { ...engine('bad', ['a']), speak: () => sound ?? expect.fail() };
      expect((await failureOf(spoken([bad]))).code).to.equal('engine_failed');
    });
  }

  it('bears silence where there are no words', async () => {
    const quiet: SpeechEngine = {
      ...engine('quiet', ['a']),
      speak: (segment) => (/\w/.test(segment) ? SECOND : { ...SECOND, samples: new Float32Array(16_000) }),
    };
    const { chunks } = await spoken([quiet], { input: '* * * * * * * * * * * * * * *' });
    expect(chunks).to.have.length(1);
  });

  it('fails when an engine names its voice by something else than a string', async () => {
    const odd = { ...engine('odd', ['a']), voiceFor: () => 7 } as unknown as SpeechEngine;
    expect((await failureOf(spoken([odd]))).code).to.equal('engine_failed');
  });

  it('stops between two segments when it is aborted', async () => {
    const own = engine('own', ['a']);
    const controller = new AbortController();
    const parts = speakJob(
      [own],
      { ...JOB, input: 'The first sentence is this one. The second sentence is that.' },
      controller.signal,
      createEncoder,
    );
    await parts.next();
    await parts.next();
    controller.abort();
    const error: unknown = await parts.next().catch((thrown: unknown) => thrown);
    expect(error).to.equal(controller.signal.reason);
  });

  describe('for a part of a longer text', () => {
    const WHOLE = 'The first sentence is this one. The second sentence is that.';
    const middle = { index: 0, count: 2, whole: WHOLE, shape: undefined };
    const last = { ...middle, index: 1 };
    /** Half a second of sound between a quarter of silence before it and one behind it. */
    const framed: EngineSound = {
      samples: new Float32Array(16_000).fill(0.1, 4_000, 12_000),
      sampleRate: 16_000,
    };
    const framing = (): SpeechEngine => ({ ...engine('framing', ['a']), speak: () => framed });
    const secondsOf = (bytes: Uint8Array[]): number => Buffer.concat(bytes).length / 48_000;

    it('leaves 40 ms around the sound, and a rest behind all but the last', async () => {
      expect(secondsOf((await spoken([framing()], { part: middle })).chunks)).to.be.closeTo(0.58 + 0.12, 0.001);
      expect(secondsOf((await spoken([framing()], { part: last })).chunks)).to.be.closeTo(0.58, 0.001);
    });

    it('says in the header of WAV how long it is, the rest included', async () => {
      const shape = { sampleRate: 44_100, channels: 2 } as const;
      const { chunks } = await spoken([framing()], { format: 'wav', part: { ...middle, shape } });
      const wav = Buffer.concat(chunks);
      expect([wav.readUInt16LE(22), wav.readUInt32LE(24)]).to.deep.equal([2, 44_100]);
      expect(wav.readUInt32LE(40)).to.equal(wav.length - 44);
      expect(wav.readUInt32LE(40) / (44_100 * 4)).to.be.closeTo(0.7, 0.001);
    });

    it('chooses the voice by all of the text, and not by the segment', async () => {
      const english = engine('english', ['slt'], (text) => /^[\x20-\x7e]+$/.test(text));
      const all = engine('all', ['zh']);
      await spoken([english, all], { part: { ...middle, whole: 'Hello there. 你好。' } });
      expect([english.said, all.said]).to.deep.equal([[], ['zh: Hello there.']]);
    });

    const nothing: [string, SpeechEngine['speak']][] = [
      ['is silent', () => ({ samples: new Float32Array(16_000), sampleRate: 16_000 })],
      ['gives no samples', () => ({ samples: new Float32Array(), sampleRate: 16_000 })],
      [
        'fails',
        () => {
          throw new SpeechError('engine_failed', 'the program wrote no sound');
        },
      ],
    ];
    for (const [how, speak] of nothing) {
      it(`becomes a short rest where there is nothing to say and the engine ${how}`, async () => {
        const quiet: SpeechEngine = { ...engine('quiet', ['a']), speak };
        for (const part of [middle, last]) {
          const { chunks } = await spoken([quiet], { input: '* * *', part });
          expect(Buffer.concat(chunks)).to.deep.equal(Buffer.alloc(2 * 1_440));
        }
        expect((await failureOf(spoken([quiet], { part: middle }))).code).to.equal('engine_failed');
      });
    }

    it('becomes a short rest where the engine writes the text as nothing', async () => {
      const own = { ...engine('own', ['a']), write: () => '', speak: () => framed };
      const { chunks } = await spoken([own], { input: '😀', part: middle });
      expect(secondsOf(chunks)).to.be.greaterThan(0);
    });

    it('is not cut shorter for a beginning that nobody waits for', async () => {
      const own = engine('own', ['a']);
      await spoken([own], { input: 'x'.repeat(280), part: last });
      expect(own.said).to.have.length(1);
      await spoken([own], { input: 'x'.repeat(280), part: middle });
      expect(own.said).to.have.length(3);
    });
  });
});
