import { expect } from 'chai';
import type { EngineSound, SpeechEngine } from '../../lib/engines/engine.js';
import { speakJob, type SpeakHead, type SpeakJob } from '../../lib/engines/speak-job.js';
import { proveAudio } from '../../lib/speech/proof.js';
import { failureOf } from '../support/provider-conformance.js';

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
  const parts: (SpeakHead | Uint8Array)[] = [];
  for await (const part of speakJob(engines, { ...JOB, ...job }, signal)) parts.push(part);
  const [head, ...chunks] = parts;
  return { head: head as SpeakHead, chunks: chunks as Uint8Array[] };
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

  for (const format of ['mp3', 'wav', 'pcm'] as const) {
    it(`makes ${format} whose first piece proves itself`, async () => {
      const { chunks } = await spoken([engine('own', ['a'])], { format });
      expect(proveAudio(format, chunks[0] ?? new Uint8Array())).to.equal('proven');
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

  it('is unsupported where no engine can speak the text, or the format cannot be made', async () => {
    expect((await failureOf(spoken([engine('none', ['a'], () => false)]))).code).to.equal('unsupported');
    expect((await failureOf(spoken([engine('own', ['a'])], { format: 'opus' }))).code).to.equal('unsupported');
  });

  it('stops between two segments when it is aborted', async () => {
    const own = engine('own', ['a']);
    const controller = new AbortController();
    const parts = speakJob(
      [own],
      { ...JOB, input: 'The first sentence is this one. The second sentence is that.' },
      controller.signal,
    );
    await parts.next();
    await parts.next();
    controller.abort();
    const error: unknown = await parts.next().catch((thrown: unknown) => thrown);
    expect(error).to.equal(controller.signal.reason);
  });
});
