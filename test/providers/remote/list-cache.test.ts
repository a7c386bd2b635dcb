import { expect } from 'chai';
import type { SpeechAudio, SpeechProvider, SpeechRequest } from '../../../lib/index.js';
import { createRemoteProvider, type RemoteOptions } from '../../../lib/providers/remote/provider.js';
import { startBackend, type Backend } from '../../support/backend.js';
import { bytesOf, failureOf } from '../../support/provider-conformance.js';
import { remoteOptions } from '../../support/remote-options.js';
import { context, speechRequest } from '../../support/speech-request.js';

const CONTEXT = { signal: new AbortController().signal };

describe('a remote and its lists', () => {
  let backend: Backend;
  let provider: SpeechProvider;

  async function start(lists: Record<string, unknown>, options: Partial<RemoteOptions> = {}): Promise<void> {
    backend = await startBackend(lists);
    provider = createRemoteProvider(remoteOptions(backend.baseUrl, options));
  }

  afterEach(async () => {
    await provider.close?.();
    await backend.close();
  });

  async function speak(fields: Partial<SpeechRequest>): Promise<SpeechAudio> {
    const result = await provider.synthesize(speechRequest(fields), context());
    if (result.kind !== 'audio') throw new Error('expected sound');
    await bytesOf(result);
    return result;
  }

  /** Asks until the lists have come in that were asked for in the background. */
  async function untilKnown(voice: string): Promise<void> {
    let warnings: readonly string[] = [];
    for (let count = 0; count < 200 && warnings.length === 0; count += 1) {
      const outcome = await speak({ voice }).catch(() => undefined);
      warnings = outcome?.warnings ?? [];
    }
    expect(warnings).to.deep.equal(['voice-substituted']);
  }

  const places: [string, string[]][] = [
    ['/audio/voices', ['/audio/voices']],
    ['/voices', ['/audio/voices', '/voices']],
    ['/audio/speech/voices', ['/audio/voices', '/voices', '/audio/speech/voices']],
  ];
  for (const [path, listed] of places) {
    it(`finds its voices at ${path}`, async () => {
      await start({ [path]: ['af_bella'] });
      expect(await provider.voices?.(CONTEXT)).to.deep.equal([{ id: 'af_bella', name: 'af_bella' }]);
      expect(backend.listed).to.deep.equal(listed);
    });
  }

  it('fails where no place has a list', async () => {
    await start({});
    expect((await failureOf(Promise.resolve(provider.voices?.(CONTEXT)))).code).to.equal('status.404');
    expect((await failureOf(Promise.resolve(provider.models?.(CONTEXT)))).code).to.equal('status.404');
  });

  it('finds its models at /audio/models where there are none at /models', async () => {
    await start({ '/audio/models': { models: [{ id: 'kokoro' }] } });
    expect(await provider.models?.(CONTEXT)).to.deep.equal([{ id: 'kokoro' }]);
  });

  it('speaks with the entry’s own names in place of those that the server does not list, and says so', async () => {
    await start(
      { '/audio/voices': { voices: ['af_bella', 'af_sky'] }, '/models': { data: [{ id: 'kokoro' }] } },
      { voice: 'af_bella', model: 'kokoro' },
    );
    const asked = { voice: 'nobody', model: 'tts-1' };
    // Nothing is held against lists that have not come.
    expect((await speak(asked)).warnings ?? []).to.deep.equal([]);
    await provider.voices?.(CONTEXT);
    await provider.models?.(CONTEXT);
    expect((await speak(asked)).warnings).to.deep.equal(['voice-substituted', 'model-substituted']);
    expect((await speak({ voice: 'AF_Sky', model: 'kokoro' })).warnings ?? []).to.deep.equal([]);
    expect((await speak({ voice: 'af_bella(2)+af_sky(1)' })).warnings ?? []).to.deep.equal([]);
    expect(backend.asked.map(({ voice, model }) => [voice, model])).to.deep.equal([
      ['nobody', 'tts-1'],
      ['af_bella', 'kokoro'],
      ['af_sky', 'kokoro'],
      ['af_bella(2)+af_sky(1)', 'kokoro'],
    ]);
  });

  it('says so of sound that came in events as well', async () => {
    await start({ '/audio/voices': { voices: ['af_bella'] } }, { voice: 'af_bella' });
    await provider.voices?.(CONTEXT);
    expect((await speak({ voice: 'nobody', events: true })).warnings).to.deep.equal(['voice-substituted']);
  });

  it('keeps what it knew when the lists are gone, or have nothing in them', async () => {
    await start({ '/audio/voices': { voices: ['af_bella'] } }, { voice: 'af_bella' });
    await provider.voices?.(CONTEXT);
    backend.lists['/audio/voices'] = { voices: [] };
    expect(await provider.voices?.(CONTEXT)).to.deep.equal([]);
    delete backend.lists['/audio/voices'];
    await failureOf(Promise.resolve(provider.voices?.(CONTEXT)));
    expect((await speak({ voice: 'nobody' })).warnings).to.deep.equal(['voice-substituted']);
  });

  it('loads them in the background when somebody asks for a name that it does not know, once a minute', async () => {
    await start({ '/audio/voices': { voices: ['af_bella'] }, '/models': { data: [] } }, { voice: 'af_bella' });
    await speak({});
    expect(backend.listed).to.deep.equal([]);
    await speak({ voice: 'nobody' });
    await untilKnown('nobody');
    await speak({ voice: 'somebody' });
    expect(backend.listed).to.have.members(['/audio/voices', '/models']);
  });

  it('loads them when the server refuses such a name, and not when there is no server', async () => {
    await start({ '/audio/voices': { voices: ['af_bella'] } }, { voice: 'af_bella' });
    const { speak: speakWell } = backend;
    backend.speak = (response) => response.writeHead(500).end();
    await failureOf(speak({ voice: 'nobody' }));
    expect(backend.listed).to.deep.equal([]);
    backend.speak = (response, request) => {
      if (request.body['voice'] === 'nobody') response.writeHead(400).end();
      else speakWell(response, request);
    };
    await failureOf(speak({ voice: 'nobody' }));
    await untilKnown('nobody');
  });

  it('says whether it takes SSML, and is sent it then', async () => {
    await start({}, { ssml: true });
    expect(provider.capabilities).to.include({ ssml: true });
    await speak({ ssml: '<speak>Hello there.</speak>' });
    expect(backend.asked[0]).to.include({ input: '<speak>Hello there.</speak>' });
  });
});
