import { expect } from 'chai';
import { readAdtsHeader, readMp3Header } from '../../lib/audio/frame-header.js';
import { silentAdtsFrame, silentMp3Frame } from '../../lib/audio/silent-frame.js';

const MP3_RATES = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
const AAC_RATES = [7_350, ...MP3_RATES, 64_000, 88_200, 96_000];

describe('silent frames', () => {
  for (const [format, make, read, rates] of [
    ['mp3', silentMp3Frame, readMp3Header, MP3_RATES],
    ['aac', silentAdtsFrame, readAdtsHeader, AAC_RATES],
  ] as const) {
    it(`are there for every rate of ${format}, as long as they say`, () => {
      for (const sampleRate of rates) {
        for (const channels of [1, 2] as const) {
          const frame = make({ sampleRate, channels });
          expect(frame && read(frame)).to.include({ sampleRate, channels, length: frame?.length });
        }
      }
      expect(make({ sampleRate: 12_345, channels: 1 })).to.equal(undefined);
    });
  }
});
