import { randomFillSync } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { WavStream, type WavStreamOptions } from '../../lib/audio/wav-stream.js';
import { SpeechError } from '../../lib/speech/error.js';
import { toneBytes, wavChunk, wavFile, type WavParts } from '../support/wav.js';

const TONE = toneBytes(0.2);
const LIST = wavChunk('LIST', 'INFOISFT\x06\0\0\0Lavf60\0');
const BEXT = wavChunk('bext', Buffer.alloc(602, 'x'));
const FACT = wavChunk('fact', Buffer.from([0, 0, 1, 0]));
const ODD = wavChunk('id3 ', 'ID3\x04\0\0\0\0\0\x01x');
const MORE = wavChunk('data', TONE);
const TWICE = Buffer.concat([TONE, TONE]);
const PICTURE = wavChunk('id3 ', Buffer.alloc(200_001, 7));

interface Read {
  readonly sound: Buffer;
  readonly isStated: boolean;
}

type Options = Omit<WavStreamOptions, 'onSound'>;

function read(body: Uint8Array, cuts: readonly number[] = [], options: Options = {}): Read {
  const sound: Uint8Array[] = [];
  const stream = new WavStream({ ...options, onSound: (bytes) => sound.push(bytes) });
  let from = 0;
  for (const cut of [...cuts].sort((one, other) => one - other)) {
    stream.add(body.subarray(from, cut));
    from = Math.max(from, cut);
  }
  stream.add(body.subarray(from));
  const isStated = stream.end();
  return { sound: Buffer.concat(sound), isStated };
}

function outcome(body: Uint8Array, cuts: readonly number[] = [], options: Options = {}): string {
  try {
    const { sound, isStated } = read(body, cuts, options);
    return `${sound.toString('base64')} ${String(isStated)}`;
  } catch (error) {
    return SpeechError.from(error).code;
  }
}

/** Random bytes, always the same in one test. */
const noise = (length: number): Buffer => randomFillSync(Buffer.alloc(length));

const SIZES = [
  0,
  0x7fffffff,
  0xffffffff,
  2_000_000_000,
  0x40000000,
  1_000_000_000,
  0x80000000,
  0x7fffffff - 36,
  0xffffffff - 36,
  0x7ffff000,
  0x20000000,
];

const FILES: readonly [what: string, body: Buffer, sound?: Buffer][] = [
  ['a file as it should be', wavFile(TONE)],
  ...SIZES.map((size): [string, Buffer] => [
    `a size of sound of ${String(size)}, and one of the file that fits`,
    wavFile(TONE, { dataSize: size, fileSize: (size + 36) % 2 ** 32 }),
  ]),
  ...SIZES.map((size): [string, Buffer] => [
    `${String(size)} in both places`,
    wavFile(TONE, { dataSize: size, fileSize: size }),
  ]),
  ...SIZES.map((size): [string, Buffer] => [
    `a size of the file of ${String(size)}`,
    wavFile(TONE, { fileSize: size }),
  ]),
  ...SIZES.map((size): [string, Buffer] => [
    `a size of the sound of ${String(size)}`,
    wavFile(TONE, { dataSize: size }),
  ]),
  ['two chunks of sound', wavFile(TONE, { behind: [wavChunk('data', TONE)] }), TWICE],
  [
    'three chunks of sound and a list',
    wavFile(TONE, { behind: [MORE, LIST, MORE, ODD] }),
    Buffer.concat([TWICE, TONE]),
  ],
  [
    'a list that is not filled up between two chunks of sound',
    wavFile(TONE, { behind: [ODD.subarray(0, -1), MORE] }),
    TWICE,
  ],
  [
    'an odd chunk of sound that is not filled up before another',
    wavFile(TONE.subarray(0, 4_001), { bitsPerSample: 8, isPadded: false, behind: [MORE] }),
    Buffer.concat([TONE.subarray(0, 4_001), TONE]),
  ],
  [
    'a second chunk of sound that the size of the file leaves out',
    wavFile(TONE, { behind: [MORE], fileSize: TONE.length + 36 }),
    TWICE,
  ],
  [
    'a second chunk of sound whose size is open',
    Buffer.concat([wavFile(TONE), Buffer.from('data\xff\xff\xff\xff', 'latin1'), TONE]),
    TWICE,
  ],
  [
    'two lists behind open sound, the first of which is not filled up',
    wavFile(TONE, { behind: [ODD.subarray(0, -1), LIST], dataSize: 0, fileSize: 0 }),
  ],
  ['a list before the sound that is not filled up', wavFile(TONE, { before: [ODD.subarray(0, -1)] })],
  ['a size of the file that forgets its header', wavFile(TONE, { fileSize: TONE.length })],
  ['a size of the file that is one of all', wavFile(TONE, { fileSize: TONE.length + 44 })],
  ['a size that is short of the sound', wavFile(TONE, { dataSize: 4_800, fileSize: 4_836 })],
  [
    'a size that is short of the sound by a twentieth of a second',
    wavFile(TONE, { dataSize: TONE.length - 2_400, fileSize: 4_836 }),
  ],
  ['the size of its first piece alone', wavFile(TONE, { dataSize: 960, fileSize: 996 })],
  ['chunks before the sound', wavFile(TONE, { before: [LIST, FACT, ODD] })],
  ['chunks before the sound, whose size is open', wavFile(TONE, { before: [LIST, BEXT, ODD], dataSize: 0xffffffff })],
  ['a picture before the sound', wavFile(TONE, { before: [PICTURE] })],
  ['chunks behind the sound', wavFile(TONE, { behind: [LIST, BEXT, ODD] })],
  ['a chunk behind the sound of which nobody knows', wavFile(TONE, { behind: [wavChunk('XYZW', 'abc')] })],
  [
    'chunks behind the sound that the size of the file leaves out',
    wavFile(TONE, { behind: [LIST, ODD], fileSize: TONE.length + 36 }),
  ],
  ['a picture behind the sound', wavFile(TONE, { behind: [PICTURE] })],
  ['a chunk behind open sound', wavFile(TONE, { behind: [LIST], dataSize: 0xffffffff })],
  ['several chunks behind open sound', wavFile(TONE, { behind: [FACT, BEXT, ODD], dataSize: 0, fileSize: 0 })],
  [
    'an odd chunk that is not filled up behind open sound',
    wavFile(TONE, { behind: [ODD.subarray(0, -1)], dataSize: 0 }),
  ],
  ['an empty chunk behind open sound', wavFile(TONE, { behind: [wavChunk('LIST', '')], dataSize: 0 })],
  ['a chunk that was cut behind the sound', wavFile(TONE, { behind: [BEXT.subarray(0, 300)] })],
  ['eight bytes of junk behind the sound', Buffer.concat([wavFile(TONE), noise(8)])],
  ['some junk behind the sound', Buffer.concat([wavFile(TONE), noise(500)])],
  ['much junk behind the sound', Buffer.concat([wavFile(TONE), noise(30_000)])],
  ['zeros behind the sound', Buffer.concat([wavFile(TONE), Buffer.alloc(3_000)])],
  ['zeros of any number behind the sound', Buffer.concat([wavFile(TONE), Buffer.alloc(300_001)])],
  ['what fills up a block behind the sound', Buffer.concat([wavFile(TONE), Buffer.alloc(9_000, 0xaa)])],
  [
    'a size that is short of a long silence and more sound',
    wavFile(Buffer.concat([TONE, Buffer.alloc(9_000), TONE]), { dataSize: TONE.length, fileSize: TONE.length + 36 }),
    Buffer.concat([TONE, Buffer.alloc(9_000), TONE]),
  ],
  [
    'zeros between two files',
    Buffer.concat([wavFile(TONE), Buffer.alloc(5_000), wavFile(TONE)]),
    Buffer.concat([TONE, TONE]),
  ],
  ['text behind the sound', Buffer.concat([wavFile(TONE), Buffer.from('\r\n--boundary--\r\n'.repeat(200))])],
  ['two files in a row', Buffer.concat([wavFile(TONE), wavFile(TONE)]), Buffer.concat([TONE, TONE])],
  [
    'two files of open size in a row',
    Buffer.concat([0, 1].map(() => wavFile(TONE, { dataSize: 0xffffffff, fileSize: 0xffffffff }))),
    Buffer.concat([TONE, TONE]),
  ],
  [
    'an open file and one of a stated size',
    Buffer.concat([wavFile(TONE, { dataSize: 0 }), wavFile(TONE)]),
    Buffer.concat([TONE, TONE]),
  ],
  [
    'files with chunks between them',
    Buffer.concat([wavFile(TONE, { behind: [LIST] }), wavFile(TONE, { before: [ODD], behind: [BEXT] })]),
    Buffer.concat([TONE, TONE]),
  ],
  [
    'open files with chunks between them',
    Buffer.concat([0, 1].map(() => wavFile(TONE, { behind: [LIST, FACT], dataSize: 0 }))),
    Buffer.concat([TONE, TONE]),
  ],
  [
    'files with junk between them',
    Buffer.concat([wavFile(TONE), noise(8), wavFile(TONE), noise(30)]),
    Buffer.concat([TONE, TONE]),
  ],
  ['a file without sound and one with it', Buffer.concat([wavFile(Buffer.alloc(0)), wavFile(TONE)])],
  [
    'files of which one goes on beyond its size',
    Buffer.concat([wavFile(TONE, { dataSize: 960, fileSize: 996 }), wavFile(TONE)]),
    Buffer.concat([TONE, TONE]),
  ],
  [
    'samples of 8 bits, an odd number',
    wavFile(TONE.subarray(1_001, 9_000), { bitsPerSample: 8, behind: [LIST] }),
    TONE.subarray(1_001, 9_000),
  ],
  [
    'an odd number of bytes that is not filled up',
    wavFile(TONE.subarray(1_001, 9_000), { bitsPerSample: 8, behind: [LIST], isPadded: false }),
    TONE.subarray(1_001, 9_000),
  ],
  ['an extensible format', wavFile(TONE, { isExtensible: true })],
  [
    'RF64',
    wavFile(TONE, {
      kind: 'RF64',
      fileSize: 0xffffffff,
      dataSize: 0xffffffff,
      largeSizes: { file: TONE.length + 72, data: TONE.length },
      behind: [LIST],
    }),
  ],
  [
    'BW64 whose large sizes are not known',
    wavFile(TONE, { kind: 'BW64', fileSize: 0xffffffff, dataSize: 0xffffffff, largeSizes: { file: 0, data: 0 } }),
  ],
  [
    'the sizes, written behind it',
    Buffer.concat([wavFile(TONE, { dataSize: 0xffffffff, fileSize: 0xffffffff }), sizesOf(TONE.length)]),
  ],
  ['an error behind open sound', openWith(Buffer.from('\n{"error":"the model has left"}\n'))],
  [
    'a click behind open sound that had died away',
    Buffer.concat([openWith(Buffer.alloc(2_000)), Buffer.from('24e1007e007e24e1', 'hex')]),
    Buffer.concat([TONE, Buffer.alloc(2_000)]),
  ],
];

function sizesOf(sound: number): Buffer {
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32LE(sound + 36, 0);
  sizes.writeUInt32LE(sound, 4);
  return sizes;
}

function openWith(behind: Buffer): Buffer {
  return wavFile(Buffer.concat([TONE, behind]), { dataSize: 0xffffffff, fileSize: 0xffffffff });
}

describe('WavStream', () => {
  for (const [what, body, sound = TONE] of FILES) {
    it(`takes all of the sound and nothing else out of ${what}, however it is cut`, () => {
      expect(read(body).sound.equals(sound), 'the sound').to.equal(true);
      const whole = outcome(body);
      fc.assert(
        fc.property(fc.array(fc.nat(body.length), { maxLength: 12 }), (cuts) => {
          expect(outcome(body, cuts) === whole, 'the same').to.equal(true);
        }),
        { numRuns: 20 },
      );
      const everywhere = Array.from({ length: body.length }, (_, index) => index);
      if (body.length < 40_000) expect(outcome(body, everywhere) === whole, 'byte by byte').to.equal(true);
    });
  }

  it('says what the samples of each file are, before its sound', () => {
    const rates: number[] = [];
    const body = Buffer.concat([wavFile(TONE), wavFile(TONE, { sampleRate: 16_000, isExtensible: true, encoding: 3 })]);
    read(body, [], { onFormat: ({ sampleRate, encoding }) => rates.push(sampleRate, encoding) });
    expect(rates).to.deep.equal([24_000, 1, 16_000, 3]);
  });

  it('believes no size beyond the end of the body, nor one that no speech of the text has', () => {
    const body = wavFile(TONE, { dataSize: 2 * TONE.length, fileSize: 2 * TONE.length + 36 });
    expect(outcome(body)).to.equal('truncated');
    expect(read(body, [], { bodyLength: body.length }).sound.equals(TONE)).to.equal(true);
    expect(read(body, [], { mostSeconds: 0.3 }).sound.equals(TONE)).to.equal(true);
    const second = Buffer.concat([wavFile(TONE), body]);
    expect(read(second, [], { bodyLength: second.length }).sound.length).to.equal(2 * TONE.length);
  });

  it('takes nothing that was cut for whole where its header says how long it is', () => {
    const body = wavFile(TONE.subarray(0, 1_000), { before: [LIST], behind: [LIST] });
    const end = body.length - LIST.length;
    for (let length = 0; length < end; length += 1) {
      expect(outcome(body.subarray(0, length)), String(length)).to.be.oneOf(['truncated', 'empty']);
    }
    for (let length = end; length <= body.length; length += 1) {
      expect(read(body.subarray(0, length)).isStated, String(length)).to.equal(true);
    }
  });

  it('tells an end that is stated in one place from one that is stated in none', () => {
    const ends: [WavParts, boolean][] = [
      [{}, true],
      [{ fileSize: 0 }, true],
      [{ dataSize: 0 }, true],
      [{ dataSize: 0xffffffff, behind: [LIST] }, true],
      [{ dataSize: 0, fileSize: 0 }, false],
      [{ dataSize: 2_000_000_000, fileSize: 2_000_000_036 }, false],
    ];
    for (const [parts, isStated] of ends) {
      const body = wavFile(TONE, parts);
      expect(read(body).isStated, JSON.stringify(parts)).to.equal(isStated);
      if ('fileSize' in parts || 'dataSize' in parts) {
        expect(read(body.subarray(0, 9_000)).isStated, 'a part of it').to.equal(false);
      }
    }
  });

  it('finds no sound where there is only what describes it', () => {
    const nothing = Buffer.alloc(0);
    const bodies = [
      nothing,
      wavFile(nothing).subarray(0, 40),
      wavFile(nothing),
      wavFile(nothing, { dataSize: 0xffffffff, fileSize: 0xffffffff }),
      wavFile(nothing, { behind: [LIST, BEXT] }),
      wavFile(nothing, { dataSize: 0xffffffff, behind: [ODD] }),
      Buffer.concat([wavFile(nothing), wavFile(nothing)]),
      Buffer.concat([wavFile(nothing, { dataSize: 0xffffffff, fileSize: 0xffffffff }), sizesOf(0)]),
    ];
    for (const body of bodies) expect(outcome(body), body.toString('latin1').slice(0, 60)).to.equal('empty');
  });

  it('says of anything else that it is no WAV, and never throws anything but what it says', () => {
    expect(outcome(Buffer.from('this is no sound'))).to.equal('not_audio');
    expect(outcome(Buffer.from('RIFF\x10\0\0\0AVI LIST'))).to.equal('not_audio');
    const start = wavFile(TONE).subarray(0, 60);
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom(start, LIST, BEXT, ODD, FACT, TONE.subarray(0, 300), wavFile(TONE.subarray(0, 50))),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.array(fc.nat(2_000), { maxLength: 5 }), (pieces, cuts) => {
        const body = Buffer.concat(pieces);
        const whole = outcome(body);
        if (!whole.includes(' ')) expect(whole).to.be.oneOf(['not_audio', 'truncated', 'empty']);
        expect(
          outcome(
            body,
            cuts.filter((cut) => cut < body.length),
          ),
        ).to.equal(whole);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes a second chunk of sound that is cut for what is cut', () => {
    const body = wavFile(TONE, { behind: [MORE] });
    for (const less of [1, 1_000, TONE.length - 1]) expect(outcome(body.subarray(0, -less))).to.equal('truncated');
  });

  it('takes no sound for WAV that cannot be as it is described', () => {
    const impossible: [number, number, 'uint16' | 'uint32'][] = [
      ...[0, 12, 255].map((bits): [number, number, 'uint16'] => [34, bits, 'uint16']),
      ...[0, 33, 255, 65_535].map((channels): [number, number, 'uint16'] => [22, channels, 'uint16']),
      ...[0, 1, 2_000_000_000].map((rate): [number, number, 'uint32'] => [24, rate, 'uint32']),
      ...[0, 1, 4].map((block): [number, number, 'uint16'] => [32, block, 'uint16']),
    ];
    for (const [at, value, width] of impossible) {
      const body = wavFile(TONE);
      if (width === 'uint16') body.writeUInt16LE(value, at);
      else body.writeUInt32LE(value, at);
      expect(outcome(body), `${String(value)} at ${String(at)}`).to.equal('not_audio');
      expect(read(Buffer.concat([wavFile(TONE), body])).sound.equals(TONE), 'behind a good one').to.equal(true);
    }
    for (const parts of [{ bitsPerSample: 8 }, { bitsPerSample: 24, channels: 2 }, { sampleRate: 192_000 }]) {
      expect(outcome(wavFile(TONE.subarray(0, 9_600), parts))).to.include(' true');
    }
    expect(outcome(wavFile(TONE, { encoding: 7, bitsPerSample: 8, isExtensible: true })), 'μ-law').to.include(' true');
  });

  it('hands on sound of a stated size as it comes, without a copy', () => {
    const body = wavFile(TONE);
    const sound: Uint8Array[] = [];
    new WavStream({ onSound: (bytes) => sound.push(bytes) }).add(body);
    expect(sound.map(({ buffer }) => buffer)).to.deep.equal([body.buffer]);
  });
});
