import { expect } from 'chai';
import { readMp3Header } from '../../lib/audio/frame-header.js';
import { sniffFlac, sniffOpus, sniffWav } from '../../lib/audio/sniff-containers.js';
import { sniffAac, sniffMp3, sniffNoFrames } from '../../lib/audio/sniff-frames.js';
import type { Sniffed } from '../../lib/audio/sniffed.js';
import { soundIn } from '../support/audio.js';

type Bytes = readonly number[];

const letters = (word: string): Bytes => [...Buffer.from(word, 'latin1')];
const zeros = (count: number): Bytes => Array.from({ length: count }, () => 0);

/** 128 kbit/s at 44,100 Hz; and 24 bytes in all. */
const MP3 = [0xff, 0xfb, 0x90, 0x00];
const SHORT_MP3 = [0xff, 0xf3, 0x14, 0xc0];
/** 200 bytes without a checksum, the same with one, and a header with nothing behind it. */
const ADTS = [0xff, 0xf1, 0x58, 0x40, 0x19, 0x1f, 0xfd];
const CHECKED_ADTS = [0xff, 0xf0, 0x58, 0x40, 0x19, 0x1f, 0xfd];
const BARE_ADTS = [0xff, 0xf1, 0x58, 0x40, 0x00, 0xff, 0xfc];

const FIRST = 2;
const page = (flags: number, lacings: Bytes, payload: Bytes): Bytes => [
  ...letters('OggS'),
  0,
  flags,
  ...zeros(20),
  lacings.length,
  ...lacings,
  ...payload,
];
const HEAD = page(FIRST, [19], [...letters('OpusHead'), ...zeros(11)]);
const TAGS = page(0, [16], [...letters('OpusTags'), ...zeros(8)]);
const LONG_TAGS = [page(0, [255], [...letters('OpusTags'), ...zeros(247)]), page(1, [10], zeros(10))].flat();
/** The header of WAV whose sound has no stated size; a file of it, of which nothing has come but that; and a chunk. */
const OPEN_WAV = [
  ...letters('RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0'),
  ...[0xc0, 0x5d, 0, 0, 0x80, 0xbb, 0, 0, 2, 0, 16, 0],
  ...letters('data\xff\xff\xff\xff'),
];
const SIZED_WAV = [...letters('RIFF'), 136, 0, 0, 0, ...OPEN_WAV.slice(8, 40), 100, 0, 0, 0];
const FACT = [...letters('fact'), 4, 0, 0, 0, 9, 9, 9, 9];
const FLAC = [...letters('fLaC'), 0x80, 0, 0, 2, 1, 1];

interface Row {
  readonly what: string;
  readonly bytes: Bytes;
  readonly is: Sniffed;
}

const mp3 = soundIn('mp3');
const infoAt = mp3.lastIndexOf(0xff, mp3.indexOf('Info'));
const info = mp3.subarray(infoAt, infoAt + (readMp3Header(mp3, infoAt)?.length ?? 0));

const TABLE: readonly [name: string, sniff: (bytes: Uint8Array) => Sniffed, rows: readonly Row[]][] = [
  [
    'MP3',
    sniffMp3,
    [
      { what: 'nothing', bytes: [], is: 'need-more' },
      { what: 'another beginning', bytes: [0xfe], is: 'not-audio' },
      { what: 'one byte', bytes: MP3.slice(0, 1), is: 'need-more' },
      { what: 'three bytes', bytes: MP3.slice(0, 3), is: 'need-more' },
      { what: 'a header that is none', bytes: [0xff, 0xfb, 0xf0, 0x00], is: 'not-audio' },
      { what: 'a header', bytes: MP3, is: 'need-more' },
      { what: 'less than has its mark', bytes: [...MP3, ...zeros(39)], is: 'need-more' },
      { what: 'what has its mark', bytes: [...MP3, ...zeros(40)], is: 'valid' },
      { what: 'less than a short frame', bytes: [...SHORT_MP3, ...zeros(19)], is: 'need-more' },
      { what: 'a short frame', bytes: [...SHORT_MP3, ...zeros(20)], is: 'valid' },
      { what: 'the frame that describes', bytes: [...info], is: 'need-more' },
      { what: 'that, and something else', bytes: [...info, 0x00], is: 'need-more' },
      { what: 'that, and no header', bytes: [...info, 0xff, 0xfb, 0xf0, 0x00], is: 'need-more' },
      { what: 'that, and a frame', bytes: [...info, ...SHORT_MP3, ...zeros(20)], is: 'valid' },
      { what: 'half a tag', bytes: letters('ID3'), is: 'need-more' },
    ],
  ],
  [
    'ADTS',
    sniffAac,
    [
      { what: 'nothing', bytes: [], is: 'need-more' },
      { what: 'another beginning', bytes: [0xfe], is: 'not-audio' },
      { what: 'one byte', bytes: [0xff], is: 'need-more' },
      { what: 'a layer, as MP3 has it', bytes: [0xff, 0xf3], is: 'not-audio' },
      { what: 'two bytes', bytes: ADTS.slice(0, 2), is: 'need-more' },
      { what: 'a rate that there is not', bytes: [0xff, 0xf1, 0x74], is: 'not-audio' },
      { what: 'the last rate that there is', bytes: [0xff, 0xf1, 0x70], is: 'need-more' },
      { what: 'half a header', bytes: ADTS.slice(0, 6), is: 'need-more' },
      { what: 'a header', bytes: ADTS, is: 'need-more' },
      { what: 'a header and a byte', bytes: [...ADTS, 0], is: 'valid' },
      { what: 'a header and half its checksum', bytes: [...CHECKED_ADTS, 0], is: 'need-more' },
      { what: 'a header and its checksum', bytes: [...CHECKED_ADTS, 0, 0], is: 'need-more' },
      { what: 'that and a byte', bytes: [...CHECKED_ADTS, 0, 0, 0], is: 'valid' },
      { what: 'less than itself', bytes: ADTS.with(4, 0).with(5, 0xdf), is: 'not-audio' },
      { what: 'a header with nothing in it', bytes: BARE_ADTS, is: 'need-more' },
      { what: 'that, and something else', bytes: [...BARE_ADTS, 1], is: 'need-more' },
      { what: 'two of them', bytes: [...BARE_ADTS, ...BARE_ADTS], is: 'need-more' },
      { what: 'two of them and a frame', bytes: [...BARE_ADTS, ...BARE_ADTS, ...ADTS, 0], is: 'valid' },
      { what: 'half a tag', bytes: letters('ID3'), is: 'need-more' },
    ],
  ],
  [
    'FLAC',
    sniffFlac,
    [
      { what: 'half its mark', bytes: letters('fL'), is: 'need-more' },
      { what: 'another mark', bytes: letters('fLx'), is: 'not-audio' },
      { what: 'its mark', bytes: letters('fLaC'), is: 'need-more' },
      { what: 'half a block', bytes: FLAC.slice(0, 9), is: 'need-more' },
      { what: 'its blocks', bytes: FLAC, is: 'need-more' },
      { what: 'something else behind them', bytes: [...FLAC, 0xfe], is: 'not-audio' },
      { what: 'half a code', bytes: [...FLAC, 0xff], is: 'need-more' },
      { what: 'another code', bytes: [...FLAC, 0xff, 0xf4], is: 'not-audio' },
      { what: 'a code', bytes: [...FLAC, 0xff, 0xf8], is: 'need-more' },
      { what: 'a code and a byte', bytes: [...FLAC, 0xff, 0xf8, 0], is: 'valid' },
      {
        what: 'a code behind more than one block',
        bytes: [...letters('fLaC'), 4, 0, 0, 1, 9, 0x80, 0, 0, 0, 0xff, 0xf9, 0],
        is: 'valid',
      },
      { what: 'half a tag', bytes: letters('ID3'), is: 'need-more' },
    ],
  ],
  [
    'Opus',
    sniffOpus,
    [
      { what: 'half a page’s header', bytes: HEAD.slice(0, 26), is: 'need-more' },
      { what: 'another mark', bytes: letters('OggX'), is: 'not-audio' },
      { what: 'a table that has not come', bytes: HEAD.slice(0, 27), is: 'need-more' },
      { what: 'no first page', bytes: TAGS, is: 'not-audio' },
      { what: 'another codec', bytes: page(FIRST, [30], letters('\x01vorbis')), is: 'not-audio' },
      { what: 'its first page', bytes: HEAD, is: 'need-more' },
      { what: 'both of its headers', bytes: [...HEAD, ...TAGS], is: 'need-more' },
      { what: 'a page of sound that has not come', bytes: [...HEAD, ...TAGS, ...page(0, [3], [])], is: 'need-more' },
      { what: 'a byte of sound', bytes: [...HEAD, ...TAGS, ...page(0, [3], [1])], is: 'valid' },
      { what: 'an empty page', bytes: [...HEAD, ...TAGS, ...page(0, [0], []), 0x4f], is: 'need-more' },
      { what: 'tags on two pages', bytes: [...HEAD, ...LONG_TAGS], is: 'need-more' },
      { what: 'sound behind them', bytes: [...HEAD, ...LONG_TAGS, ...page(0, [3], [1])], is: 'valid' },
      { what: 'another stream', bytes: [...HEAD, ...TAGS, ...HEAD, ...TAGS], is: 'need-more' },
      { what: 'another codec behind', bytes: [...HEAD, ...TAGS, ...page(FIRST, [9], zeros(9))], is: 'not-audio' },
    ],
  ],
  [
    'WAV',
    sniffWav,
    [
      { what: 'half a header', bytes: OPEN_WAV.slice(0, 30), is: 'need-more' },
      { what: 'another file', bytes: letters('RIFX'), is: 'not-audio' },
      { what: 'a header that says how much follows', bytes: SIZED_WAV, is: 'need-more' },
      { what: 'that and a byte', bytes: [...SIZED_WAV, 1], is: 'valid' },
      { what: 'a header that does not', bytes: OPEN_WAV, is: 'need-more' },
      { what: 'as much as the two sizes that may follow one', bytes: [...OPEN_WAV, ...zeros(8)], is: 'need-more' },
      { what: 'more than that', bytes: [...OPEN_WAV, ...zeros(9)], is: 'valid' },
      { what: 'a chunk where its sound should be', bytes: [...OPEN_WAV, ...FACT], is: 'need-more' },
      { what: 'half a chunk there', bytes: [...OPEN_WAV, ...FACT.slice(0, 9)], is: 'need-more' },
      { what: 'sound behind that', bytes: [...OPEN_WAV, ...FACT, ...zeros(9)], is: 'valid' },
      { what: 'another file there', bytes: [...OPEN_WAV, ...OPEN_WAV], is: 'need-more' },
      { what: 'the beginning of one', bytes: [...OPEN_WAV, ...OPEN_WAV.slice(0, 11)], is: 'need-more' },
      { what: 'sound in the second', bytes: [...OPEN_WAV, ...OPEN_WAV, ...zeros(9)], is: 'valid' },
      { what: 'sound in a second that is sized', bytes: [...OPEN_WAV, ...SIZED_WAV, 1], is: 'valid' },
    ],
  ],
  [
    'no frames',
    sniffNoFrames,
    [
      { what: 'no header', bytes: zeros(10), is: 'valid' },
      { what: 'a header alone', bytes: SHORT_MP3, is: 'need-more' },
      { what: 'less than a second header', bytes: [...SHORT_MP3, ...zeros(26)], is: 'need-more' },
      { what: 'none where it would be', bytes: [...SHORT_MP3, ...zeros(27)], is: 'valid' },
      { what: 'two headers', bytes: [...SHORT_MP3, ...zeros(20), ...SHORT_MP3, 0, 0, 0], is: 'not-audio' },
      { what: 'two of ADTS', bytes: [...ADTS, ...zeros(193), ...ADTS], is: 'not-audio' },
    ],
  ],
];

describe('the first bytes of sound', () => {
  for (const [name, sniff, rows] of TABLE) {
    for (const { what, bytes, is } of rows) {
      it(`are ${is} of ${name} where there is ${what}`, () => {
        expect(sniff(Uint8Array.from(bytes))).to.equal(is);
      });
    }
  }
});
