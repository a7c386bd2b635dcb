import { Readable } from 'node:stream';
import { expect } from 'chai';
import { SpeechError, SpeechOptionsError, type SpeechProvider } from '../../lib/index.js';
import { verifyEntry } from '../../lib/verify/verify.js';
import { PCM, pcm, provider } from '../support/fake-provider.js';
import { codeOf, hintOf, outline, Stand } from './stand.js';

const signal = new AbortController().signal;

describe('verifying an entry that is no remote', () => {
  let stand: Stand;

  beforeEach(async () => {
    stand = await Stand.build();
  });

  afterEach(() => stand.clear());

  describe('text', () => {
    it('is well at once', async () => {
      const result = await verifyEntry({ type: 'text' }, { signal });
      expect(outline(result)).to.deep.equal(['speak ok']);
      expect(result.ok).to.equal(true);
      expect(result).not.to.have.property('found');
    });
  });

  describe('local', () => {
    it('speaks, and ends its worker', async () => {
      const result = await verifyEntry({ type: 'local', workers: 1 }, { signal });
      expect(outline(result)).to.deep.equal(['speak ok']);
      expect(result.found?.formats).to.deep.equal(['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm']);
      expect(result.found?.voices).not.to.have.length(0);
      expect(result.found?.firstByte).to.be.a('number');
      expect(result.steps[0]).not.to.have.property('hint');
    });

    it('names the voice that was probably meant', async () => {
      const { found } = await verifyEntry({ type: 'local', workers: 1 }, { signal });
      const [known = ''] = found?.voices ?? [];
      const voice = `${known}x`;
      const result = await verifyEntry({ type: 'local', workers: 1, voice }, { signal });
      expect(hintOf(result, 'speak')).to.equal(
        `another voice spoke, as there is no "${voice}"; did you mean "${known}"?`,
      );
    });

    it('says that a program is missing', async () => {
      const entry = { type: 'local', workers: 1, command: { program: '/nonexistent/synthesiser' } };
      const result = await verifyEntry(entry, { signal });
      expect(outline(result)).to.deep.equal(['speak engine_failed']);
      expect(hintOf(result, 'speak')).to.match(/that the program is installed$/);
      expect(hintOf(result, 'speak')).not.to.include('nonexistent');
    });

    it('has an end', async () => {
      const entry = { type: 'local', workers: 1, command: { program: 'sleep', args: ['600'] } };
      const result = await verifyEntry(entry, { signal, limit: 300 });
      expect(outline(result)).to.deep.equal(['speak timeout.total']);
      expect(hintOf(result, 'speak')).to.match(/did not speak in time/);
    });
  });

  describe('a provider of the user’s own', () => {
    it('is asked to speak and left open', async () => {
      let isClosed = false;
      const own: SpeechProvider = {
        ...provider('own', () => Promise.resolve(pcm(Readable.from([PCM])))),
        capabilities: { formats: ['pcm'] },
        voices: () => Promise.resolve([{ id: 'a', name: 'A' }]),
        close() {
          isClosed = true;
        },
      };
      const result = await verifyEntry(own, { signal });
      expect(outline(result)).to.deep.equal(['speak ok']);
      expect(result.found).to.deep.include({ formats: ['pcm'], voices: ['a'] });
      expect(isClosed).to.equal(false);
    });

    it('keeps its own place as it is called', async () => {
      class Own implements SpeechProvider {
        readonly name = 'own';
        readonly type = 'test';
        readonly #sound = PCM;
        readonly capabilities = { formats: ['pcm'] } as const;
        synthesize() {
          return Promise.resolve(pcm(Readable.from([this.#sound])));
        }
      }
      expect(outline(await verifyEntry(new Own(), { signal }))).to.deep.equal(['speak ok']);
    });

    it('has to prove its sound', async () => {
      const own = provider('own', () => Promise.resolve(pcm(Readable.from([PCM]))));
      const result = await verifyEntry(own, { signal });
      expect(outline(result), 'mp3 was asked for').to.deep.equal(['speak not_audio']);
    });

    it('is not quoted when it fails', async () => {
      const own = provider('own', () => Promise.reject(new SpeechError('status.500', 'sk-planted')));
      const result = await verifyEntry(own, { signal });
      expect(outline(result)).to.deep.equal(['speak status.500']);
      expect(JSON.stringify(result)).not.to.include('sk-planted');
    });

    it('is given up at the limit although it does not hear its signal', async () => {
      const own = provider('own', () => new Promise(() => undefined));
      expect(outline(await verifyEntry(own, { signal, limit: 50 }))).to.deep.equal(['speak timeout.total']);
    });

    it('is given up when nobody wants to know any more', async () => {
      const leaving = new AbortController();
      const own = provider('own', () => {
        leaving.abort();
        return new Promise(() => undefined);
      });
      expect(await codeOf(verifyEntry(own, { signal: leaving.signal }))).to.equal('aborted');
    });
  });

  it('refuses an entry that cannot be used, with paths that begin in it', async () => {
    const entry = { type: 'remote', baseUrl: 'htp://tts', timeout: { conect: 1 } };
    try {
      await verifyEntry(entry, { signal });
    } catch (error) {
      expect(error).to.be.instanceOf(SpeechOptionsError);
      expect((error as SpeechOptionsError).problems.map(({ path }) => path)).to.deep.equal(['baseUrl', 'timeout']);
      return;
    }
    throw new Error('it was not refused');
  });
});
