import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { checkResult } from '../../lib/chain/check-result.js';
import type { SpeechAudio } from '../../lib/index.js';
import { systemClock } from '../../lib/resilience/index.js';
import { PCM } from '../support/fake-provider.js';
import { failureOf } from '../support/provider-conformance.js';
import { speechRequest } from '../support/speech-request.js';

const CONTEXT = {
  request: speechRequest({ format: 'pcm' }),
  signal: new AbortController().signal,
  clock: systemClock,
} as const;

async function proveAudio(given: object): Promise<SpeechAudio> {
  const result = await checkResult(given, CONTEXT);
  if (result.kind !== 'audio') throw new Error('expected sound');
  return result;
}

describe('proveResult', () => {
  it('keeps of what a provider returns the sound, and of the rest what can be trusted', async () => {
    const stream = Readable.from([PCM]);
    const contentType = 'audio/x-raw; rate=24000';
    const warnings = ['voice-substituted', 'a\r\nb', 7];
    const given = { kind: 'audio', stream, contentType, warnings, contentLength: 10 };
    const { stream: proven, ...rest } = await proveAudio(given);
    expect(rest).to.deep.equal({ kind: 'audio', contentType: 'audio/pcm', warnings: ['voice-substituted'] });
    expect((await buffer(proven)).equals(PCM)).to.equal(true);
  });

  it('bears that a type or warnings are missing', async () => {
    const stream = Readable.from([PCM]);
    const { stream: proven, ...rest } = await proveAudio({ kind: 'audio', stream, warnings: 'none' });
    expect(rest).to.deep.equal({ kind: 'audio', contentType: 'audio/pcm', warnings: [] });
    expect((await buffer(proven)).equals(PCM)).to.equal(true);
  });

  it('gives text one of the two statuses that it can have', async () => {
    for (const [given, status] of [
      [undefined, 200],
      [503, 503],
      [700, 200],
    ] as const) {
      const result = await checkResult({ kind: 'text', text: 'Hello.', status: given }, CONTEXT);
      expect(result).to.deep.equal({ kind: 'text', text: 'Hello.', status });
    }
  });

  it('refuses what is neither, and a type that is another format’s', async () => {
    for (const result of [undefined, null, 7, {}, { kind: 'text' }, { kind: 'audio', stream: 'a' }]) {
      expect((await failureOf(checkResult(result, CONTEXT))).code).to.equal('bad_response');
    }
    const wrong = { kind: 'audio', stream: Readable.from([PCM]), contentType: 'audio/mpeg' };
    expect((await failureOf(checkResult(wrong, CONTEXT))).code).to.equal('not_audio');
    expect(wrong.stream.destroyed).to.equal(true);
  });

  it('lets go of a stream that comes after its caller has left', async () => {
    const stream = new PassThrough();
    const late = { kind: 'audio', stream, contentType: 'audio/pcm' };
    expect((await failureOf(checkResult(late, { ...CONTEXT, signal: AbortSignal.abort() }))).code).to.equal('aborted');
    expect(stream.destroyed).to.equal(true);
  });
});
