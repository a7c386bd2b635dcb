import type { Readable } from 'node:stream';
import { expect } from 'chai';
import { SpeechError, speechRouter, type SpeechRouter, type SpeechRouterOptions } from '../lib/index.js';
import { CONTROL, type SpeechControl } from '../lib/speech/control.js';
import { PCM, provider, speaker } from './support/fake-provider.js';
import { speechRequest } from './support/speech-request.js';

describe('the control of a router', () => {
  let speech: SpeechRouter;

  function controlOf(options: SpeechRouterOptions): SpeechControl {
    speech = speechRouter(options);
    return (speech as SpeechRouter & { readonly [CONTROL]: SpeechControl })[CONTROL];
  }

  afterEach(() => speech.close());

  const { signal } = new AbortController();

  it('is found by a registered symbol, so that two copies of the package understand each other', () => {
    controlOf({});
    expect(Reflect.get(speech, Symbol.for('express-speech.control'))).to.have.property('save');
  });

  it('has the schema of the options, for the fields of a page', () => {
    const schema = controlOf({}).schema() as { properties: { deadline: object } };
    expect(schema.properties.deadline).to.include({ type: 'integer', default: 10_000, minimum: 1 });
  });

  it('speaks through one provider, whatever its place', async () => {
    const failing = provider('first', () => Promise.reject(new SpeechError('refused', 'made to fail')));
    const control = controlOf({ fallback: [failing, speaker('second'), { type: 'text' }] });
    const request = speechRequest({ format: 'pcm' });
    const result = await control.speakThrough('second', request, { signal });
    expect(result).to.include({ kind: 'audio', contentType: 'audio/pcm' });
    const { stream } = result as { stream: Readable };
    expect(Buffer.concat((await stream.toArray()) as Buffer[]).equals(PCM)).to.equal(true);
    expect(await control.speakThrough('text', request, { signal })).to.include({ kind: 'text' });
    const error: unknown = await control.speakThrough('first', request, { signal }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SpeechError).with.property('code', 'refused');
  });

  it('says of a provider that is not there that nobody spoke', async () => {
    const control = controlOf({ fallback: [speaker('first')] });
    const error: unknown = await control
      .speakThrough('nobody', speechRequest(), { signal })
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SpeechError).with.property('code', 'internal');
  });

  it('saves what is used at once', async () => {
    const control = controlOf({ fallback: [speaker('first'), { type: 'text' }] });
    const { options, revision } = control.read();
    expect(options).to.deep.equal({ fallback: [{ type: 'custom', name: 'first' }, { type: 'text' }] });
    await control.save({ fallback: [{ type: 'text' }] }, revision);
    expect(control.status().providers.map(({ name }) => name)).to.deep.equal(['text']);
  });
});
