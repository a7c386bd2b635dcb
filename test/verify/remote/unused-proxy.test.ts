import { expect } from 'chai';
import { unusedProxy } from '../../../lib/verify/remote/unused-proxy.js';

const PROXY = 'http://proxy.example:3128';

describe('unusedProxy', () => {
  const named: [string, string, Record<string, string>, string | undefined][] = [
    ['a proxy for http', 'http://tts.example/v1', { HTTP_PROXY: PROXY }, 'HTTP_PROXY'],
    ['one in small letters', 'http://tts.example/v1', { http_proxy: PROXY, HTTP_PROXY: PROXY }, 'http_proxy'],
    ['a proxy for https', 'https://tts.example/v1', { HTTPS_PROXY: PROXY }, 'HTTPS_PROXY'],
    ['one for all', 'https://tts.example/v1', { ALL_PROXY: 'socks5://proxy.example' }, 'ALL_PROXY'],
    ['the nearer of two', 'https://tts.example/v1', { all_proxy: PROXY, HTTPS_PROXY: PROXY }, 'HTTPS_PROXY'],
    ['no proxy for the other scheme', 'https://tts.example/v1', { HTTP_PROXY: PROXY }, undefined],
    ['nothing in an empty variable', 'http://tts.example/v1', { HTTP_PROXY: ' ' }, undefined],
    ['nothing in no variable', 'http://tts.example/v1', {}, undefined],
    ['no proxy to this machine', 'http://localhost:8880/v1', { HTTP_PROXY: PROXY }, undefined],
    ['none to its addresses', 'http://127.0.0.2:8880/v1', { HTTP_PROXY: PROXY }, undefined],
    ['none to its newer one', 'http://[::1]:8880/v1', { HTTP_PROXY: PROXY }, undefined],
    ['one to another address', 'http://10.1.2.3:8880/v1', { HTTP_PROXY: PROXY }, 'HTTP_PROXY'],
  ];
  for (const [what, baseUrl, environment, expected] of named) {
    it(`finds ${what}`, () => {
      expect(unusedProxy(baseUrl, environment)).to.equal(expected);
    });
  }

  const exempt: [string, string, boolean][] = [
    ['*', 'http://tts.example/v1', true],
    ['tts.example', 'http://tts.example/v1', true],
    ['other.example,tts.example', 'http://tts.example/v1', true],
    ['other.example tts.example', 'http://tts.example/v1', true],
    ['example', 'http://tts.example/v1', true],
    ['.example', 'http://tts.example/v1', true],
    ['*.example', 'http://tts.example/v1', true],
    ['TTS.Example', 'http://tts.example/v1', true],
    ['ts.example', 'http://tts.example/v1', false],
    ['other.example', 'http://tts.example/v1', false],
    ['', 'http://tts.example/v1', false],
    [',,', 'http://tts.example/v1', false],
    ['tts.example:80', 'http://tts.example/v1', true],
    ['tts.example:8880', 'http://tts.example/v1', false],
    ['tts.example:8880', 'http://tts.example:8880/v1', true],
    ['10.1.2.3', 'http://10.1.2.3/v1', true],
    ['10.0.0.0/8', 'http://10.1.2.3/v1', true],
    ['10.0.0.0/16', 'http://10.1.2.3/v1', false],
    ['10.0.0.0/99', 'http://10.1.2.3/v1', false],
    ['fd00::/8', 'http://[fd00::1]/v1', true],
    ['[fd00::1]:80', 'http://[fd00::1]/v1', true],
    ['fd00::1', 'http://[fd00::1]:8880/v1', true],
    ['fe80::/10', 'http://[fd00::1]/v1', false],
  ];
  for (const [list, baseUrl, isExempt] of exempt) {
    it(`reads NO_PROXY “${list}” for ${baseUrl}`, () => {
      const found = unusedProxy(baseUrl, { HTTP_PROXY: PROXY, NO_PROXY: list });
      expect(found).to.equal(isExempt ? undefined : 'HTTP_PROXY');
    });
  }
});
