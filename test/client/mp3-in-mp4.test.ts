import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { mp3InMp4 } from '../../lib/client/mp3-in-mp4.js';
import { soundIn } from '../support/audio.js';
import { makeFolder, type Folder } from '../support/folder.js';
import { needsTools, output } from '../support/tools.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** The boxes of a file, with those in them: a name each, and where its content is. */
function boxesIn(bytes: Buffer, prefix = ''): [path: string, content: Buffer][] {
  const found: [string, Buffer][] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = bytes.readUInt32BE(at);
    const path = `${prefix}${bytes.toString('latin1', at + 4, at + 8)}`;
    const content = bytes.subarray(at + 8, at + size);
    found.push([path, content]);
    if (/(?:^|\/)(?:moov|trak|mdia|minf|stbl|mvex|moof|traf)$/.test(path)) found.push(...boxesIn(content, `${path}/`));
    at += size;
  }
  return found;
}

async function* inPiecesOf(size: number, sound: Buffer): AsyncGenerator<Bytes> {
  for (let at = 0; at < sound.length; at += size)
    yield await Promise.resolve(new Uint8Array(sound.subarray(at, at + size)));
}

async function wrap(sound: Buffer, size = 1_000): Promise<Buffer> {
  const pieces: Bytes[] = [];
  for await (const piece of mp3InMp4(inPiecesOf(size, sound))) pieces.push(piece);
  return Buffer.concat(pieces);
}

const soundOf = (file: Buffer): Buffer =>
  Buffer.concat(boxesIn(file).flatMap(([path, content]) => (path === 'mdat' ? [content] : [])));

describe('MP3 in fragmented MP4', () => {
  const mp3 = soundIn('mp3');
  let folder: Folder;

  beforeEach(() => {
    folder = makeFolder();
  });

  afterEach(() => {
    folder.remove();
  });

  it('says first what the track is, and has a fragment for the frames of each piece', async () => {
    const file = await wrap(mp3, 300);
    const paths = boxesIn(file).map(([path]) => path);
    expect(paths.slice(0, 2)).to.deep.equal(['ftyp', 'moov']);
    expect(paths).to.include.members(['moov/trak/mdia/minf/stbl/stsd', 'moov/mvex/trex']);
    const fragments = paths.filter((path) => path === 'moof').length;
    expect(fragments).to.be.above(1);
    expect(paths.filter((path) => path === 'mdat')).to.have.length(fragments);
    const numbers = boxesIn(file).flatMap(([path, content]) => (path === 'moof/mfhd' ? [content.readUInt32BE(4)] : []));
    expect(numbers).to.deep.equal(numbers.map((_, index) => index + 1));
  });

  it('has the same sound, however it is cut, without tag and table', async () => {
    const whole = soundOf(await wrap(mp3, mp3.length));
    expect(whole.length).to.be.above(300);
    expect(whole.toString('latin1')).not.to.match(/ID3|Info|Xing/);
    expect(mp3.includes(whole)).to.equal(true);
    for (const size of [1, 7, 100]) expect(soundOf(await wrap(mp3, size)).equals(whole), String(size)).to.equal(true);
  });

  it('passes over what is between frames, and leaves out half a frame at the end', async () => {
    const whole = soundOf(await wrap(mp3));
    const odd = Buffer.concat([
      Buffer.from('rubbish'),
      mp3.subarray(mp3.indexOf(whole)),
      Buffer.from([0xff, 0xff, 0x00]),
    ]);
    expect(soundOf(await wrap(odd)).equals(whole)).to.equal(true);
    expect(soundOf(await wrap(odd.subarray(0, -10))).length).to.be.below(whole.length);
  });

  it('is nothing where there is no frame', async () => {
    expect(await wrap(Buffer.from('<html>This is no sound.</html>'.repeat(50)))).to.have.length(0);
  });

  it('fails where the sample rate changes', async () => {
    const whole = soundOf(await wrap(mp3));
    const other = Buffer.from(whole);
    // Another index of the sample rate, in the first header.
    other.writeUInt8(((other[2] ?? 0) & 0xf3) | (((other[2] ?? 0) & 0x0c) === 0 ? 0x04 : 0x00), 2);
    const failure: unknown = await wrap(Buffer.concat([whole, other])).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
  });

  it('is decoded to as many samples', async function () {
    needsTools(this, 'ffmpeg');
    writeFileSync(folder.path('a.mp3'), mp3);
    writeFileSync(folder.path('a.mp4'), await wrap(mp3, 100));
    const samples = async (name: string): Promise<number> => {
      const pcm = folder.path(`${name}.pcm`);
      const { stderr } = await output('ffmpeg', ['-v', 'error', '-y', '-i', folder.path(name), '-f', 's16le', pcm]);
      expect(stderr).to.equal('');
      return readFileSync(pcm).length;
    };
    // What the encoder puts before and behind is cut away from the file alone, which says how much that is.
    expect(await samples('a.mp4')).to.be.within(await samples('a.mp3'), (await samples('a.mp3')) + 10_000);
  });
});
