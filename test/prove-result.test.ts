import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { proveResult } from '../lib/prove-result.js';
import { PCM } from './support/fake-provider.js';
import { failureOf } from './support/provider-conformance.js';
import { speechRequest } from './support/speech-request.js';

const REQUEST = speechRequest({ format: 'pcm' });
const { signal } = new AbortController();

describe('proveResult', () => {
  it('keeps of what a provider returns the sound, and of the rest what can be trusted', async () => {
    const stream = Readable.from([PCM]);
    const contentType = 'audio/x-raw; rate=24000';
    const warnings = ['voice-substituted', 'a\r\nb', 7];
    const result = await proveResult(
      { kind: 'audio', stream, contentType, warnings, contentLength: 10 },
      REQUEST,
      signal,
    );
    expect(result).to.deep.equal({
      kind: 'audio',
      stream,
      contentType: 'audio/pcm',
      warnings: ['voice-substituted'],
    });
  });

  it('bears that a type or warnings are missing', async () => {
    const stream = Readable.from([PCM]);
    const result = await proveResult({ kind: 'audio', stream, warnings: 'none' }, REQUEST, signal);
    expect(result).to.deep.equal({ kind: 'audio', stream, contentType: 'audio/pcm', warnings: [] });
  });

  it('gives text one of the two statuses that it can have', async () => {
    for (const [given, status] of [
      [undefined, 200],
      [503, 503],
      [700, 200],
    ] as const) {
      const result = await proveResult({ kind: 'text', text: 'Hello.', status: given }, REQUEST, signal);
      expect(result).to.deep.equal({ kind: 'text', text: 'Hello.', status });
    }
  });

  it('refuses what is neither, and a type that is another format’s', async () => {
    for (const result of [undefined, null, 7, {}, { kind: 'text' }, { kind: 'audio', stream: 'a' }]) {
      expect((await failureOf(proveResult(result, REQUEST, signal))).code).to.equal('bad_response');
    }
    const wrong = { kind: 'audio', stream: Readable.from([PCM]), contentType: 'audio/mpeg' };
    expect((await failureOf(proveResult(wrong, REQUEST, signal))).code).to.equal('not_audio');
    expect(wrong.stream.destroyed).to.equal(true);
  });

  it('lets go of a stream that comes after its caller has left', async () => {
    const stream = new PassThrough();
    const late = { kind: 'audio', stream, contentType: 'audio/pcm' };
    expect((await failureOf(proveResult(late, REQUEST, AbortSignal.abort()))).code).to.equal('aborted');
    expect(stream.destroyed).to.equal(true);
  });
});
