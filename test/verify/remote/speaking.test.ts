import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import type { SpeechFormat } from '../../../lib/audio/formats.js';
import { soundIn } from '../../support/audio.js';
import { CONTENT_TYPES } from '../../support/content-types.js';
import { limitsFor } from '../../support/remote-options.js';
import { json, speaks, type Asked } from '../../support/speech-api.js';
import { codeOf, hintOf, outline, Stand, verifyRemoteEntry } from '../stand.js';

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
      'it makes no opus or aac, which are made of its wav here; name in "formats" what it makes: mp3, flac, wav, pcm',
    );
    expect(result.found?.formats).to.deep.equal(['mp3', 'flac', 'wav', 'pcm']);
  });

  it('is content with a server that refuses all but what the others can be made of', async () => {
    const { origin } = await stand.api({ speak: only('wav') });
    const result = await verifyRemoteEntry(`${origin}/v1`);
    expect(result.ok).to.equal(true);
    expect(hintOf(result, 'speak')).to.equal(
      'it makes no mp3, opus, aac, flac or pcm, which are made of its wav here; name in "formats" what it makes: wav',
    );
    expect(result.found?.formats).to.deep.equal(['wav']);
    expect(result.found?.firstByte).to.be.a('number');
  });

  it('says what nobody hears of a server that makes nothing that others can be made of', async () => {
    const { origin } = await stand.api({ speak: only('aac') });
    const result = await verifyRemoteEntry(`${origin}/v1`);
    expect(outline(result).at(-1)).to.equal('speak status.422');
    expect(hintOf(result, 'speak')).to.equal(
      'it makes no mp3, opus, flac, wav or pcm; name in "formats" what it makes: aac',
    );
    expect(result.found?.formats).to.deep.equal(['aac']);
  });

  it('tells a server that answers with another format than was asked for', async () => {
    const always =
      (format: SpeechFormat) =>
      (response: ServerResponse): void => {
        response.setHeader('content-type', CONTENT_TYPES[format]).end(soundIn(format));
      };
    const wav = await stand.api({ speak: always('wav') });
    const all = await verifyRemoteEntry(`${wav.origin}/v1`);
    expect(outline(all).at(-1)).to.equal('speak ok');
    expect(hintOf(all, 'speak')).to.match(
      /^it makes no mp3, opus, aac, flac or pcm, which are made of its wav here; name/,
    );
    const one = await verifyRemoteEntry(`${wav.origin}/v1`, { formats: ['mp3'] });
    expect(outline(one).at(-1)).to.equal('speak ok');
    expect(hintOf(one, 'speak')).to.equal(
      'it makes no mp3, which is made of its wav here; name in "formats" what it makes: wav',
    );
    const aac = await stand.api({ speak: always('aac') });
    const other = await verifyRemoteEntry(`${aac.origin}/v1`, { formats: ['mp3'] });
    expect(outline(other).at(-1)).to.equal('speak unsupported');
    expect(hintOf(other, 'speak')).to.equal('it makes no mp3; name in "formats" what it makes: aac');
  });

  it('takes true sound under another name of sound for what it is', async () => {
    const { origin } = await stand.api({
      speak: (response, { format }) => response.setHeader('content-type', 'audio/mpeg').end(soundIn(format)),
    });
    const result = await verifyRemoteEntry(`${origin}/v1`);
    expect(result.found?.formats).to.deep.equal(['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm']);
    expect(result.steps.at(-1)).not.to.have.any.keys('hint', 'code');
  });

  it('tells bare samples of another rate, and replies whose end proves nothing', async () => {
    const rate = await stand.api({
      speak: (response, asked) => {
        if (asked.format !== 'pcm') speaks(response, asked);
        else response.setHeader('content-type', 'audio/pcm;rate=16000;channels=2').end(soundIn('pcm'));
      },
    });
    const sampled = await verifyRemoteEntry(`${rate.origin}/v1`);
    expect(hintOf(sampled, 'speak')).to.equal('its pcm is s16le at 16000 Hz in 2 channels, and converted here');
    const bare = await stand.api({
      speak: (response, { format }) => {
        const head = `HTTP/1.0 200 OK\r\nContent-Type: ${CONTENT_TYPES[format]}\r\n\r\n`;
        response.socket?.end(Buffer.concat([Buffer.from(head), soundIn(format)]));
      },
    });
    const ending = await verifyRemoteEntry(`${bare.origin}/v1`, { formats: ['wav', 'pcm'] });
    expect(ending.ok).to.equal(true);
    expect(hintOf(ending, 'speak')).to.match(
      /^it makes no pcm, .*; its replies have neither Content-Length nor chunks/,
    );
    const hopeless = await verifyRemoteEntry(`${bare.origin}/v1`, { formats: ['pcm'] });
    expect(outline(hopeless).at(-1)).to.equal('speak truncated');
    expect(hintOf(hopeless, 'speak')).to.match(/^its replies have neither .*; have the server, .* speak HTTP\/1\.1/);
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
    expect(hintOf(result, 'speak')).to.match(/^whether it makes opus, aac, .* or pcm could not be found out$/);
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
