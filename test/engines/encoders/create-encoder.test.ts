import { expect } from 'chai';
import { SPEECH_FORMATS, type SoundShape, type SpeechFormat } from '../../../lib/audio/formats.js';
import { sniffAudio } from '../../../lib/audio/sniff.js';
import { localFormats } from '../../../lib/engines/encoders/create-encoder.js';
import { createEncoder } from '../../support/create-encoder.js';
import { failureOf } from '../../support/provider-conformance.js';
import { toneAt } from '../../support/tone.js';

/** Encodes in pieces of odd lengths, and returns what came of each. */
async function piecesOf(format: SpeechFormat, samples: Float32Array, shape?: SoundShape): Promise<Uint8Array[]> {
  const encoder = await createEncoder(format, samples.length, shape);
  const pieces: Uint8Array[] = [];
  try {
    for (let at = 0; at < samples.length; at += 9_999)
      pieces.push(await encoder.encode(samples.subarray(at, at + 9_999)));
    pieces.push(await encoder.finish());
  } finally {
    encoder.close?.();
  }
  return pieces;
}

const hash = (pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString('base64');

describe('createEncoder', function () {
  this.timeout(30_000);

  it('makes all formats where the optional peer is installed', () => {
    expect(localFormats()).to.have.members([...SPEECH_FORMATS]);
  });

  for (const format of SPEECH_FORMATS) {
    it(`makes ${format} piece by piece, the first of which proves itself`, async () => {
      const pieces = await piecesOf(format, toneAt(24_000, 3));
      expect(sniffAudio(format, pieces[0] ?? new Uint8Array())).to.equal('valid');
      expect(pieces.filter(({ length }) => length > 0).length).to.be.greaterThan(3);
    });

    it(`gives ${format} that stays as it was while others are encoded`, async () => {
      const encoder = await createEncoder(format, 'unknown');
      const first = await encoder.encode(toneAt(24_000, 1));
      const copy = Buffer.from(first);
      await piecesOf(
        format,
        toneAt(24_000, 1).map((sample) => -sample / 2),
      );
      await encoder.encode(toneAt(24_000, 1).map((sample) => sample / 3));
      expect(Buffer.compare(copy, first)).to.equal(0);
      encoder.close?.();
    });
  }

  for (const format of ['opus', 'flac', 'mp3'] as const) {
    it(`gives the same ${format} whether or not others are encoded in turns with it`, async () => {
      const samples = toneAt(24_000, 2);
      const alone = hash(await piecesOf(format, samples));
      const many = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          piecesOf(format, index === 3 ? samples : samples.map((x) => x / (index + 1))),
        ),
      );
      expect(hash(many[3] ?? [])).to.equal(alone);
    });
  }

  const shapes: [SpeechFormat, number, 1 | 2, (bytes: Buffer) => unknown, unknown][] = [
    [
      'wav',
      22_050,
      2,
      (bytes) => [bytes.readUInt16LE(22), bytes.readUInt32LE(24), bytes.readUInt32LE(40)],
      [2, 22_050, 88_200],
    ],
    ['pcm', 22_050, 2, (bytes) => [bytes.length, bytes.readInt16LE(8) - bytes.readInt16LE(10)], [88_200, 0]],
    // MPEG-1 at 44.1 kHz, in two channels; MPEG-2 at 16 kHz, in one.
    [
      'mp3',
      44_100,
      2,
      (bytes) => [(bytes.readUInt8(1) >> 3) & 3, (bytes.readUInt8(2) >> 2) & 3, bytes.readUInt8(3) >> 6 === 3],
      [3, 0, false],
    ],
    [
      'mp3',
      16_000,
      1,
      (bytes) => [(bytes.readUInt8(1) >> 3) & 3, (bytes.readUInt8(2) >> 2) & 3, bytes.readUInt8(3) >> 6 === 3],
      [2, 2, true],
    ],
    // Sample rate index and channels of ADTS.
    ['aac', 44_100, 2, (bytes) => [(bytes.readUInt8(2) >> 2) & 15, (bytes.readUInt16BE(2) >> 6) & 7], [4, 2]],
    ['aac', 22_050, 1, (bytes) => [(bytes.readUInt8(2) >> 2) & 15, (bytes.readUInt16BE(2) >> 6) & 7], [7, 1]],
    ['opus', 48_000, 2, (bytes) => [bytes.readUInt8(37), bytes.readUInt32LE(40)], [2, 48_000]],
    [
      'flac',
      44_100,
      2,
      (bytes) => [bytes.readUIntBE(18, 3) >> 4, (bytes.readUInt8(20) >> 1) & 7, bytes.readUInt32BE(22)],
      [44_100, 1, 44_100],
    ],
  ];
  for (const [format, sampleRate, channels, read, expected] of shapes) {
    it(`makes ${format} at ${sampleRate} Hz with ${channels} channels`, async () => {
      const pieces = await piecesOf(format, toneAt(sampleRate, 1), { sampleRate, channels });
      expect(read(Buffer.concat(pieces))).to.deep.equal(expected);
    });
  }

  it('says that a length is unknown where it is', async () => {
    const flac = Buffer.from(await (await createEncoder('flac', 'unknown')).encode(new Float32Array(5_000)));
    expect(flac.readUInt32BE(22)).to.equal(0);
  });

  it('begins MP3 with sound, and not with a frame about the whole', async () => {
    const [first = new Uint8Array()] = await piecesOf('mp3', toneAt(24_000, 1));
    expect(Buffer.from(first.subarray(0, 192)).toString('latin1')).not.to.match(/Xing|Info/);
  });

  for (const [format, sampleRate] of [
    ['mp3', 7_350],
    ['mp3', 96_000],
    ['aac', 10_000],
    ['opus', 44_100],
    ['flac', 1_048_576],
  ] as const) {
    it(`is unsupported for ${format} at ${sampleRate} Hz`, async () => {
      const failure = await failureOf(createEncoder(format, 'unknown', { sampleRate, channels: 1 }));
      expect(failure.code).to.equal('unsupported');
      expect(failure.message).to.contain(String(sampleRate));
    });
  }
});
