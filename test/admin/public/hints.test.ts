import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { SpeechError, type SpeechErrorCode } from '../../../lib/speech/error.js';
import { checkModels, checkVoices } from '../../../lib/verify/check-names.js';
import { connectionHint, otherSchemeHint } from '../../../lib/verify/remote/connection-hints.js';
import { formatsHint } from '../../../lib/verify/remote/format-hints.js';
import { lateList, refusalOf } from '../../../lib/verify/remote/missing-list.js';
import { speechHint } from '../../../lib/verify/remote/speech-hints.js';
import type { VerificationRun } from '../../../lib/verify/verification-run.js';
import { pageModule } from '../../support/page-module.js';
import { remoteOptions } from '../../support/remote-options.js';

type Pair = readonly [string, string];
const { hintsZh } = (await pageModule('strings/hints-zh.js')) as { hintsZh: readonly Pair[] };
const { compile, translate } = (await pageModule('hints.js')) as {
  compile: (pairs: readonly Pair[]) => object;
  translate: (hint: string, dictionary: object) => string;
};
const inChinese = (hint: string): string => translate(hint, compile(hintsZh));

const VERIFY = fileURLToPath(new URL('../../../lib/verify', import.meta.url));
const sources = readdirSync(VERIFY, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(VERIFY, path), 'utf8'))
  .join('\n')
  .replaceAll('\\n', '\n');

/** Sentences that no file has in one piece: their parts are chosen one by one. */
const COMPOSED =
  /^(?:the server lists no|no "(?:model|voice)" is given|did you mean|known: |it makes no|\{formats\} |its pcm is|the server speaks)/;

const at = (baseUrl: string, more: object = {}) => remoteOptions(baseUrl, more);
const LOCAL = at('http://127.0.0.1:8880/v1');
const failure = (code: SpeechErrorCode, cause?: string): SpeechError => new SpeechError(code, 'it failed', { cause });

/** Every hint about a connection, with the codes and causes that lead to it. */
function connectionHints(): string[] {
  const codes: SpeechErrorCode[] = [
    ...(['blocked_address', 'dns', 'refused', 'unreachable', 'tls', 'timeout.lookup', 'timeout.connect'] as const),
    ...(['timeout.tls', 'timeout.total', 'bad_response', 'timeout.first_byte', 'timeout.idle', 'reset'] as const),
  ];
  const steps = ['connect', 'tls'] as const;
  const plain = steps.flatMap((step) => codes.map((code) => connectionHint({ step, error: failure(code) }, LOCAL)));
  const certificates = [
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'SELF_SIGNED',
    'CERTIFICATE_REQUIRED',
  ];
  return [
    ...plain,
    ...certificates.map((cause) => connectionHint({ step: 'tls', error: failure('tls', cause) }, LOCAL)),
    ...['http://tts.example/v1', 'http://localhots:1/v1', 'http://kokoro:1/v1', 'http://0.0.0.0:1/v1'].flatMap(
      (address) =>
        (['dns', 'refused', 'blocked_address'] as const).map((code) =>
          connectionHint({ step: 'lookup', error: failure(code) }, at(address)),
        ),
    ),
    connectionHint({ step: 'lookup', error: failure('dns', 'EAI_AGAIN') }, at('http://tts.example/v1')),
    ...[LOCAL, at('https://tts.example/v1')].map(otherSchemeHint),
  ];
}

/** Every hint about speaking. */
function speechHints(): string[] {
  const codes: SpeechErrorCode[] = [
    ...([
      'not_audio',
      'empty',
      'rate_limited',
      'too_large',
      'timeout.first_byte',
      'truncated',
      'timeout.total',
    ] as const),
    ...(['status.401', 'status.404', 'status.503', 'status.500', 'status.422'] as const),
  ];
  const sent = { type: 'JSON', format: undefined, message: '' } as const;
  const keyed = at('http://127.0.0.1:1/v1', { apiKey: 'sk-x' });
  return [
    ...codes.flatMap((code) => [LOCAL, keyed].map((options) => speechHint(failure(code), 'mp3', sent, options))),
    speechHint(failure('unsupported'), 'mp3', { ...sent, format: 'wav' }, LOCAL),
    speechHint(failure('unsupported'), 'mp3', { ...sent, format: 'mp3' }, LOCAL),
  ];
}

/** Every hint about names and lists. */
function listHints(): string[] {
  const hints: string[] = [];
  const trial = {
    pass: (_step: string, hint?: string) => hints.push(hint ?? ''),
    fail: (_step: string, _code: string, hint: string) => hints.push(hint),
  } as unknown as VerificationRun;
  const named = at('http://a/v1', { model: 'kokor', voice: 'zzz' });
  const many = ['kokoro', 'two', 'three', 'four', 'five', 'six', 'seven'];
  for (const options of [LOCAL, named]) {
    for (const listed of [undefined, many]) {
      checkModels(trial, listed, options);
      checkVoices(trial, listed, options);
    }
  }
  const reply = (status: number, location?: string) => ({ status, headers: { location }, body: '' });
  const missing = [
    refusalOf(reply(401), LOCAL),
    refusalOf(reply(301, 'https://a/'), LOCAL),
    refusalOf(reply(301), LOCAL),
    lateList({ step: 'http', error: failure('timeout.first_byte') }, LOCAL),
  ];
  return [...hints.filter((hint) => hint !== ''), ...missing.flatMap((list) => [list?.hint ?? '', list?.excuse ?? ''])];
}

describe('the hints of a verification in Chinese', () => {
  const hints = [
    ...connectionHints(),
    ...speechHints(),
    ...listHints(),
    formatsHint({ made: ['wav'], refused: ['mp3', 'opus'], untried: ['flac', 'aac'] }, []) ?? '',
    formatsHint({ made: ['wav'], refused: ['mp3'], untried: [] }, []) ?? '',
    formatsHint({ made: ['mp3'], refused: ['wav', 'pcm'], untried: [] }, []) ?? '',
  ];

  it('say all that the server makes, with its names and numbers', () => {
    expect(hints.length).to.be.above(80);
    // Three English words in a row are a sentence.
    const left = hints.filter((hint) =>
      /[a-z]{2,} [a-z]{2,} [a-z]{2,}/i.test(inChinese(hint).replace('it failed', '')),
    );
    expect(left.map((hint) => [hint, inChinese(hint)])).to.deep.equal([]);
    expect(inChinese(connectionHint({ step: 'connect', error: failure('refused') }, LOCAL))).to.contain('8880');
    expect(hints.map(inChinese).some((hint) => hint.includes('"kokor"；您是否想写 "kokoro"？'))).to.equal(true);
  });

  it('leave what the server said itself as it is', () => {
    const options = at('http://127.0.0.1:1/v1');
    const hint = speechHint(
      failure('status.503'),
      'mp3',
      { type: 'JSON', format: undefined, message: 'model a; b loads' },
      options,
    );
    expect(inChinese(hint)).to.equal('服务器繁忙，或仍在加载模型；请稍后再试；它说：“model a; b loads”');
  });

  it('leave a hint that nobody knows as it is', () => {
    expect(inChinese('a new hint; of two parts')).to.equal('a new hint; of two parts');
  });

  it('are of sentences that the server still says', () => {
    const unsaid = hintsZh
      .filter(([sentence]) => !COMPOSED.test(sentence))
      .filter(([sentence]) => !sentence.split(/\{\w+\}/).every((part) => sources.includes(part)));
    expect(unsaid.map(([sentence]) => sentence)).to.deep.equal([]);
  });

  it('fill in what they translate, and each blank of it', () => {
    const blanksOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([blank]) => blank).sort();
    for (const [sentence, translation] of hintsZh)
      expect(blanksOf(translation), sentence).to.deep.equal(blanksOf(sentence));
  });
});
