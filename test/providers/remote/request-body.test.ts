import { expect } from 'chai';
import { requestBody } from '../../../lib/providers/remote/request-body.js';
import { speechRequest } from '../../support/speech-request.js';

const NAMES = { voice: 'af_bella', model: 'kokoro' };
const SSML = '<speak>Hello <break time="1s"/> there.</speak>';

function sent(fields: Parameters<typeof speechRequest>[0], ssml = false, streamFormat?: 'sse'): unknown {
  return JSON.parse(requestBody(speechRequest(fields), { ssml }, NAMES, streamFormat));
}

describe('requestBody', () => {
  it('sends SSML to a server that takes it, and plain text to any other', () => {
    expect(sent({ ssml: SSML }, true)).to.include({ input: SSML });
    expect(sent({ ssml: SSML }, false)).to.include({ input: 'Hello there.' });
    expect(sent({}, true)).to.include({ input: 'Hello there.' });
    expect(sent({ ssml: SSML }, true)).not.to.have.property('ssml');
  });

  it('sends instructions beside the text, never in it', () => {
    expect(sent({ instructions: 'Softly.' })).to.include({ input: 'Hello there.', instructions: 'Softly.' });
  });

  it('asks for events only where they are wanted', () => {
    expect(sent({}, false, 'sse')).to.include({ stream_format: 'sse' });
    expect(sent({ events: true })).to.have.all.keys('model', 'input', 'voice', 'response_format');
  });

  it('says the pace where it is another than normal, or the client said that it is to be normal', () => {
    expect(sent({})).not.to.have.property('speed');
    expect(sent({ verbatim: { speed: 1 } })).to.have.property('speed', 1);
    expect(sent({ speed: 1.5 })).to.have.property('speed', 1.5);
  });

  it('names the voice as it was chosen to be named', () => {
    const voice = { id: 'voice_1234', style: 'calm' };
    const body = requestBody(speechRequest(), { ssml: false }, { voice, model: 'm' });
    expect(JSON.parse(body)).to.have.deep.property('voice', voice);
  });

  it('keeps to itself which part of a longer text this is', () => {
    const part = { index: 1, count: 3, whole: 'All of it.', shape: undefined };
    expect(sent({ part })).to.have.all.keys('model', 'input', 'voice', 'response_format');
  });

  it('lets no field of the client’s take the place of its own', () => {
    const extra = { input: 'other', voice: 'other', stream_format: 'sse', lang: 'en' };
    expect(sent({ extra })).to.deep.equal({
      lang: 'en',
      model: 'kokoro',
      input: 'Hello there.',
      voice: 'af_bella',
      response_format: 'wav',
    });
  });
});
