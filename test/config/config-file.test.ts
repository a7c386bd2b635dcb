import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { expect } from 'chai';
import { FileChangedError, fingerprint, ConfigFile } from '../../lib/config/config-file.js';
import { eventually } from '../faults/eventually.js';
import { FakeClock } from '../support/fake-clock.js';
import { makeFolder, type Folder } from '../support/folder.js';

describe('TextFile', () => {
  let folder: Folder;
  let path: string;
  let clock: FakeClock;
  let file: ConfigFile;

  beforeEach(() => {
    folder = makeFolder();
    path = folder.path('speech.json');
    clock = new FakeClock();
    file = new ConfigFile(path, clock);
  });
  afterEach(() => {
    file.stop();
    folder.remove();
  });

  const refused = async (writing: Promise<void>): Promise<unknown> =>
    writing.then(
      () => undefined,
      (error: unknown) => error,
    );

  describe('write', () => {
    it('makes a file that is for its owner alone, and leaves nothing beside it', async () => {
      expect(file.readNow()).to.equal(undefined);
      await file.write('one', undefined);
      expect(file.readNow()).to.equal('one');
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      expect(readdirSync(folder.path('.'))).to.deep.equal(['speech.json']);
    });

    it('keeps the mode of a file that is there', async () => {
      writeFileSync(path, 'one');
      chmodSync(path, 0o640);
      await file.write('two', 'one');
      expect(statSync(path).mode & 0o777).to.equal(0o640);
    });

    it('writes through a link, which stays one', async () => {
      writeFileSync(folder.path('real.json'), 'one');
      symlinkSync('real.json', path);
      await file.write('two', 'one');
      expect(readFileSync(folder.path('real.json'), 'utf8')).to.equal('two');
      expect(readdirSync(folder.path('.')).sort()).to.deep.equal(['real.json', 'speech.json']);
    });

    it('refuses to replace what it does not expect, and leaves it as it is', async () => {
      writeFileSync(path, 'theirs');
      expect(await refused(file.write('ours', 'before'))).to.be.instanceOf(FileChangedError);
      expect(await refused(file.write('ours', undefined))).to.be.instanceOf(FileChangedError);
      expect(file.readNow()).to.equal('theirs');
      expect(readdirSync(folder.path('.'))).to.deep.equal(['speech.json']);
    });

    it('lets one of many writers through that saw the same text', async () => {
      writeFileSync(path, 'before');
      const writers = Array.from({ length: 20 }, (_, index) =>
        new ConfigFile(path, clock).write(String(index), 'before'),
      );
      const results = await Promise.allSettled(writers);
      const winner = results.findIndex(({ status }) => status === 'fulfilled');
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      expect(file.readNow()).to.equal(String(winner));
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).to.be.instanceOf(FileChangedError);
      }
    });

    it('waits for no pipe that came in its place', async () => {
      execFileSync('mkfifo', [path]);
      expect(String(await refused(file.write('two', 'one')))).to.contain('it is not a file');
      expect(readdirSync(folder.path('.'))).to.deep.equal(['speech.json']);
    });

    it('waits for nobody who died while writing', async () => {
      writeFileSync(path, 'one');
      writeFileSync(`${path}.tmp`, 'half of');
      expect(await refused(file.write('two', 'one'))).to.be.instanceOf(FileChangedError);
      const longAgo = new Date(Date.now() - 11_000);
      utimesSync(`${path}.tmp`, longAgo, longAgo);
      await file.write('two', 'one');
      expect(file.readNow()).to.equal('two');
    });
  });

  describe('watch', () => {
    let seen: (string | undefined)[];
    let reading: Promise<void>;

    beforeEach(async () => {
      writeFileSync(path, 'one');
      seen = [];
      reading = Promise.resolve();
      file.watch(() => {
        reading = reading.then(async () => {
          seen.push(await file.read());
        });
      });
      await nextLook();
      expect(seen).to.deep.equal(['one']);
    });

    /** Waits until the look under way has ended, which asks the real disk. */
    async function nextLook(): Promise<void> {
      await eventually(() => {
        expect(clock.pendingTimers).to.equal(1);
      });
      await reading;
    }

    async function look(): Promise<void> {
      await clock.advance(1_000);
      await nextLook();
    }

    it('tells of a write, of a rename over the file and of its end, once each', async () => {
      await look();
      expect(seen).to.deep.equal(['one']);
      writeFileSync(path, 'two');
      await look();
      await look();
      expect(seen).to.deep.equal(['one', 'two']);
      writeFileSync(folder.path('other'), 'three');
      renameSync(folder.path('other'), path);
      await look();
      expect(seen).to.deep.equal(['one', 'two', 'three']);
      unlinkSync(path);
      await look();
      await look();
      expect(seen).to.deep.equal(['one', 'two', 'three', undefined]);
    });

    it('tells of a link that leads somewhere else, as Kubernetes swaps them', async () => {
      unlinkSync(path);
      writeFileSync(folder.path('a'), 'from a');
      writeFileSync(folder.path('b'), 'from b');
      symlinkSync('a', path);
      await look();
      unlinkSync(path);
      symlinkSync('b', path);
      await look();
      expect(seen).to.deep.equal(['one', 'from a', 'from b']);
    });

    it('holds no timer once it has been stopped', () => {
      file.stop();
      expect(clock.pendingTimers).to.equal(0);
    });
  });

  it('reads no pipe, which would never end, no folder and nothing huge', async () => {
    const refusals = [
      [(): unknown => execFileSync('mkfifo', [path]), 'it is not a file'],
      [(): unknown => mkdirSync(path, { recursive: true }), 'it is not a file'],
      [(): unknown => execFileSync('truncate', ['--size=1048577', path]), 'it is larger than 1048576 bytes'],
    ] as const;
    for (const [make, message] of refusals) {
      make();
      expect(() => file.readNow()).to.throw(message);
      expect(String(await file.read().catch((error: unknown) => error))).to.contain(message);
      rmSync(path, { recursive: true });
    }
  });

  it('names texts by what is in them', () => {
    expect(fingerprint('one'))
      .to.equal(fingerprint('one'))
      .and.to.match(/^[0-9a-f]{16}$/);
    expect(fingerprint('one')).not.to.equal(fingerprint('two'));
  });
});
