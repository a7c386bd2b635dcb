import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { OWN_SHAPE } from '../../../lib/audio/formats.js';
import type { SpeechAudio } from '../../../lib/index.js';
import { createConverter } from '../../../lib/providers/local/converter.js';
import { PROCESS_WIDE } from '../../../lib/providers/local/process-wide.js';
import { createLocalProvider, type LocalOptions, type LocalProvider } from '../../../lib/providers/local/provider.js';
import { eventually } from '../../faults/eventually.js';
import { soundIn } from '../../support/audio.js';
import { EngineWitness, fakeEngine } from '../../support/fake-engine.js';
import { bytesOf, failureOf } from '../../support/provider-conformance.js';
import { context, speechRequest } from '../../support/speech-request.js';

const SYNTHESISER = fileURLToPath(new URL('../../support/fake-synthesiser.js', import.meta.url));
const program = (how: string) => ({ program: process.execPath, args: [SYNTHESISER, how], output: 'wav' as const });

describe('what the routers of a process share', function () {
  this.timeout(60_000);
  let providers: LocalProvider[];
  let before: number[];
  const inUse = (): number[] => [PROCESS_WIDE.engines.size, PROCESS_WIDE.flite.size, PROCESS_WIDE.converters.size];

  beforeEach(() => {
    providers = [];
    before = inUse();
  });
  afterEach(async () => {
    await Promise.all(providers.map(async (provider) => provider.close?.()));
    expect(inUse()).to.deep.equal(before);
  });

  function create(options: Partial<LocalOptions> = {}): LocalProvider {
    const provider = createLocalProvider({ name: 'local', engine: 'embedded', voices: {}, workers: 1, ...options });
    providers.push(provider);
    return provider;
  }

  async function speak(from: LocalProvider, input = 'Hello there.'): Promise<SpeechAudio> {
    const result = await from.synthesize(speechRequest({ input, format: 'pcm' }), context());
    return result.kind === 'audio' ? result : expect.fail();
  }

  it('has one worker for ten of them, whichever of them come and go', async function () {
    if (process.platform !== 'linux') this.skip();
    const threads = (): number => readdirSync('/proc/self/task').length;
    const first = create();
    const alone = (await bytesOf(await speak(first))).length;
    const withOne = threads();
    for (let count = 1; count < 10; count += 1) create({ name: `tenant-${count}`, voices: { nova: 'slt' } });
    const lengths = await Promise.all(providers.map(async (each) => (await bytesOf(await speak(each))).length));
    expect(lengths).to.deep.equal(Array(10).fill(alone));
    expect(threads()).to.equal(withOne);
    for (const provider of providers.slice(0, 9)) await provider.close?.();
    const last = providers[9] ?? expect.fail();
    expect((await bytesOf(await speak(last))).length).to.equal(alone);
    expect(threads()).to.equal(withOne);
    await last.close?.();
    await eventually(() => {
      expect(threads()).to.be.below(withOne);
    });
  });

  it('ends with one router what that one has begun, and nothing of another’s', async () => {
    const witness = new EngineWitness();
    const [leaving, staying] = [create({ engine: fakeEngine() }), create({ engine: fakeEngine() })];
    const busy = speak(staying, 'It will block for 200 milliseconds.');
    await witness.speaks('block for 200');
    const waiting = failureOf(speak(leaving));
    const alsoWaiting = speak(staying, 'And another one.');
    await leaving.close?.();
    expect((await waiting).code).to.equal('aborted');
    expect((await bytesOf(await busy)).length).to.equal(48_000);
    expect((await bytesOf(await alsoWaiting)).length).to.equal(48_000);
    witness.close();
  });

  it('tells a router that has gone of no lost worker any more', async () => {
    const lines: string[] = [];
    const log = (name: string) => ({
      debug: () => undefined,
      info: () => undefined,
      warn: () => lines.push(name),
      error: () => undefined,
    });
    const options = { name: 'local', engine: fakeEngine(), voices: {}, workers: 1 } as const;
    const [one, other] = ['one', 'other'].map((name) => createLocalProvider(options, log(name)));
    if (one === undefined || other === undefined) throw new Error('two were made');
    providers.push(one, other);
    for (const provider of providers) await bytesOf(await speak(provider));
    await one.close?.();
    await failureOf(speak(other, 'It will crash.'));
    expect(lines).to.deep.equal(['other']);
  });

  it('is apart for whatever is started otherwise', async () => {
    create();
    create({ workers: 2 });
    create({ engine: fakeEngine() });
    create({ command: program('speaks') });
    create({ command: program('speaks'), voice: 'another' });
    create({ command: program('floods') });
    await Promise.all(providers.map(async (each) => bytesOf(await speak(each))));
    const [engines = 0, flite = 0] = before;
    expect(inUse().slice(0, 2)).to.deep.equal([engines + 6, flite + 1]);
  });

  it('is nothing where an engine cannot be made', async () => {
    const provider = create({ engine: 'piper' });
    for (let round = 0; round < 2; round += 1) {
      expect((await failureOf(speak(provider))).code).to.equal('engine_failed');
      expect(inUse()).to.deep.equal(before);
    }
  });

  it('listens to the end of the process once, for all programs', async () => {
    const listeners = (): number => process.listenerCount('exit');
    const others = listeners();
    for (let count = 0; count < 11; count += 1) create({ command: program('speaks'), voice: String(count) });
    await Promise.all(providers.map(async (each) => bytesOf(await speak(each))));
    expect(listeners()).to.equal(others + 1);
    await Promise.all(providers.map(async (provider) => provider.close?.()));
    await eventually(() => {
      expect(listeners()).to.equal(others);
    });
  });

  it('has one converter, which stays until the last has closed it', async () => {
    const converters = [createConverter(), createConverter()] as const;
    const { signal } = new AbortController();
    const convert = (index: 0 | 1): Promise<Uint8Array> =>
      converters[index].convert(soundIn('wav'), { format: 'pcm', shape: OWN_SHAPE, isLast: true }, signal);
    const pending = [convert(0), convert(1)] as const;
    const first = failureOf(pending[0]);
    await converters[0].close();
    expect((await first).code).to.equal('aborted');
    expect((await pending[1]).length).to.be.greaterThan(40_000);
    expect((await failureOf(convert(0))).code).to.equal('aborted');
    expect((await convert(1)).length).to.be.greaterThan(40_000);
    await converters[1].close();
  });
});
