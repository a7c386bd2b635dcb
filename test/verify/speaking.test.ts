import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import type { SpeechFormat } from '../../lib/speech/formats.js';
import { soundIn } from '../support/audio.js';
import { CONTENT_TYPES } from '../support/content-types.js';
import { json, speaks, type Asked } from '../support/speech-api.js';
import { codeOf, hintOf, outline, Stand, verifyRemoteEntry } from './stand.js';
import { limitsFor } from '../support/remote-options.js';

const KEY = 'sk-planted-secret-0123456789';

/** Makes some formats, and refuses the others as FastAPI does. */
const only =
  (...formats: SpeechFormat[]) =>
  (response: ServerResponse, asked: Asked): void => {
    if (formats.includes(asked.format)) speaks(response, asked);
    else json(response, 422, { detail: [{ msg: 'format not supported' }] });
  };

const status =
  (code: number, body: unknown) =>
  (response: ServerResponse): void => {
    json(response, code, body);
  };

describe('verifying that a server speaks', () => {
  let stand: Stand;

  beforeEach(async () => {
    stand = await Stand.build();
  });

  afterEach(() => stand.clear());

  it('has it speak in every format of the entry', async () => {
    const { origin } = await stand.api();
    const result = await verifyRemoteEntry(`${origin}/v1`);
    expect(result.ok).to.equal(true);
    expect(result.found?.formats).to.deep.equal(['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm']);
    expect(result.found?.firstByte).to.be.within(0, 1_000);
    expect(result.steps.at(-1)).not.to.have.any.keys('hint', 'code');
  });

  it('asks for no format that the entry does not have', async () => {
    const asked: string[] = [];
    const { origin } = await stand.api({
      speak: (response, request) => {
        asked.push(request.format);
        speaks(response, request);
      },
    });
    await verifyRemoteEntry(`${origin}/v1`, { formats: ['wav', 'pcm'] });
    expect(asked).to.deep.equal(['wav', 'pcm']);
  });

  it('tells which formats it makes, where not all', async () => {
    const { origin } = await stand.api({ speak: only('mp3', 'wav', 'flac', 'pcm') });
    const result = await verifyRemoteEntry(`${origin}/v1`);
    expect(result.ok).to.equal(true);
    expect(hintOf(result, 'speak')).to.equal(
      'it makes no opus and no aac; name in "formats" what it makes: mp3, flac, wav, pcm',
    );
    expect(result.found?.formats).to.deep.equal(['mp3', 'flac', 'wav', 'pcm']);
  });

  it('finds the formats of a server that refuses the first', async () => {
    const { origin } = await stand.api({ speak: only('wav') });
    const result = await verifyRemoteEntry(`${origin}/v1`);
    expect(outline(result).at(-1)).to.equal('speak status.422');
    expect(hintOf(result, 'speak')).to.equal('it makes no mp3; name in "formats" what it makes: wav');
    expect(result.found?.formats).to.deep.equal(['wav']);
    expect(result.found?.firstByte).to.be.a('number');
  });

  it('tells a server that answers with another format than was asked for', async () => {
    const { origin } = await stand.api({
      speak: (response) => {
        response.setHeader('content-type', CONTENT_TYPES.wav).end(soundIn('wav'));
      },
    });
    const all = await verifyRemoteEntry(`${origin}/v1`);
    expect(outline(all).at(-1)).to.equal('speak not_audio');
    expect(hintOf(all, 'speak')).to.equal('asked for mp3, it sends wav; name in "formats" what it makes: wav');
    const one = await verifyRemoteEntry(`${origin}/v1`, { formats: ['mp3'] });
    expect(hintOf(one, 'speak')).to.equal(
      'asked for mp3, the server answers with wav; name in "formats" what it makes',
    );
  });

  const faults: [what: string, speak: (response: ServerResponse, asked: Asked) => void, code: string, hint: RegExp][] =
    [
      ['JSON', status(200, { error: 'no GPU' }), 'not_audio', /with JSON in place of sound.*“no GPU”/],
      ['a page', (response) => response.end('<html>hello</html>'), 'not_audio', /with a web page in place of sound/],
      ['a text', (response) => response.end('out of memory'.repeat(9)), 'not_audio', /with text in place of sound/],
      [
        'sound under a type that is none',
        (response) => response.setHeader('content-type', 'text/plain').end(soundIn('mp3')),
        'not_audio',
        /sound under a type that is none of sound/,
      ],
      ['nothing', (response) => response.setHeader('content-type', 'audio/mpeg').end(), 'empty', /no sound in it/],
      [
        'a refusal',
        status(400, { error: { message: 'voice not found: alloy' } }),
        'status.400',
        /refuses to speak; check "model" and "voice"; it says “voice not found: alloy”/,
      ],
      [
        '404',
        status(404, { detail: 'Model is not installed' }),
        'status.404',
        /no \/audio\/speech.*Model is not installed/,
      ],
      ['429', status(429, { error: { message: 'quota' } }), 'rate_limited', /limits the rate.*“quota”/],
      ['500', status(500, { detail: 'CUDA out of memory' }), 'status.500', /fails at speaking.*CUDA/],
      ['503', status(503, { detail: 'loading' }), 'status.503', /busy, or still loads its model; try again/],
      [
        'what is compressed',
        (response) => response.setHeader('content-type', 'audio/mpeg').setHeader('content-encoding', 'gzip').end('x'),
        'bad_response',
        /compressed what was to be sent as it is; look at the server’s log/,
      ],
      ['a reset connection', (response) => response.socket?.resetAndDestroy(), 'reset', /broke off/],
      ['silence', () => undefined, 'timeout.first_byte', /no sound came within 150 ms.*"timeout\.firstByte"/],
      [
        'half of it',
        (response) => {
          response.setHeader('content-type', 'audio/mpeg').write(soundIn('mp3').subarray(0, 900), () => {
            response.socket?.end();
          });
        },
        'truncated',
        /broke off/,
      ],
      [
        'a beginning and then silence',
        (response) => response.setHeader('content-type', 'audio/mpeg').write(soundIn('mp3').subarray(0, 900)),
        'timeout.idle',
        /broke off/,
      ],
      [
        'too much',
        (response) => {
          response.setHeader('content-type', 'audio/mpeg').setHeader('content-length', 9e9).flushHeaders();
        },
        'too_large',
        /more than "maxBytes"/,
      ],
    ];
  for (const [what, speak, code, hint] of faults) {
    it(`says what to do about a server that answers with ${what}`, async () => {
      const { origin } = await stand.api({ speak });
      const result = await verifyRemoteEntry(`${origin}/v1`, { formats: ['mp3'], timeout: limitsFor(code) });
      expect(outline(result).at(-1)).to.equal(`speak ${code}`);
      expect(hintOf(result, 'speak')).to.match(hint);
      expect(result.ok).to.equal(false);
      expect(result.found).not.to.have.property('firstByte');
    });
  }

  it('repeats no key, header or address that the server sends back', async () => {
    const speak = (response: ServerResponse): void => {
      json(response, 400, {
        error: `bad request with ${response.req.headers.authorization ?? ''} for ${response.req.headers.host ?? ''}`,
      });
    };
    const { origin } = await stand.api({ speak });
    const result = await verifyRemoteEntry(`${origin}/v1`, { apiKey: KEY });
    expect(outline(result).at(-1)).to.equal('speak status.400');
    expect(JSON.stringify(result)).not.to.include('sk-');
  });

  it('does not blame a format for a server that is busy with it', async () => {
    const speak = (response: ServerResponse, asked: Asked): void => {
      if (asked.format === 'opus') json(response, 503, { detail: 'busy' });
      else speaks(response, asked);
    };
    const { origin } = await stand.api({ speak });
    const result = await verifyRemoteEntry(`${origin}/v1`, { formats: ['mp3', 'opus', 'wav'] });
    expect(result.ok).to.equal(true);
    expect(hintOf(result, 'speak')).to.equal('whether it makes opus could not be found out');
    expect(result.found?.formats).to.deep.equal(['mp3', 'wav']);
  });

  it('keeps what it found when the time is up among the formats', async () => {
    const speak = (response: ServerResponse, asked: Asked): void => {
      if (asked.format === 'mp3') speaks(response, asked);
    };
    const { origin } = await stand.api({ speak });
    const timeout = { firstByte: 60_000 };
    const result = await verifyRemoteEntry(`${origin}/v1`, { timeout }, { limit: 1_000 });
    expect(result.ok).to.equal(true);
    expect(hintOf(result, 'speak')).to.match(/^whether it makes opus or aac or .* could not be found out$/);
  });

  it('ends in the middle of a word when nobody wants to know any more', async () => {
    const leaving = new AbortController();
    const speak = (response: ServerResponse): void => {
      response.setHeader('content-type', 'audio/mpeg').write(soundIn('mp3').subarray(0, 900), () => {
        leaving.abort();
      });
    };
    const { origin } = await stand.api({ speak });
    const timeout = { firstByte: 60_000, idle: 60_000, total: 60_000 };
    expect(await codeOf(verifyRemoteEntry(`${origin}/v1`, { timeout }, { signal: leaving.signal }))).to.equal(
      'aborted',
    );
  });
});
