import { expect } from 'chai';
import { CustomProvider } from '../../lib/chain/custom-provider.js';
import { SpeechError, type SpeechProvider, type SpeechRequest, type SpeechRouterOptions } from '../../lib/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { FakeClock } from '../support/fake-clock.js';
import { PCM, provider, speaker } from '../support/fake-provider.js';
import { BREAKING, hostile, MEMBERS, SILENT, SPEAKING } from '../support/hostile-providers.js';
import { failureOf } from '../support/provider-conformance.js';
import { askRaw, type RawReply } from '../support/raw-reply.js';
import { context, speechRequest } from '../support/speech-request.js';
import { unhandledRejections } from '../support/unhandled.js';

const FIELDS = { input: 'Hello there.', response_format: 'pcm' };
const SENTENCE = 'This sentence is one of many, and it is as long as it has to be. ';
const JSON_TYPE = { 'content-type': 'application/json' };

/** The ways to ask for speech; each has to bear every provider. */
const ROUTES: Readonly<Record<string, (app: TestApp) => Promise<RawReply>>> = {
  POST: (app) => post(app, FIELDS),
  SSE: (app) => post(app, { ...FIELDS, stream_format: 'sse' }),
  'long text': (app) => post(app, { ...FIELDS, input: SENTENCE.repeat(6) }),
  GET: (app) => askRaw(`${app.speechUrl}?${new URLSearchParams(FIELDS).toString()}`, {}),
};

function post(app: TestApp, fields: object): Promise<RawReply> {
  return askRaw(app.speechUrl, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(fields) });
}

/** The sound in a reply, however it is packed; `isWhole` says whether the reply claims to have all of it. */
function soundIn(route: string, { body, isWhole }: RawReply): { readonly sound: Buffer; readonly isWhole: boolean } {
  if (route !== 'SSE') return { sound: body, isWhole };
  const events = body
    .toString()
    .split('\n\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as { type: string; audio?: string });
  const deltas = events.map(({ audio = '' }) => Buffer.from(audio, 'base64'));
  return { sound: Buffer.concat(deltas), isWhole: events.some(({ type }) => type === 'speech.audio.done') };
}

describe('a provider of the user’s own, whatever it does', () => {
  let app: TestApp;

  async function start(own: SpeechProvider, options: SpeechRouterOptions = {}): Promise<void> {
    app = await startApp({
      fallback: [own, speaker('second'), { type: 'text' }],
      deadline: 1_300,
      get: true,
      cache: false,
      ...options,
    });
  }

  /** Asks, closes, and expects that nothing was left that would have ended the process. */
  async function askAndClose(route: string): Promise<RawReply> {
    const replies: RawReply[] = [];
    const rejections = await unhandledRejections(async () => {
      const ask = ROUTES[route];
      if (ask !== undefined) replies.push(await ask(app));
      expect(app.speech.status().providers[0]?.name).to.equal('hostile');
      await app.close();
    });
    expect(rejections).to.deep.equal([]);
    const [reply] = replies;
    if (reply === undefined) throw new Error('no reply');
    return reply;
  }

  for (const route of Object.keys(ROUTES)) {
    describe(`for ${route}`, () => {
      for (const [what, synthesize] of Object.entries(SILENT)) {
        it(`is passed over where it ${what}`, async () => {
          await start(hostile(synthesize));
          const reply = await askAndClose(route);
          expect([reply.status, reply.headers['x-speech-provider']]).to.deep.equal([200, 'second']);
          const { sound, isWhole } = soundIn(route, reply);
          expect(isWhole).to.equal(true);
          if (route !== 'long text') expect(sound.equals(PCM)).to.equal(true);
        });
      }

      for (const [what, synthesize] of Object.entries(BREAKING)) {
        it(`never ends as if it were whole where it ${what}`, async () => {
          await start(hostile(synthesize));
          const { sound, isWhole } = soundIn(route, await askAndClose(route));
          // Another voice may say all of it, or go on with a long text.
          if (route === 'long text') expect(isWhole).to.equal(true);
          else expect(!isWhole || sound.equals(PCM), `${String(sound.length)} bytes`).to.equal(true);
          if (!isWhole) expect(PCM.subarray(0, sound.length).equals(sound)).to.equal(true);
        });
      }

      for (const [what, synthesize] of Object.entries(SPEAKING)) {
        it(`speaks where it ${what}`, async () => {
          await start(hostile(synthesize));
          const reply = await askAndClose(route);
          expect([reply.status, reply.headers['x-speech-provider']]).to.deep.equal([200, 'hostile']);
          const { sound, isWhole } = soundIn(route, reply);
          expect(isWhole).to.equal(true);
          if (route !== 'long text') expect(sound.equals(PCM)).to.equal(true);
        });
      }

      it('leaves the request as it was for the next', async () => {
        const seen: string[] = [];
        const next = provider('second', (request, given) => {
          seen.push(`${request.input} ${request.format} ${String(request.speed)} ${typeof request.extra}`);
          return speaker('second').synthesize(request, given);
        });
        await start(hostile(SILENT['changes the request'] ?? (() => undefined)), {
          fallback: [hostile(SILENT['changes the request'] ?? (() => undefined)), next],
        });
        await askAndClose(route);
        expect(seen.length).to.be.greaterThan(0);
        for (const request of seen) expect(request).to.match(/^(Hello there\.|This sentence .*) pcm 1 object$/);
      });
    });
  }

  for (const [what, members] of Object.entries(MEMBERS)) {
    it(`speaks with ${what}`, async () => {
      await start(hostile(() => ({ kind: 'audio', stream: [PCM] }), members));
      const replies: number[] = [];
      const rejections = await unhandledRejections(async () => {
        for (const path of ['audio/voices', 'audio/models', 'audio/health']) {
          replies.push((await askRaw(`${app.origin}/v1/${path}`, {})).status);
        }
        replies.push((await post(app, FIELDS)).status);
        app.speech.reconfigure({ fallback: [{ type: 'text' }] });
        await app.close();
      });
      expect(replies).to.deep.equal([200, 200, 200, 200]);
      expect(rejections).to.deep.equal([]);
    });
  }
});

describe('CustomProvider', () => {
  const { signal } = new AbortController();
  const of = (members: object): CustomProvider =>
    new CustomProvider(
      hostile(() => undefined, members),
      { name: 'own', type: 'test', clock: new FakeClock() },
    );

  it('has the methods that the provider has, and no other', () => {
    for (const { check, voices, models } of [of({}), of({ check: 7, voices: null })]) {
      expect([check, voices, models]).to.deep.equal([undefined, undefined, undefined]);
    }
    const bound = {
      word: 'bound',
      check(): Promise<void> {
        expect(this.word).to.equal('bound');
        return Promise.resolve();
      },
    };
    return of(bound).check?.({ signal });
  });

  it('keeps the name and the type that it was given', () => {
    let count = 0;
    const own = of({
      get name() {
        count += 1;
        return `name-${String(count)}`;
      },
    });
    expect([own.name, own.type, own.name]).to.deep.equal(['own', 'test', 'own']);
  });

  it('keeps of its capabilities what can be', () => {
    const capabilities: [unknown, object][] = [
      [undefined, {}],
      [7, {}],
      [
        { formats: ['wav', 'ogg', 7, 'mp3', 'wav'], maxInput: 100, ssml: true },
        { formats: ['wav', 'mp3'], maxInput: 100, ssml: true },
      ],
      [{ formats: [] }, { formats: [] }],
      [{ formats: 'mp3', maxInput: 0, ssml: 1 }, {}],
      [{ maxInput: Infinity }, {}],
      [{ maxInput: 1.5 }, {}],
      [{ marks: ['tags', 7, 'ipa', 'tags'] }, { marks: ['tags'] }],
      [{ marks: 'tags' }, {}],
    ];
    for (const [given, expected] of capabilities) {
      expect(of({ capabilities: given }).capabilities, JSON.stringify(given)).to.deep.equal(expected);
    }
  });

  it('asks for them anew, as they may come to be known later', () => {
    const own = hostile(() => undefined);
    const adapted = new CustomProvider(own, { name: 'own', type: 'test', clock: new FakeClock() });
    expect(adapted.capabilities).to.deep.equal({});
    Object.assign(own, { capabilities: { formats: ['mp3'] } });
    expect(adapted.capabilities).to.deep.equal({ formats: ['mp3'] });
  });

  it('lists a bounded number of voices and models, and of each what is known to be one', async () => {
    const cyclic: Record<string, unknown> = { id: 'c', name: 'C' };
    cyclic['self'] = cyclic;
    const voices = [
      { id: 'a', name: 'A', more: 1 },
      cyclic,
      { id: 'x'.repeat(257), name: 'B' },
      { id: 7, name: 'B' },
      null,
    ];
    expect(await of({ voices: () => voices }).voices?.({ signal })).to.deep.equal([
      { id: 'a', name: 'A' },
      { id: 'c', name: 'C' },
    ]);
    const million = Array.from({ length: 1_000_000 }, (_, index) => ({ id: String(index), name: 'n' }));
    const own = of({ voices: () => million, models: () => Promise.resolve(million) });
    expect(await own.voices?.({ signal })).to.have.length(2_000);
    expect(await own.models?.({ signal }))
      .to.have.length(2_000)
      .and.to.deep.include({ id: '1999' });
  });

  it('makes an error of ours of whatever a check rejects with', async () => {
    const fails = of({ check: () => Promise.reject(Object.assign(new Error('a bug'), { code: 'ECONNREFUSED' })) });
    expect((await failureOf(fails.check?.({ signal }) ?? Promise.resolve())).code).to.equal('internal');
    const says = of({ check: () => Promise.reject(new SpeechError('status.503', 'busy')) });
    expect((await failureOf(says.check?.({ signal }) ?? Promise.resolve())).code).to.equal('status.503');
  });

  it('closes once, however often it is asked to', async () => {
    let closed = 0;
    const own = of({ close: () => (closed += 1) });
    await Promise.all([own.close(), own.close()]);
    await own.close();
    expect(closed).to.equal(1);
  });

  it('hands the provider a request of its own, with all that is in it', async () => {
    const seen: SpeechRequest[] = [];
    const own = new CustomProvider(
      hostile((given) => {
        seen.push({ ...(given as never as SpeechRequest) });
        Object.assign((given['extra'] as { list: object }).list, { changed: true });
        return { kind: 'text', text: 'a' };
      }),
      { name: 'own', type: 'test', clock: new FakeClock() },
    );
    const part = { index: 0, count: 2, whole: 'a', shape: undefined };
    const request = speechRequest({ extra: { list: { a: 1 } }, part, events: true, verbatim: { speed: 1 } });
    await own.synthesize(request, context());
    expect(request.extra).to.deep.equal({ list: { a: 1 } });
    expect(seen[0]).to.deep.equal({ ...request, extra: { list: { a: 1, changed: true } } });
  });
});
