import { mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Registry } from 'prom-client';
import { ConfigStore } from '../../lib/config/config-store.js';
import type { Configuration } from '../../lib/config/parse-options.js';
import { SpeechOptionsError } from '../../lib/options/options-error.js';
import { RevisionConflictError, type ConfigurationSnapshot } from '../../lib/speech/control.js';
import type { SpeechEventMap } from '../../lib/speech/events.js';
import { eventually } from '../faults/eventually.js';
import { FakeClock } from '../support/fake-clock.js';
import { speaker } from '../support/fake-provider.js';
import { makeFolder, type Folder } from '../support/folder.js';

const TEXT = { type: 'text' };

describe('LiveConfiguration', () => {
  let folder: Folder;
  let configFile: string;
  let clock: FakeClock;
  let applied: Configuration[];
  let events: SpeechEventMap['configuration'][];
  let warnings: string[];
  let live: ConfigStore;

  function start(options: object): ConfigStore {
    live = new ConfigStore(options, {
      clock,
      apply: (configuration) => applied.push(configuration),
      notify: (event) => events.push(event),
      warn: ({ path, message }) => warnings.push(`${path}: ${message}`),
    });
    live.watch();
    return live;
  }

  async function fails(change: Promise<unknown>): Promise<unknown> {
    return change.then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  const writeFile = (options: unknown): void => {
    writeFileSync(configFile, typeof options === 'string' ? options : JSON.stringify(options));
  };

  /** Lets it look at the file once more, and waits for what comes of it. */
  async function look(check: () => void): Promise<void> {
    await eventually(() => {
      expect(clock.pendingTimers).to.equal(1);
    });
    await clock.advance(1_000);
    await eventually(check);
  }

  beforeEach(() => {
    folder = makeFolder();
    configFile = folder.path('speech.json');
    clock = new FakeClock();
    applied = [];
    events = [];
    warnings = [];
  });
  afterEach(() => {
    live.close();
    folder.remove();
  });

  describe('without a file', () => {
    it('keeps what is a gateway’s own in its file, hidden from the page and out of its reach', async () => {
      const gateway = { port: 8_081, apiKeys: ['a-secret-key-of-the-gateway'] };
      writeFile({ gateway, deadline: 1_000 });
      const store = start({ configFile });
      const { options, revision } = store.read();
      expect(options).to.deep.equal({ deadline: 1_000 });
      const saved = await store.save({ deadline: 2_000 }, revision);
      expect(JSON.parse(readFileSync(configFile, 'utf8'))).to.deep.equal({ gateway, deadline: 2_000 });
      const taken = await fails(store.save({ gateway: { apiKeys: [] } }, saved.revision));
      expect((taken as SpeechOptionsError).problems[0]?.path).to.equal('gateway');
      await store.undo(saved.revision);
      expect(JSON.parse(readFileSync(configFile, 'utf8'))).to.deep.equal({ gateway, deadline: 1_000 });
    });

    it('refuses a file whose part for a gateway is wrong, and code that has one', () => {
      writeFile({ gateway: { port: 'x' } });
      expect(() => start({ configFile })).to.throw(SpeechOptionsError, /gateway\.port: expected a port/);
      expect(() => start({ gateway: {} })).to.throw(SpeechOptionsError, /unknown key "gateway"/);
    });

    it('shows what was given, without what only code can say', () => {
      start({ deadline: 5_000, logger: console, fallback: [speaker('own'), TEXT] });
      const { revision, ...rest } = live.read();
      expect(revision).to.match(/^[0-9a-f]{16}$/);
      expect(rest).to.deep.equal({
        options: { deadline: 5_000, fallback: [{ type: 'custom', name: 'own' }, TEXT] },
        persistence: 'memory',
        canUndo: false,
        fileProblem: null,
      });
    });

    it('saves, tells of it, and goes back step by step', async () => {
      start({ deadline: 1_000 });
      const revisions = [live.read().revision];
      for (const deadline of [2_000, 3_000]) {
        const { revision } = await live.save({ deadline }, live.read().revision);
        revisions.push(revision);
      }
      expect(new Set(revisions)).to.have.property('size', 3);
      expect(applied.map(({ deadline }) => deadline)).to.deep.equal([2_000, 3_000]);
      expect(events).to.deep.equal(
        revisions.slice(1).map((revision) => ({ revision, origin: 'admin', problem: null })),
      );
      const first = await live.undo(live.read().revision);
      expect(first).to.deep.include({ revision: revisions[1], canUndo: true });
      const second = await live.undo(first.revision);
      expect(second).to.deep.include({ revision: revisions[0], canUndo: false });
      expect(applied.at(-1)).to.have.property('deadline', 1_000);
      expect(await live.undo(second.revision)).to.deep.equal(second);
    });

    it('refuses a change that did not see the last one, and changes nothing', async () => {
      start({ deadline: 1_000 });
      const { revision } = live.read();
      const results = await Promise.allSettled([2_000, 3_000].map((deadline) => live.save({ deadline }, revision)));
      expect(results[0]?.status).to.equal('fulfilled');
      expect(results[1]).to.have.property('reason').that.is.instanceOf(RevisionConflictError);
      expect(await fails(live.undo(revision))).to.be.instanceOf(RevisionConflictError);
      expect(live.read().options).to.deep.equal({ deadline: 2_000 });
    });

    it('refuses options that cannot be used, and those that only code can give', async () => {
      start({ deadline: 1_000 });
      const { revision } = live.read();
      const bad: [unknown, RegExp][] = [
        [{ deadlin: 5 }, /unknown key "deadlin"; did you mean "deadline"/],
        [{ fallback: [{ type: 'remote', baseUrl: 'http://x:99999/v1' }] }, /^fallback\[0\]\.baseUrl: the port/m],
        [{ logger: {} }, /logger: this can be given in code only/],
        [{ configFile: '/etc/passwd' }, /configFile: this can be given in code only/],
        [
          { fallback: [{ type: 'custom', name: 'nobody' }] },
          /fallback\[0\]\.name: expected the name of a provider object.*it gave none/,
        ],
        [[], /expected an object/],
        [null, /expected an object/],
        ['x', /expected an object/],
        [{ $schema: [[]] }, /\$schema: expected the address/],
      ];
      for (const [options, message] of bad) {
        const error = await fails(live.save(options, revision));
        expect(error, JSON.stringify(options)).to.be.instanceOf(SpeechOptionsError);
        expect(String(error).replace(/\n {2}/g, '\n')).to.match(message);
      }
      expect(applied).to.deep.equal([]);
      expect(live.read().revision).to.equal(revision);
    });

    it('has a page choose who speaks, and not what this machine runs', async () => {
      const command = { program: '/usr/bin/true', args: [] };
      const known = { type: 'local', name: 'own', command };
      start({ fallback: [known, TEXT] });
      const { revision } = live.read();
      const other = { ...command, program: '/bin/sh' };
      for (const more of [{ command: other }, { engine: { module: 'evil' } }]) {
        const entry = { type: 'local', ...more };
        const error = await fails(live.save({ fallback: [TEXT, entry] }, revision));
        expect(String(error)).to.match(/fallback\[1\]\.(command|engine): what this machine runs/);
        expect(() => live.completeEntry(entry)).to.throw(SpeechOptionsError, /what this machine runs/);
      }
      const kept = await live.save({ fallback: [TEXT, { ...known, name: 'renamed' }] }, revision);
      expect(kept.options).to.deep.equal({ fallback: [TEXT, { ...known, name: 'renamed' }] });
      expect(live.completeEntry(known)).to.deep.equal(known);
    });

    it('keeps a function that makes texts ready, and lets a word, or another function from code, take its place', async () => {
      const [first, second] = [(text: string) => `1${text}`, (text: string) => `2${text}`];
      start({ prepare: first });
      expect(live.initial.prepare).to.equal(first);
      expect(live.read().options).to.deep.equal({});
      await live.save({ deadline: 2_000 }, live.read().revision);
      expect(applied.at(-1)).to.include({ prepare: first, deadline: 2_000 });
      await live.save({ prepare: 'none' }, live.read().revision);
      expect(applied.at(-1)).to.have.property('prepare', 'none');
      live.reconfigure({ prepare: second });
      expect(applied.at(-1)).to.have.property('prepare', second);
      live.reconfigure({});
      expect(applied.at(-1)).to.have.property('prepare', 'markdown');
    });

    it('keeps an object of the program’s when its place changes, and brings it back', async () => {
      const own = speaker('own');
      start({ fallback: [own, TEXT] });
      const { revision } = await live.save({ fallback: [TEXT, { type: 'custom', name: 'own' }] }, live.read().revision);
      expect(applied.at(-1)?.fallback[1]).to.have.property('provider', own);
      const without = await live.save({ fallback: [TEXT] }, revision);
      await live.undo(without.revision);
      expect(applied.at(-1)?.fallback[1]).to.have.property('provider', own);
    });

    it('takes options from code, with new objects, and refuses what cannot change', () => {
      const other = speaker('other');
      start({ fallback: [speaker('own')], logger: console });
      live.reconfigure({ fallback: [other], deadline: 9_000 });
      expect(applied[0]?.fallback[0]).to.have.property('provider', other);
      expect(applied[0]).to.include({ deadline: 9_000, logger: console });
      expect(events[0]).to.deep.include({ origin: 'code', problem: null });
      expect(() => {
        live.reconfigure({ logger: { ...console } });
      }).to.throw(SpeechOptionsError, /logger: this cannot change/);
      expect(() => {
        live.reconfigure({ fallback: [{ name: 'own', synthesise: () => undefined }] });
      }).to.throw(SpeechOptionsError, /fallback\[0\]\.type: expected "remote"/);
      for (const options of [5, true, [], 'x']) {
        expect(() => {
          live.reconfigure(options);
        }, JSON.stringify(options)).to.throw(SpeechOptionsError, /expected an object/);
      }
      live.reconfigure(undefined);
      expect(applied[1]?.fallback.map(({ type }) => type)).to.deep.equal(['local', 'text']);
    });
  });

  it('takes the register that it has, in an object that was made anew', () => {
    const register = new Registry();
    start({ metrics: { register } });
    live.reconfigure({ metrics: { register }, deadline: 9_000 });
    expect(applied[0]).to.include({ deadline: 9_000 });
    expect(() => {
      live.reconfigure({ metrics: { register: new Registry() } });
    }).to.throw(SpeechOptionsError, /metrics: this cannot change/);
  });

  describe('with a file', () => {
    it('begins with what the file says, on top of what code says', () => {
      writeFile({
        $schema: 'https://example/schema.json',
        deadline: 3_000,
        fallback: [TEXT, { type: 'custom', name: 'own' }],
      });
      start({ configFile, deadline: 1_000, maxInput: 100, fallback: [speaker('own')] });
      expect(live.initial).to.include({ deadline: 3_000, maxInput: 100 });
      expect(live.initial.fallback.map(({ type }) => type)).to.deep.equal(['text', 'custom']);
      expect(live.read().persistence).to.equal('file');
    });

    it('begins without one, and makes it with the first change', async () => {
      start({ configFile, deadline: 1_000 });
      await live.save({ deadline: 2_000 }, live.read().revision);
      expect(JSON.parse(readFileSync(configFile, 'utf8'))).to.deep.equal({ deadline: 2_000 });
    });

    it('does not begin with one that cannot be used, and says where', () => {
      start({});
      const texts: [string, RegExp][] = [
        ['{ "deadline": 0 }', /deadline: expected a whole number of milliseconds/],
        ['{\n  "apiKey": sk-secret }', /the file is not JSON: see line 2, column 13/],
        ['[]', /the file must have an object/],
        ['{ "configFile": "x" }', /configFile: this can be given in code only/],
      ];
      for (const [text, message] of texts) {
        writeFile(text);
        const act = (): unknown => new ConfigStore({ configFile }, { clock, apply: fail, notify: fail });
        expect(act, text).to.throw(SpeechOptionsError, message);
        expect(act, text).not.to.throw(/secret/);
      }
    });

    it('takes a file that changes, refuses a bad one with the reason, and takes the next good one', async () => {
      writeFile({ deadline: 1_000 });
      start({ configFile });
      const before = live.read();
      writeFile({ deadline: 2_000 });
      await look(() => {
        expect(applied.map(({ deadline }) => deadline)).to.deep.equal([2_000]);
      });
      expect(events[0]).to.deep.include({ origin: 'file', problem: null });
      const good = live.read();
      expect(good.revision).not.to.equal(before.revision);
      writeFile('{ "deadline": "soon" }');
      await look(() => {
        expect(live.read().fileProblem).to.match(/^deadline: expected a whole number/);
      });
      expect(live.read()).to.deep.include({ revision: good.revision, options: { deadline: 2_000 } });
      expect(events[1]).to.deep.equal({ revision: good.revision, origin: 'file', problem: live.read().fileProblem });
      expect(applied).to.have.length(1);
      writeFile({ deadline: 3_000 });
      await look(() => {
        expect(live.read()).to.deep.include({ fileProblem: null, options: { deadline: 3_000 } });
      });
    });

    it('stays as it is when the file is gone, and makes a new one with the next change', async () => {
      writeFile({ deadline: 1_000 });
      start({ configFile });
      await look(() => undefined);
      unlinkSync(configFile);
      await look(() => undefined);
      await eventually(() => {
        expect(clock.pendingTimers).to.equal(1);
      });
      expect(live.read().options).to.deep.equal({ deadline: 1_000 });
      await live.save({ deadline: 2_000 }, live.read().revision);
      expect(JSON.parse(readFileSync(configFile, 'utf8'))).to.deep.equal({ deadline: 2_000 });
    });

    it('loses no change that somebody else made to the file in the meantime', async () => {
      writeFile({ deadline: 1_000 });
      start({ configFile });
      await look(() => undefined);
      const { revision } = live.read();
      writeFile({ deadline: 5_000 });
      expect(await fails(live.save({ deadline: 2_000 }, revision))).to.be.instanceOf(RevisionConflictError);
      expect(JSON.parse(readFileSync(configFile, 'utf8'))).to.deep.equal({ deadline: 5_000 });
      expect(applied).to.deep.equal([]);
      await look(() => {
        expect(live.read().options).to.deep.equal({ deadline: 5_000 });
      });
    });

    it('overwrites nothing that the program sets while the file is written', async () => {
      writeFile({ deadline: 1_000 });
      start({ configFile });
      await look(() => undefined);
      const saving = fails(live.save({ deadline: 2_000 }, live.read().revision));
      // The save has begun, and waits for the disk.
      await Promise.resolve();
      live.reconfigure({ deadline: 9_000, configFile });
      expect(await saving).to.be.instanceOf(RevisionConflictError);
      expect(live.read().options).to.deep.equal({ deadline: 9_000 });
      expect(applied.map(({ deadline }) => deadline)).to.deep.equal([9_000]);
      expect(JSON.parse(readFileSync(configFile, 'utf8'))).to.deep.equal({ deadline: 1_000 });
    });

    it('says no more of a problem that is over, and all the while of one that is not', async () => {
      writeFile('{ "deadline": 0 }');
      const problem = /^deadline: expected/;
      writeFile({ deadline: 1_000 });
      start({ configFile });
      // In its turn, which is behind the first look.
      await live.undo(live.read().revision);
      const turn = async (change: () => void, expected: RegExp | null): Promise<void> => {
        change();
        await look(() => {
          if (expected === null) expect(live.read().fileProblem).to.equal(null);
          else expect(live.read().fileProblem).to.match(expected);
        });
      };
      await turn(() => {
        unlinkSync(configFile);
        mkdirSync(configFile);
      }, /^the file cannot be read: it is not a file$/);
      await turn(() => {
        rmSync(configFile, { recursive: true });
        writeFile({ deadline: 1_000 });
      }, null);
      await turn(() => {
        writeFile('{ "deadline": 0 }');
      }, problem);
      await turn(() => {
        unlinkSync(configFile);
      }, null);
      expect(applied).to.deep.equal([]);
      expect(events.map(({ problem: told }) => told)).to.have.length(2);
    });

    it('warns once of a file that is not there, and again when it has gone', async () => {
      start({ configFile });
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.contain('configFile: there is no file ').and.contain(configFile);
      await look(() => undefined);
      expect(warnings).to.have.length(1);
      writeFile({ deadline: 1_000 });
      await look(() => {
        expect(applied).to.have.length(1);
      });
      unlinkSync(configFile);
      await look(() => {
        expect(warnings).to.have.length(2);
      });
      expect(warnings[1]).to.equal(warnings[0]);
    });

    it('warns of what is hardly meant when it comes up, and not with each change', () => {
      const behind = [TEXT, { type: 'local', health: false }];
      start({ fallback: behind });
      live.reconfigure({ fallback: behind, deadline: 2_000 });
      live.reconfigure({ fallback: [TEXT] });
      live.reconfigure({ fallback: behind });
      expect(warnings).to.have.length(2);
      expect(warnings[0]).to.match(/^fallback\[0\]: a text entry always answers/);
    });

    it('does not begin with what is no file, and says so as of an option', () => {
      mkdirSync(configFile);
      expect(() => start({ configFile })).to.throw(
        SpeechOptionsError,
        'configFile: the file cannot be read: it is not a file',
      );
    });

    it('uses its own change once, though it sees the file change', async () => {
      writeFile({ deadline: 1_000 });
      start({ configFile });
      await live.save({ deadline: 2_000 }, live.read().revision);
      await look(() => undefined);
      await look(() => undefined);
      expect(applied).to.have.length(1);
      expect(live.read().canUndo).to.equal(true);
    });

    it('keeps secrets in the file and shows none', async () => {
      const remote = { type: 'remote', baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'sk-secret' };
      writeFile({ fallback: [remote] });
      start({ configFile });
      const shown: ConfigurationSnapshot = live.read();
      expect(JSON.stringify(shown)).not.to.contain('secret');
      await live.save({ ...shown.options, deadline: 4_000 }, shown.revision);
      expect(JSON.parse(readFileSync(configFile, 'utf8'))).to.deep.equal({ fallback: [remote], deadline: 4_000 });
      expect(live.completeEntry({ ...remote, apiKey: { set: true } })).to.deep.equal(remote);
    });
  });
});

function fail(): void {
  throw new Error('nothing is to be used here');
}
