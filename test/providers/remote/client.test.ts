import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import got, { Options, type NativeRequestOptions, type Request } from 'got';
import { createRemoteProvider } from '../../../lib/providers/remote/provider.js';
import { discard } from '../../../lib/streams/discard.js';
import { startBackend, type Backend } from '../../support/backend.js';
import { bytesOf, failureOf } from '../../support/provider-conformance.js';
import { remoteOptions } from '../../support/remote-options.js';
import { context, speechRequest } from '../../support/speech-request.js';

type FullNativeOptions = ReturnType<Options['createNativeRequestOptions']>;

// What is not in got's documentation, and is used for the time that it saves: decision 5. A got that does otherwise fails here first.
describe('got, as the remote provider uses it', () => {
  let backend: Backend;

  beforeEach(async () => {
    backend = await startBackend({ '/models': { data: [] } });
  });

  afterEach(async () => {
    await backend.close();
  });

  function callGot(request: (url: URL, native: NativeRequestOptions) => ClientRequest): Request {
    const settings = { url: `${backend.baseUrl}/models`, isStream: true, retry: { limit: 0 }, request };
    const stream = got(undefined, undefined, new Options(undefined, settings, got.defaults.options)) as Request;
    // It is let go of in the middle.
    stream.on('error', () => undefined);
    return stream;
  }

  it('asks for the options of Node’s request after the call has returned, by one name, and hands on what it gets', async () => {
    const own = { method: 'GET' } as FullNativeOptions;
    const handed: unknown[] = [];
    let asked = 0;
    const stream = callGot((url, native) => {
      handed.push(native);
      return httpRequest(url, { method: 'GET' });
    });
    stream.options.createNativeRequestOptions = () => {
      asked += 1;
      return own;
    };
    await once(stream, 'response');
    discard(stream);
    expect(asked).to.equal(1);
    expect(handed).to.have.lengthOf(1);
    expect(handed[0]).to.equal(own);
  });

  it('reads the response where it listens for it, and nowhere else', async () => {
    const stream = callGot((url) => httpRequest(url, { method: 'GET' }));
    const [request] = (await once(stream, 'request')) as [ClientRequest];
    request.removeAllListeners('response');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.listenerCount('data') + response.listenerCount('readable')).to.equal(0);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).to.equal('{"data":[]}');
    expect(stream.readableLength).to.equal(0);
    discard(stream);
  });

  describe('where it makes those options all the same', () => {
    const original = Object.getOwnPropertyDescriptor(Options.prototype, 'createNativeRequestOptions') ?? {};
    const make = original.value as (this: Options) => FullNativeOptions;
    let made = 0;

    before(() => {
      // Takes no notice of what is set on one of its objects, as a got would that asks by another name.
      Object.defineProperty(Options.prototype, 'createNativeRequestOptions', {
        configurable: true,
        get: () =>
          function counted(this: Options): FullNativeOptions {
            made += 1;
            return make.call(this);
          },
        set: () => undefined,
      });
    });

    after(() => {
      Object.defineProperty(Options.prototype, 'createNativeRequestOptions', original);
    });

    it('speaks, over the connections of the provider alone', async () => {
      const provider = createRemoteProvider(
        remoteOptions(backend.baseUrl, { pool: { maxSockets: 1, keepAlive: 4_000 } }),
      );
      for (let count = 0; count < 3; count += 1) {
        const speech = await provider.synthesize(speechRequest(), context());
        expect(speech.kind === 'audio' && (await bytesOf(speech)).length).to.be.above(0);
      }
      expect(made).to.equal(3);
      expect(backend.asked).to.have.lengthOf(3);
      expect(backend.openSockets.size).to.equal(1);
      await provider.close?.();
    });

    it('connects to no address that is not allowed', async () => {
      const baseUrl = backend.baseUrl.replace('127.0.0.1', 'localhost');
      const provider = createRemoteProvider(remoteOptions(baseUrl, { allowAddresses: ['10.0.0.0/8'] }));
      const { code } = await failureOf(provider.synthesize(speechRequest(), context()));
      expect(code).to.equal('blocked_address');
      await provider.close?.();
    });
  });
});
