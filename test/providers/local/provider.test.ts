import { getEventListeners } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { SPEECH_FORMATS } from '../../../lib/audio/formats.js';
import { sniffAudio } from '../../../lib/audio/sniff.js';
import { SpeechError, type SpeechAudio, type SpeechLogger, type SpeechRequest } from '../../../lib/index.js';
import { createLocalProvider, type LocalOptions, type LocalProvider } from '../../../lib/providers/local/provider.js';
import { SILENT_LOGGER } from '../../../lib/speech/silent-logger.js';
import { eventually } from '../../faults/eventually.js';
import { settle } from '../../support/fake-clock.js';
import { EngineWitness, fakeEngine } from '../../support/fake-engine.js';
import { PATIENCE } from '../../support/patience.js';
import { hasPeer } from '../../support/peer.js';
import { startProgram } from '../../support/process.js';
import { ended, processIdsIn, Scratch } from '../../support/programs.js';
import { bytesOf, failureOf } from '../../support/provider-conformance.js';
import { context, speechRequest } from '../../support/speech-request.js';
import { STRIP_TYPES } from '../../support/strip-types.js';

const SYNTHESISER = fileURLToPath(new URL('../../support/fake-synthesiser.js', import.meta.url));
const LONG = 'This is one of very many sentences that are all the same. '.repeat(60);

describe('the local provider', function () {
  this.timeout(10 * PATIENCE);
  let provider: LocalProvider | undefined;
  let scratch: Scratch;

  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(async () => {
    await provider?.close?.();
    provider = undefined;
    scratch.remove();
  });

  function create(options: Partial<LocalOptions> = {}, logger?: SpeechLogger): LocalProvider {
    provider = createLocalProvider({ name: 'local', engine: 'embedded', voices: {}, workers: 1, ...options }, logger);
    return provider;
  }

  async function speak(
    from: LocalProvider,
    fields: Partial<SpeechRequest> = {},
    signal = new AbortController().signal,
  ): Promise<SpeechAudio> {
    const result = await from.synthesize(speechRequest(fields), context({ signal }));
    if (result.kind !== 'audio') throw new Error('expected sound');
    return result;
  }

  describe('with the embedded engine', () => {
    it('takes the time that is up for a long queue where others were served meanwhile', async () => {
      const local = create();
      const others = Array.from({ length: 5 }, () => speak(local));
      const last = new AbortController();
      const waiting = failureOf(speak(local, {}, last.signal));
      await Promise.race(others);
      last.abort(new SpeechError('deadline', 'the time is up'));
      expect((await waiting).code).to.equal('timeout.queue');
      for (const { stream } of await Promise.all(others)) stream.destroy();
    });

    it('serves others while one reader does not read, and then that one too', async () => {
      const local = create();
      const stalled = await speak(local, { input: LONG, format: 'wav' });
      for (let round = 0; round < 3; round += 1) {
        expect((await bytesOf(await speak(local))).length).to.be.greaterThan(10_000);
      }
      expect(stalled.stream.readableEnded).to.equal(false);
      expect((await bytesOf(stalled)).length).to.be.greaterThan(5_000_000);
    });

    const other = hasPeer() ? 'audio' : 'unsupported';
    for (const [what, input, outcome] of [
      ['Chinese', '你好,世界。', other],
      ['Cyrillic', 'Привет, мир.', other],
      ['mixed scripts', 'Hello 你好.', other],
      ['Japanese with kanji', '今日は天気がいい。', 'unsupported'],
      ['emoji alone', '😀😀', 'unsupported'],
      ['English with a sign of another script', 'The gap is 5 µm wide.', 'audio'],
    ] as const) {
      it(`answers ${what} with ${outcome}${hasPeer() ? '' : ', without the optional peer'}`, async () => {
        const result = await speak(create(), { input }).then(
          ({ kind }) => kind,
          (error: unknown) => SpeechError.from(error).code,
        );
        expect(result).to.equal(outcome);
      });
    }

    it('speaks faster and slower', async () => {
      const local = create();
      const lengths: number[] = [];
      for (const speed of [0.5, 1, 2])
        lengths.push((await bytesOf(await speak(local, { format: 'pcm', speed }))).length);
      const [slow = 0, normal = 1, fast = 1] = lengths;
      expect(slow / normal).to.be.closeTo(2, 0.3);
      expect(normal / fast).to.be.closeTo(2, 0.3);
    });

    it('names what it left undone: another voice, no instructions', async () => {
      const local = create({ voices: { nova: 'slt' } });
      const warnings = async (fields: Partial<SpeechRequest>): Promise<unknown> => {
        const audio = await speak(local, fields);
        audio.stream.destroy();
        return audio.warnings;
      };
      expect(await warnings({ voice: 'alloy', instructions: 'Softly.' })).to.deep.equal([
        'voice-substituted',
        'instructions-ignored',
      ]);
      expect(await warnings({ voice: 'nova' })).to.deep.equal([]);
    });

    it('makes all formats, and says so', async () => {
      const local = create();
      expect(local.capabilities?.formats).to.deep.equal(SPEECH_FORMATS);
      for (const format of SPEECH_FORMATS) {
        expect(sniffAudio(format, await bytesOf(await speak(local, { format }))), format).to.equal('valid');
      }
    });

    it('has no AAC where its optional peer is not installed, says what to install, and makes the others', async () => {
      const child = await startProgram(
        [
          ...STRIP_TYPES,
          ...['--import', import.meta.resolve('../../support/hide-aac-peer.ts')],
          fileURLToPath(new URL('../../support/speak-without-aac-peer.ts', import.meta.url)),
        ],
        /^(makes|failed)/,
      );
      expect(child.line).to.equal(
        'makes mp3, opus, flac, wav, pcm; unsupported: aac needs more packages on this machine: ' +
          'npm install @mediabunny/aac-encoder mediabunny; opus of 3 pages or more',
      );
      await child.stop();
    });

    it('lets go of an encoder whose job waits for its reader when the client leaves', async function () {
      // An AAC encoder has a thread of its own, which Linux alone lets be counted.
      if (process.platform !== 'linux') this.skip();
      const threads = (): number => readdirSync('/proc/self/task').length;
      const local = create();
      await bytesOf(await speak(local));
      const before = threads();
      const leaving = new AbortController();
      const { stream } = await speak(local, { format: 'aac', input: LONG }, leaving.signal);
      // Another’s turn ends after the ones that this job may have had before its reader reads.
      await bytesOf(await speak(local));
      await bytesOf(await speak(local));
      expect(threads()).to.equal(before + 1);
      stream.on('error', () => undefined);
      leaving.abort();
      await eventually(() => {
        expect(threads()).to.equal(before);
      }, 10_000);
      // The worker is the same: it is still there.
      expect((await bytesOf(await speak(local))).length).to.be.greaterThan(10_000);
    });

    it('speaks parts of a longer text in one voice, shape and pace', async () => {
      const local = create();
      const shape = { sampleRate: 44_100, channels: 2 } as const;
      const part = { index: 0, count: 2, whole: 'Hello there. And goodbye.', shape };
      const wav = await bytesOf(await speak(local, { part }));
      expect([wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt32LE(40)]).to.deep.equal([
        2,
        44_100,
        wav.length - 44,
      ]);
    });

    it('goes on with English alone where the optional peer is broken', async function () {
      // The one that is there would be found first.
      if (hasPeer()) this.skip();
      const child = await startProgram(
        [
          ...STRIP_TYPES,
          fileURLToPath(new URL('../../support/speak-with-broken-peer.ts', import.meta.url)),
          scratch.path,
        ],
        /^(spoke|failed)/,
      );
      expect(child.line).to.equal('spoke with slt');
      await child.stop();
    });
  });

  describe('with an engine of the user’s own', () => {
    let witness: EngineWitness;

    beforeEach(() => {
      witness = new EngineWitness();
    });
    afterEach(() => {
      witness.close();
    });

    const said = (): string[] => witness.reports.flatMap(({ speaks }) => speaks ?? []);

    for (const how of [
      'has no voices',
      'has null for voices',
      'has nameless voices',
      'has no name',
      'cannot speak',
      'is nothing',
    ]) {
      it(`fails with a reason, and nothing else falls, when it ${how}`, async () => {
        const local = create({ engine: fakeEngine(how) });
        const { signal } = new AbortController();
        const failures = await Promise.all([
          failureOf(local.voices?.({ signal }) ?? expect.fail()),
          failureOf(speak(local)),
        ]);
        for (const failure of failures) {
          expect(failure.code).to.equal('engine_failed');
          expect(failure.message).to.match(/^the engine is not what was expected/);
        }
      });
    }

    it('speaks as soon as it can be loaded, although it could not at first', async () => {
      const file = scratch.file('in the way');
      writeFileSync(file, '');
      const local = create({ engine: fakeEngine('does not load while there is a file', file) });
      const failure = await failureOf(speak(local));
      expect(failure.message).to.equal('the engine could not be made: not now');
      expect(failure.cause).to.have.property('message', 'not now');
      expect((await failureOf(speak(local))).code).to.equal('engine_failed');
      rmSync(file);
      expect((await bytesOf(await speak(local))).length).to.be.greaterThan(10_000);
      // One try for each request, and no more while nobody asked.
      expect(witness.reports.filter(({ loads }) => loads !== undefined)).to.have.length(3);
    });

    it('says which file is missing where there is no such module', async () => {
      const failure = await failureOf(speak(create({ engine: { module: '/does/not/exist.js' } })));
      expect(failure.code).to.equal('engine_failed');
      expect(failure.message).to.match(
        /^the engine’s module could not be loaded: Cannot find module '\/does\/not\/exist.js'.*$/,
      );
      expect(failure.cause).to.have.property('code', 'ERR_MODULE_NOT_FOUND');
    });

    it('keeps what it throws over a text as the cause, and out of the message', async () => {
      const failure = await failureOf(speak(create({ engine: fakeEngine() }), { input: 'Throw the secret.' }));
      expect(failure).to.include({ code: 'engine_failed', message: 'the engine threw RangeError' });
      expect(failure.cause).to.have.property('message', 'what was said: Throw the secret.');
    });

    it('logs once why there is no worker, until there has been sound again', async () => {
      const lines: object[] = [];
      const logger = { ...SILENT_LOGGER, warn: (line: object) => lines.push(line) };
      const local = create({ engine: fakeEngine() }, logger);
      const crash = async (): Promise<void> => {
        expect((await failureOf(speak(local, { input: 'It will crash.' }))).code).to.equal('engine_failed');
      };
      for (let round = 0; round < 3; round += 1) await crash();
      const reason = 'the engine’s worker ended itself with status 1';
      const line = { event: 'worker', provider: 'local', code: 'engine_failed', reason };
      expect(lines).to.deep.equal([line]);
      await bytesOf(await speak(local));
      await crash();
      expect(lines).to.deep.equal([line, line]);
    });

    it('is checked by speaking, the first time even while its voices are asked for, and then once a minute', async () => {
      const local = create({ engine: fakeEngine() });
      const { signal } = new AbortController();
      const voices = local.voices?.({ signal });
      await local.check?.({ signal });
      expect(said()).to.deep.equal(['Yes.']);
      expect(await voices).to.deep.equal([{ id: 'a', name: 'A' }]);
      await local.check?.({ signal });
      expect(said()).to.deep.equal(['Yes.']);
    });

    it('speaks at every check where the options say so', async () => {
      const local = create({ engine: fakeEngine(), healthSpeaks: true });
      for (let round = 0; round < 2; round += 1) await local.check?.({ signal: new AbortController().signal });
      expect(said()).to.deep.equal(['Yes.', 'Yes.']);
    });

    it('does not pass its check by a request that is stuck', async () => {
      const local = create({ engine: fakeEngine(), healthSpeaks: true });
      const leaving = new AbortController();
      const stuck = failureOf(speak(local, { input: 'It will block for ever.' }, leaving.signal));
      await witness.speaks('block for ever');
      const patience = new AbortController();
      const check = failureOf(local.check?.({ signal: patience.signal }) ?? expect.fail());
      patience.abort();
      expect((await check).code).to.equal('aborted');
      leaving.abort();
      expect((await stuck).code).to.equal('aborted');
    });

    it('passes its check by the sound of a request, behind which the check would only wait', async () => {
      const local = create({ engine: fakeEngine(), healthSpeaks: true });
      const busy = speak(local, { input: 'It will block for 200 milliseconds.' });
      await witness.speaks('block for 200');
      await local.check?.({ signal: new AbortController().signal });
      expect(said()).to.deep.equal(['It will block for 200 milliseconds.']);
      await bytesOf(await busy);
    });

    it('is given up after a limit when it does not become warm', async () => {
      expect((await failureOf(create({ engine: fakeEngine('never loads') }).warm(50))).code).to.equal('timeout.total');
    });

    it('lists voices for nobody that has left, and leaves no listener behind', async () => {
      const local = create({ engine: fakeEngine() });
      const { signal } = new AbortController();
      await local.voices?.({ signal });
      await local.models?.({ signal });
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
      const failure = await failureOf(local.voices?.({ signal: AbortSignal.abort() }) ?? expect.fail());
      expect(failure.code).to.equal('aborted');
    });

    it('starts nothing any more once it is closed', async () => {
      const local = create({ engine: fakeEngine() });
      await bytesOf(await speak(local));
      await local.close?.();
      const { signal } = new AbortController();
      for (const late of [speak(local), local.check?.({ signal }), local.voices?.({ signal }), local.warm()]) {
        expect((await failureOf(late ?? expect.fail())).code).to.equal('aborted');
      }
      expect(said()).to.deep.equal(['Hello there.']);
    });
  });

  describe('with a program', () => {
    const facts = (): string => scratch.file('facts');
    const command = (how: string) => ({
      command: { program: process.execPath, args: [SYNTHESISER, how, facts()], output: 'wav' as const },
    });

    it('leaves nothing of it behind when the client leaves', async () => {
      const leaving = new AbortController();
      const failure = failureOf(speak(create(command('hangs with a child')), {}, leaving.signal));
      const ids = await processIdsIn(facts(), 2);
      leaving.abort();
      expect((await failure).code).to.equal('aborted');
      await Promise.all(ids.map(ended));
    });

    it('takes the time that is up for the engine’s slowness where nobody was served meanwhile, begun or not', async () => {
      const local = create(command('hangs with a child'));
      const first = new AbortController();
      const begun = failureOf(speak(local, {}, first.signal));
      await processIdsIn(facts(), 2);
      const second = new AbortController();
      const waiting = failureOf(speak(local, {}, second.signal));
      await settle();
      for (const call of [second, first]) call.abort(new SpeechError('deadline', 'the time is up'));
      expect([(await begun).code, (await waiting).code]).to.deep.equal(['aborted', 'aborted']);
    });

    it('leaves nothing of it behind when it is closed', async () => {
      const local = create(command('hangs with a child'));
      const failure = failureOf(speak(local));
      const ids = await processIdsIn(facts(), 2);
      await local.close?.();
      expect((await failure).code).to.equal('aborted');
      await Promise.all(ids.map(ended));
    });

    it('leaves nothing of it behind when the application exits in the middle', async () => {
      const child = await startProgram(
        [...STRIP_TYPES, fileURLToPath(new URL('../../support/exit-while-speaking.ts', import.meta.url)), facts()],
        /^speaking/,
      );
      await child.stop();
      await Promise.all((await processIdsIn(facts(), 2)).map(ended));
    });

    it('is refused before it starts where piper has no voice to speak with', async () => {
      const failure = await failureOf(speak(create({ engine: 'piper' })));
      expect(failure).to.include({ code: 'engine_failed' });
      expect(failure.message).to.contain('piper needs the option voice');
    });

    describe('called espeak-ng', () => {
      let path: string | undefined;

      beforeEach(() => {
        path = process.env['PATH'];
        // Says its arguments and then acts as a synthesiser.
        const program = scratch.file('espeak-ng');
        writeFileSync(
          program,
          `#!/bin/sh\necho "$@" >> '${scratch.file('arguments')}'\nexec '${process.execPath}' '${SYNTHESISER}' speaks\n`,
        );
        chmodSync(program, 0o755);
        process.env['PATH'] = `${scratch.path}${delimiter}${path ?? ''}`;
      });
      afterEach(() => {
        process.env['PATH'] = path;
      });

      const calls = (): string[] => readFileSync(scratch.file('arguments'), 'utf8').trim().split('\n');

      it('gets the voice for the script and the pace in words a minute', async () => {
        const local = create({ engine: 'espeak-ng' });
        for (const input of ['Hello there.', 'Привет.', '你好,世界。']) await bytesOf(await speak(local, { input }));
        await bytesOf(await speak(local, { speed: 2 }));
        await bytesOf(await speak(local, { voice: 'el' }));
        expect(calls()).to.deep.equal([
          '-v en-us -s 175 --stdin --stdout',
          '-v ru -s 175 --stdin --stdout',
          '-v cmn-latn-pinyin -s 175 --stdin --stdout',
          '-v en-us -s 350 --stdin --stdout',
          '-v el -s 175 --stdin --stdout',
        ]);
      });

      it('is asked for no less than it can keep, and its sound is stretched for the rest', async () => {
        const local = create({ engine: 'espeak-ng' });
        const normal = await bytesOf(await speak(local, { format: 'pcm' }));
        const slow = await bytesOf(await speak(local, { format: 'pcm', speed: 0.25 }));
        expect(calls().at(-1)).to.contain('-s 80 ');
        // The program that stands in for it always takes the same time.
        expect(slow.length / normal.length).to.be.closeTo(80 / (175 * 0.25), 0.01);
      });

      it('is not asked for what it would say wrong', async () => {
        const local = create({ engine: 'espeak-ng' });
        for (const input of ['今日は天気がいい。', 'Привет 你好 Привет 你好', 'ភាសាខ្មែរ', '😀😀']) {
          expect((await failureOf(speak(local, { input }))).code, input).to.equal('unsupported');
        }
        expect(existsSync(scratch.file('arguments'))).to.equal(false);
      });

      it('keeps the one voice of the options', async () => {
        await bytesOf(await speak(create({ engine: 'espeak-ng', voice: 'de' })));
        expect(calls()).to.deep.equal(['-v de -s 175 --stdin --stdout']);
      });
    });
  });
});
