import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SPEECH_FORMATS } from '../../../lib/audio/formats.js';
import { silenceOf } from '../../../lib/audio/silence.js';
import { decodingErrors, needsTools, output } from '../../support/tools.js';

const SECONDS = 0.3;
/** Seconds that MP3 and AAC may be longer by: their own delay and the rest of a frame. */
const ENCODED_SILENCE = 0.1;
/** Loudest sample that nobody hears, of 32,767. */
const INAUDIBLE = 2;

describe('the silence that answers text with nothing to pronounce', function () {
  let folder: string;

  before(async function () {
    needsTools(this, 'ffmpeg', 'ffprobe');
    folder = await mkdtemp(join(tmpdir(), 'express-speech-'));
  });

  after(() => rm(folder, { recursive: true }));

  for (const format of SPEECH_FORMATS) {
    it(`is a whole file of ${format}: 24 kHz, one channel, 0.3 s of nothing`, async () => {
      const path = join(folder, `silence.${format}`);
      const raw = join(folder, `${format}.raw`);
      await writeFile(path, silenceOf(format));
      const options = format === 'pcm' ? ['-f', 's16le', '-ar', '24000', '-ac', '1'] : [];
      expect(await decodingErrors(path, options)).to.equal('');
      await output('ffmpeg', ['-v', 'error', ...options, '-i', path, '-f', 's16le', '-ar', '24000', raw]);
      const samples = await readFile(raw);
      const added = format === 'mp3' || format === 'aac' ? ENCODED_SILENCE : 0.001;
      expect(samples.length / 48_000).to.be.within(SECONDS - 0.001, SECONDS + added);
      for (let at = 0; at < samples.length; at += 2) expect(Math.abs(samples.readInt16LE(at))).to.be.at.most(INAUDIBLE);
      if (format === 'pcm') return;
      const shape = ['-v', 'error', '-show_entries', 'stream=sample_rate,channels', '-of', 'csv=p=0', path];
      // Opus is always told as 48 kHz, whatever was packed.
      expect((await output('ffprobe', shape)).stdout.trim()).to.equal(format === 'opus' ? '48000,1' : '24000,1');
    });
  }
});
