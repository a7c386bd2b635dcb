import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { limitsFor } from '../../support/remote-options.js';
import { json } from '../../support/speech-api.js';
import { hintOf, outline, Stand, verifyRemoteEntry } from '../stand.js';

const KEY = 'sk-planted-secret-0123456789';

/** What a web application answers to every path. */
const page = (response: ServerResponse): void => {
  response.setHeader('content-type', 'text/html').end('<!doctype html><title>Some app</title>');
};

describe('verifying what answers', () => {
  let stand: Stand;

  beforeEach(async () => {
    stand = await Stand.build();
  });

  afterEach(() => stand.clear());

  describe('http', () => {
    it('tells an API that answers under /v1 only', async () => {
      const { origin } = await stand.api();
      const result = await verifyRemoteEntry(origin);
      expect(outline(result)).to.deep.equal(['address ok', 'connect ok', 'http status.404']);
      expect(hintOf(result, 'http')).to.equal('the server answers under /v1; add it to the end of the base URL');
    });

    it('finds /v1 where every other path shows a page, and where no models are listed', async () => {
      const { origin } = await stand.api({ models: 404, elsewhere: page });
      const result = await verifyRemoteEntry(origin);
      expect(outline(result).at(-1)).to.equal('http not_audio');
      expect(hintOf(result, 'http')).to.match(/answers under \/v1/);
    });

    it('finds /v1 where a key is wanted', async () => {
      const { origin } = await stand.api({ key: KEY });
      expect(hintOf(await verifyRemoteEntry(origin), 'http')).to.match(/answers under \/v1/);
    });

    it('tells an API that does not answer under /v1', async () => {
      const { origin } = await stand.api({ prefix: '' });
      expect(hintOf(await verifyRemoteEntry(`${origin}/v1`), 'http')).to.equal(
        'the server speaks, but not under /v1; give the base URL without a path',
      );
    });

    it('tells an API that answers under a path of its own', async () => {
      const { origin } = await stand.api({ prefix: '/v1' });
      expect(hintOf(await verifyRemoteEntry(`${origin}/api`), 'http')).to.equal(
        'the server speaks, but not under /api; give the base URL with the path /v1',
      );
    });

    it('tells a web server that is none of speech', async () => {
      const { origin, port } = await stand.api({ elsewhere: page, prefix: '/nowhere' });
      const result = await verifyRemoteEntry(`${origin}/v1`);
      expect(outline(result)).to.deep.equal(['address ok', 'connect ok', 'http not_audio']);
      expect(hintOf(result, 'http')).to.equal(
        `a web server answers on port ${String(port)}, but not with the speech API; check the port and the path`,
      );
    });

    it('passes on what such a server says', async () => {
      const { origin } = await stand.api({ prefix: '/nowhere' });
      const result = await verifyRemoteEntry(`${origin}/v1`);
      expect(outline(result).at(-1)).to.equal('http status.404');
      expect(hintOf(result, 'http')).to.match(/not with the speech API; .*; it says “Not Found”$/);
    });

    const redirects: [location: string, hint: RegExp][] = [
      ['https://tts.example/v1/models', /sends its callers to https.*begin the base URL with https:/],
      ['/somewhere-else', /sends its callers elsewhere/],
    ];
    for (const [location, hint] of redirects) {
      it(`tells a redirect to ${location}`, async () => {
        const elsewhere = (response: ServerResponse): void => {
          response.writeHead(301, { location }).end();
        };
        const { origin, requests } = await stand.api({ prefix: '/nowhere', elsewhere });
        const result = await verifyRemoteEntry(`${origin}/v1`);
        expect(outline(result).at(-1)).to.equal('http bad_response');
        expect(hintOf(result, 'http')).to.match(hint);
        expect(requests, 'calls for the list and for speech').to.have.length(2);
      });
    }

    it('goes on where the list alone is elsewhere, as FastAPI sends its callers to another slash', async () => {
      const { origin } = await stand.api({
        models: (response) => {
          response.writeHead(307, { location: '/v1/models/' }).end();
        },
      });
      const result = await verifyRemoteEntry(`${origin}/v1`);
      expect(outline(result).slice(2)).to.deep.equal(['http ok', 'auth ok', 'models ok', 'voices ok', 'speak ok']);
      expect(hintOf(result, 'http')).to.match(/no fault where it speaks/);
    });

    it('goes on where the list does not come in time', async () => {
      const { origin } = await stand.api({ models: () => undefined });
      const result = await verifyRemoteEntry(`${origin}/v1`, { timeout: limitsFor('timeout.first_byte') });
      expect(outline(result).slice(2)).to.deep.equal(['http ok', 'auth ok', 'models ok', 'voices ok', 'speak ok']);
      expect(hintOf(result, 'http')).to.match(/did not come in time/);
    });
  });

  describe('auth', () => {
    it('says that a key is wanted', async () => {
      const { origin } = await stand.api({ key: KEY });
      const result = await verifyRemoteEntry(`${origin}/v1`);
      expect(outline(result)).to.deep.equal(['address ok', 'connect ok', 'http ok', 'auth status.401']);
      expect(hintOf(result, 'auth')).to.equal('the server wants a key; give one in "apiKey"');
    });

    for (const options of [{ apiKey: 'sk-another' }, { headers: { Authorization: 'Bearer sk-another' } }]) {
      it(`says that the key in ${Object.keys(options).join()} is refused`, async () => {
        const { origin } = await stand.api({ key: KEY });
        const result = await verifyRemoteEntry(`${origin}/v1`, options);
        expect(outline(result).at(-1)).to.equal('auth status.401');
        expect(hintOf(result, 'auth')).to.match(/refuses this key/);
        expect(JSON.stringify(result)).not.to.include('sk-another');
      });
    }

    it('goes on with a key that is good', async () => {
      const { origin } = await stand.api({ key: KEY });
      const result = await verifyRemoteEntry(`${origin}/v1`, { apiKey: KEY });
      expect(result.ok).to.equal(true);
      expect(JSON.stringify(result)).not.to.include(KEY);
    });

    for (const status of [401, 403]) {
      it(`hears a server speak that answers ${String(status)} to the list alone: a key may be for speech only`, async () => {
        const { origin } = await stand.api({ models: status });
        const result = await verifyRemoteEntry(`${origin}/v1`, { apiKey: KEY });
        expect(outline(result).slice(2)).to.deep.equal(['http ok', 'auth ok', 'models ok', 'voices ok', 'speak ok']);
        expect(hintOf(result, 'auth')).to.match(/does not show its list/);
        expect(result.ok).to.equal(true);
      });
    }

    it('tells a key that may list and not speak', async () => {
      const { origin } = await stand.api({
        speak: (response) => {
          json(response, 403, { error: { message: `${KEY} may not` } });
        },
      });
      const result = await verifyRemoteEntry(`${origin}/v1`, { apiKey: KEY });
      expect(outline(result).at(-1)).to.equal('speak status.403');
      expect(hintOf(result, 'speak')).to.match(/refuses this key/);
      expect(JSON.stringify(result)).not.to.include(KEY);
    });
  });

  describe('models and voices', () => {
    it('tells what the server lists', async () => {
      const { origin } = await stand.api({ models: ['tts-1', 'kokoro'], voices: ['alloy', 'af_bella'] });
      const result = await verifyRemoteEntry(`${origin}/v1`, { model: 'kokoro', voice: 'af_bella' });
      expect(outline(result).slice(2)).to.deep.equal(['http ok', 'auth ok', 'models ok', 'voices ok', 'speak ok']);
      expect(result.found?.models).to.deep.equal(['tts-1', 'kokoro']);
      expect(result.found?.voices).to.deep.equal(['alloy', 'af_bella']);
    });

    it('does not miss lists that a server does not have', async () => {
      const { origin } = await stand.api({ models: 404, voices: 404 });
      const result = await verifyRemoteEntry(`${origin}/v1`, { model: 'any', voice: 'any' });
      expect(outline(result).slice(2)).to.deep.equal(['http ok', 'auth ok', 'models ok', 'voices ok', 'speak ok']);
      expect(hintOf(result, 'models')).to.match(/lists no models.*no fault/);
      expect(hintOf(result, 'voices')).to.match(/lists no voices.*no fault/);
      expect(result.ok).to.equal(true);
      expect(result.found).not.to.have.any.keys('models', 'voices');
    });

    for (const status of [429, 500, 503]) {
      it(`hears a server speak that answers its lists with ${String(status)}`, async () => {
        const { origin } = await stand.api({ models: status, voices: status });
        const result = await verifyRemoteEntry(`${origin}/v1`);
        expect(outline(result).slice(2)).to.deep.equal(['http ok', 'auth ok', 'models ok', 'voices ok', 'speak ok']);
      });
    }

    it('names the model and the voice that were probably meant, and goes on', async () => {
      const { origin } = await stand.api({ models: ['tts-1', 'kokoro'], voices: ['alloy', 'af_bella'] });
      const result = await verifyRemoteEntry(`${origin}/v1`, { model: 'kokorro', voice: 'af_bela' });
      expect(outline(result).slice(4)).to.deep.equal(['models unsupported', 'voices unsupported', 'speak ok']);
      expect(hintOf(result, 'models')).to.equal('the server lists no model "kokorro"; did you mean "kokoro"?');
      expect(hintOf(result, 'voices')).to.equal('the server lists no voice "af_bela"; did you mean "af_bella"?');
      expect(result.ok).to.equal(false);
    });

    it('lists some of many where nothing is near', async () => {
      const voices = Array.from({ length: 67 }, (_, index) => `voice-${String(index)}`);
      const { origin } = await stand.api({ voices });
      const result = await verifyRemoteEntry(`${origin}/v1`, { voice: 'ursula' });
      expect(hintOf(result, 'voices')).to.match(/"ursula"; known: voice-0, .*voice-5 and 61 more$/);
    });

    it('looks at every voice that requests are mapped to', async () => {
      const { origin } = await stand.api({ voices: ['af_bella'] });
      const wrong = await verifyRemoteEntry(`${origin}/v1`, { voice: 'alloy', voices: { alloy: 'bf_emma' } });
      expect(hintOf(wrong, 'voices')).to.match(/no voice "bf_emma"/);
      const right = await verifyRemoteEntry(`${origin}/v1`, { voice: 'alloy', voices: { alloy: 'af_bella' } });
      expect(outline(right)).to.include('voices ok');
    });

    it('knows that kokoro mixes voices', async () => {
      const { origin } = await stand.api({ voices: ['af_bella', 'af_sky'] });
      const result = await verifyRemoteEntry(`${origin}/v1`, { voice: 'af_bella(2)+af_sky(1)' });
      expect(outline(result)).to.include('voices ok');
    });

    it('says what is sent where nothing is named, if the server does not know it', async () => {
      const { origin } = await stand.api({ models: ['speaches-ai/Kokoro-82M'], voices: ['af_bella'] });
      const result = await verifyRemoteEntry(`${origin}/v1`);
      expect(outline(result)).to.include.members(['models ok', 'voices ok']);
      expect(hintOf(result, 'models')).to.match(/no "model" is given, .*"tts-1".*known: speaches-ai\/Kokoro-82M$/);
      expect(hintOf(result, 'voices')).to.match(/no "voice" is given, .*"alloy".*known: af_bella$/);
    });
  });
});
