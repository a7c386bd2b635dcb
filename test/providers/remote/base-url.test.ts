import { expect } from 'chai';
import fc from 'fast-check';
import { baseUrlProblem } from '../../../lib/providers/remote/base-url.js';

const GOOD = [
  'http://127.0.0.1:8880/v1',
  'http://127.0.0.1',
  'https://api.openai.com/v1',
  'http://localhost:8880/v1/',
  'HTTP://LOCALHOST:8880/V1',
  'http://kokoro:80/v1',
  'https://kokoro:443/v1',
  'http://kokoro:00080/v1',
  'http://tts_server.internal/v1',
  'http://kokoro.default.svc.cluster.local.:8880/v1',
  'http://localhost./v1',
  'http://bücher.example/v1',
  'http://xn--bcher-kva.example/v1',
  'http://日本語.example:8880/v1',
  'http://[::1]/v1',
  'http://[::1]',
  'http://[::1]/',
  'http://[::1]:8880/v1',
  'https://[2001:db8::1]/v1',
  'https://[2001:DB8::1]:443/v1',
  'https://[2001:db8::1]',
  'http://[::ffff:192.168.1.1]:8880/v1',
  'http://[0:0:0:0:0:0:0:1]/v1',
  'http://host/tenant@home/v1',
  'http://host/a:b/v1',
  'http://host/[v1]',
];

const BAD: [string, RegExp][] = [
  ['', /begins with http/],
  ['kokoro:8880/v1', /begins with http/],
  ['localhost', /begins with http/],
  ['//kokoro/v1', /begins with http/],
  ['http:/kokoro/v1', /begins with http/],
  ['ftp://kokoro/v1', /begins with http/],
  [' http://kokoro/v1', /begins with http/],
  ['http://', /with a host/],
  ['http:///v1', /with a host/],
  ['http://:8880/v1', /with a host/],
  ['http://%00/v1', /with a host/],
  ['http://a|b/v1', /with a host/],
  ['http://kokoro/v1 ', /spaces/],
  ['http://kokoro /v1', /spaces/],
  ['http://kok\toro/v1', /spaces/],
  ['http://kokoro/v1\n', /spaces/],
  ['http://kokoro/v\u00001', /spaces/],
  ['http://kokoro:/v1', /port must be/],
  ['http://kokoro:0/v1', /port must be/],
  ['http://kokoro:99999/v1', /port must be/],
  ['http://kokoro:-1/v1', /port must be/],
  ['http://kokoro:88o0/v1', /port must be/],
  ['http://kokoro:80:80/v1', /port must be/],
  ['http://[::1]:/v1', /port must be/],
  ['http://[::1]:99999/v1', /port must be/],
  ['http://[::1]:8x/v1', /port must be/],
  ['http://::1/v1', /stands in brackets/],
  ['http://::1:8880/v1', /stands in brackets/],
  ['http://2001:db8::1/v1', /stands in brackets/],
  ['http://2001:db8::1:8880/v1', /stands in brackets/],
  ['http://2001:db8:0:0:0:0:0:1:8880/v1', /stands in brackets/],
  ['http://[fe80::1%eth0]/v1', /zone/],
  ['http://[fe80::1%25eth0]:8880/v1', /zone/],
  ['http://[127.0.0.1]/v1', /in the brackets/],
  ['http://[]/v1', /in the brackets/],
  ['http://[::1::]/v1', /in the brackets/],
  ['http://[localhost]:80/v1', /in the brackets/],
  ['http://[::1/v1', /in the brackets/],
  ['http://[::1]x/v1', /in the brackets/],
  ['http://[::1]x:80/v1', /in the brackets/],
  ['http://[::g]/v1', /in the brackets/],
  ['http://256.1.1.1/v1', /four numbers/],
  ['http://1.2.3.4.5/v1', /four numbers/],
  ['http://kokoro..local/v1', /two dots/],
  ['http://.kokoro/v1', /two dots/],
  ['http://kokoro../v1', /two dots/],
  [`http://${'a'.repeat(64)}/v1`, /longer than/],
  [`http://${'abcdefg.'.repeat(32)}x/v1`, /longer than/],
  ['http://user@kokoro/v1', /credentials/],
  ['http://user:pass@kokoro/v1', /credentials/],
  ['http://@kokoro/v1', /credentials/],
  ['http://:@kokoro/v1', /credentials/],
  ['http://user:pass@[::1]:8880/v1', /credentials/],
  ['http://kokoro/v1?key=1', /query/],
  ['http://kokoro/v1?', /query/],
  ['http://kokoro?', /query/],
  ['http://kokoro/v1#top', /query/],
  ['http://kokoro/v1#', /query/],
  ['http://kokoro/v1/audio/speech', /up to the version/],
  ['http://[::1]/v1/audio/speech/', /up to the version/],
  ['http://kokoro/v1/audio', /up to the version/],
];

describe('baseUrlProblem', () => {
  for (const url of GOOD) {
    it(`has nothing to say of ${url}`, () => {
      expect(baseUrlProblem(url)).to.equal(undefined);
    });
  }
  for (const [url, message] of BAD) {
    it(`says what is wrong with ${JSON.stringify(url)}`, () => {
      expect(baseUrlProblem(url)).to.match(message);
    });
  }

  it('takes nothing that a request could not be sent to', () => {
    const part = fc.constantFrom('http://', 'https://', '[', ']', '::1', ':', '80', '.', '/', 'v1', '%', '@', '?', 'é');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        const url = `http://${parts.join('')}`;
        if (baseUrlProblem(url) !== undefined) return;
        const { pathname, search, hash, username } = new URL(`${url.replace(/\/+$/, '')}/audio/speech`);
        expect(pathname).to.match(/\/audio\/speech$/);
        expect([search, hash, username]).to.deep.equal(['', '', '']);
      }),
      { numRuns: 5_000 },
    );
  });
});
