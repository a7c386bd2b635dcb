import { expect } from 'chai';
import { maskSecrets, unmaskEntrySecrets, unmaskSecrets } from '../../lib/config/secrets.js';
import { SpeechOptionsError } from '../../lib/options/options-error.js';

const REMOTE = {
  type: 'remote',
  name: 'kokoro',
  baseUrl: 'http://tts.example:8880/v1',
  apiKey: 'sk-secret',
  headers: { 'x-token': 'secret-header', 'x-env': 'secret-too' },
  tls: { ca: 'public', key: 'secret-key' },
};
const OPTIONS = {
  deadline: 5_000,
  fallback: [
    REMOTE,
    { type: 'remote', name: 'other', baseUrl: 'http://b/v1', apiKey: { env: 'KEY' } },
    { type: 'local' },
  ],
  alerts: { webhook: 'https://chat.example/secret-hook', headers: { authorization: 'secret-bearer' } },
};

function problemsOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    if (error instanceof SpeechOptionsError) return error.problems;
    throw error;
  }
  return undefined;
}

describe('secrets in options', () => {
  it('are masked wherever they stand, and nothing else is', () => {
    const masked = maskSecrets(OPTIONS);
    expect(JSON.stringify(masked)).not.to.contain('secret');
    expect(masked).to.deep.equal({
      deadline: 5_000,
      fallback: [
        {
          ...REMOTE,
          apiKey: { set: true },
          headers: { 'x-token': { set: true }, 'x-env': { set: true } },
          tls: { ca: 'public', key: { set: true } },
        },
        OPTIONS.fallback[1],
        { type: 'local' },
      ],
      alerts: { webhook: { set: true }, headers: { authorization: { set: true } } },
    });
  });

  it('come back for their masks, whatever the order', () => {
    const masked = maskSecrets(OPTIONS);
    const fallback = [...(masked['fallback'] as unknown[])].reverse();
    expect(unmaskSecrets({ ...masked, fallback }, OPTIONS)).to.deep.equal({
      ...OPTIONS,
      fallback: [...OPTIONS.fallback].reverse(),
    });
  });

  it('are replaced by new ones and taken out', () => {
    const [first] = maskSecrets(OPTIONS)['fallback'] as Record<string, unknown>[];
    const rest: Record<string, unknown> = { ...first, apiKey: 'new' };
    delete rest['headers'];
    expect(unmaskEntrySecrets(rest, OPTIONS)).to.deep.equal({
      type: 'remote',
      name: 'kokoro',
      baseUrl: REMOTE.baseUrl,
      apiKey: 'new',
      tls: REMOTE.tls,
    });
  });

  it('go with the host they were given for, to another port too, and to no other host', () => {
    const [masked] = maskSecrets(OPTIONS)['fallback'] as Record<string, unknown>[];
    const moved = { ...masked, baseUrl: 'http://tts.example:8881/v1' };
    expect(unmaskEntrySecrets(moved, OPTIONS)).to.have.property('apiKey', 'sk-secret');
    const stolen = { ...masked, baseUrl: 'http://evil.example:8880/v1' };
    expect(problemsOf(() => unmaskSecrets({ fallback: [stolen] }, OPTIONS))).to.deep.equal([
      { path: 'fallback[0].apiKey', message: 'no secret is known for this name and host; give it again' },
    ]);
  });

  it('of a webhook’s headers go with its host, and to no other', () => {
    const alerts = (webhook?: unknown): Record<string, unknown> => ({
      alerts: { webhook, headers: { authorization: { set: true } } },
    });
    const kept = [{ set: true }, 'https://chat.example/another-hook'];
    for (const webhook of kept) {
      expect(unmaskSecrets(alerts(webhook), OPTIONS)).to.have.nested.property(
        'alerts.headers.authorization',
        'secret-bearer',
      );
    }
    for (const webhook of ['https://evil.example/hook', { env: 'OTHER' }, undefined]) {
      expect(problemsOf(() => unmaskSecrets(alerts(webhook), OPTIONS))).to.have.nested.property(
        '[0].path',
        'alerts.headers.authorization',
      );
    }
    const fromEnvironment = { alerts: { ...OPTIONS.alerts, webhook: { env: 'HOOK' } } };
    expect(unmaskSecrets(alerts({ env: 'HOOK' }), fromEnvironment)).to.deep.equal(fromEnvironment);
  });

  it('do not go in clear what went by TLS', () => {
    const secure = { ...REMOTE, baseUrl: 'https://tts.example/v1' };
    const masked = { ...REMOTE, apiKey: { set: true }, headers: {}, tls: {} };
    expect(problemsOf(() => unmaskEntrySecrets(masked, { fallback: [secure] }))).to.have.nested.property(
      '[0].path',
      'apiKey',
    );
    const upgraded = unmaskEntrySecrets({ ...masked, baseUrl: secure.baseUrl }, { fallback: [REMOTE] });
    expect(upgraded).to.have.property('apiKey', 'sk-secret');
  });

  it('are not made up for a mask that stands for nothing', () => {
    const entry = {
      type: 'remote',
      name: 'new',
      baseUrl: 'http://tts.example/v1',
      headers: { 'x-token': { set: true } },
    };
    expect(problemsOf(() => unmaskSecrets({ fallback: [{ type: 'local' }, entry] }, OPTIONS))).to.deep.equal([
      { path: 'fallback[1].headers.x-token', message: 'no secret is known for this name and host; give it again' },
    ]);
    expect(problemsOf(() => unmaskSecrets({ alerts: { webhook: { set: true } } }, {}))).to.have.nested.property(
      '[0].path',
      'alerts.webhook',
    );
  });

  it('leaves what is no object to the checks that follow', () => {
    for (const fallback of [undefined, 'x', [null, 'x', 7], [{ type: 'remote', apiKey: 7, headers: 'x', tls: null }]]) {
      const options = fallback === undefined ? {} : { fallback };
      expect(unmaskSecrets(options, OPTIONS)).to.deep.equal(options);
    }
  });
});
