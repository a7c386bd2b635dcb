import { expect } from 'chai';
import { isPackedType, isPcmType, readPcmLayout } from '../../../lib/providers/remote/pcm-layout.js';

const OPTION = { sampleRate: 24_000, channels: 1 };

type Layout = readonly [rate: number, channels: number, encoding: string];

describe('readPcmLayout', () => {
  const types: [type: string, layout: Layout][] = [
    ['audio/pcm', [24_000, 1, 's16le']],
    ['audio/pcm;rate=16000', [16_000, 1, 's16le']],
    ['audio/pcm; rate=44100; channels=1', [44_100, 1, 's16le']],
    ['Audio/PCM ; Rate="22050" ; Channels="2"', [22_050, 2, 's16le']],
    ['audio/pcm;sample_rate=48k', [48_000, 1, 's16le']],
    ['audio/pcm; rate=16kHz; bits=24; endian=big', [16_000, 1, 's24be']],
    ['audio/L16;rate=48000;channels=2', [48_000, 2, 's16le']],
    ['audio/l24; rate=44100', [44_100, 1, 's24le']],
    ['audio/L16;codec=pcm;rate=24000', [24_000, 1, 's16le']],
    ['audio/pcm_s16le', [24_000, 1, 's16le']],
    ['audio/pcm-f32le; rate=22050', [22_050, 1, 'f32le']],
    ['audio/x-pcm;encoding=pcm_s16be', [24_000, 1, 's16be']],
    ['audio/x-raw, format=(string)S16LE, rate=(int)16000, channels=(int)2', [16_000, 2, 's16le']],
    ['audio/x-raw;format=F32LE;rate=48000', [48_000, 1, 'f32le']],
    ['audio/raw; encoding=linear16; sampleRate=8000', [8_000, 1, 's16le']],
    ['audio/pcm;rate=0;channels=nonsense', [24_000, 1, 's16le']],
    ['audio/pcm;rate=400', [24_000, 1, 's16le']],
    ['audio/pcm;bits=13', [24_000, 1, 's16le']],
  ];
  for (const [type, layout] of types) {
    it(`reads ${type}`, () => {
      const { sampleRate, channels, encoding } = readPcmLayout({ 'content-type': type }, OPTION);
      expect([sampleRate, channels, encoding]).to.deep.equal(layout);
      expect(isPcmType(type)).to.equal(true);
    });
  }

  it('reads headers that servers make up for it, behind what the type says', () => {
    const headers: [Record<string, string>, number, number][] = [
      [{ 'x-audio-sample-rate': '44100' }, 44_100, 1],
      [{ 'x-sample-rate': '16000', 'x-channels': '2' }, 16_000, 2],
      [{ 'x-audio-rate': '22050', 'x-audio-channels': '2' }, 22_050, 2],
      [{ 'content-type': 'audio/pcm;rate=48000', 'x-sample-rate': '16000' }, 48_000, 1],
    ];
    for (const [given, rate, channels] of headers) {
      expect(readPcmLayout(given, OPTION)).to.include({ sampleRate: rate, channels });
    }
  });

  it('takes from the option what no header says', () => {
    const option = { sampleRate: 22_050, channels: 2 };
    expect(readPcmLayout({ 'content-type': 'audio/pcm_s16le' }, option)).to.include(option);
    expect(readPcmLayout({ 'content-type': 'audio/pcm;rate=8000' }, option)).to.include({
      sampleRate: 8_000,
      channels: 2,
    });
    expect(readPcmLayout({}, option)).to.include(option);
  });

  it('doubts the order of bytes only where the type alone is to say it', () => {
    const isDoubtful = (type: string): boolean => readPcmLayout({ 'content-type': type }, OPTION).isOrderDoubtful;
    expect(['audio/L16;rate=48000', 'audio/l24'].map(isDoubtful)).to.deep.equal([true, true]);
    const sure = ['audio/pcm', 'audio/L16;endian=little', 'audio/L16;format=S16LE', 'audio/pcm_s16be', 'audio/x-raw'];
    expect(sure.map(isDoubtful)).to.deep.equal(sure.map(() => false));
  });

  it('takes no other type for one of bare samples', () => {
    for (const type of ['audio/mpeg', 'audio/wav', 'audio/basic', 'audio/l', 'text/pcm', '', undefined]) {
      expect(isPcmType(type), type).to.equal(false);
    }
  });

  it('tells samples that are packed, which would be loud noise as plain ones', () => {
    for (const type of [
      'audio/basic',
      'audio/PCMU;rate=8000',
      'audio/pcma',
      'audio/x-mulaw',
      'audio/G722',
      'audio/pcm; codec=mulaw',
    ])
      expect(isPackedType(type), type).to.equal(true);
    for (const type of [
      'audio/pcm;rate=16000',
      'audio/L16',
      'audio/pcm_s16le',
      'audio/mpeg',
      'audio/pcm;encoding=s16le',
      undefined,
    ])
      expect(isPackedType(type), String(type)).to.equal(false);
  });
});
