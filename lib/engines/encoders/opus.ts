import { Encoder as Libopus } from '@evan/opus/wasm/index.mjs';
import type { SoundShape } from '../../audio/formats.js';
import { oggPage } from '../../audio/ogg-page.js';
import { OPUS_CLOCK, opusHeaders } from '../../audio/opus-packet.js';
import { SpeechError } from '../../speech/error.js';
import type { Encoder } from './encoder.js';
import { toInt16 } from './pcm.js';

/** Hertz that Opus has. */
const SAMPLE_RATES = [8_000, 12_000, 16_000, 24_000, 48_000];
/** Packets a second: libopus's usual. */
const PACKETS = 50;
/** Most packets of a page: not a second of sound, which is what players want at the most, and never too many segments. */
const MOST_PACKETS = 40;
/** There is one stream, and the same sound is to be the same bytes. */
const SERIAL = 1;
/** Bits a second for one channel: more than speech at 24 kHz can use. */
const BIT_RATE = 32_000;
/** Of 10. The time for it does not count beside the engine's. */
const COMPLEXITY = 5;

/** libopus's own numbers for what can be set (opus_defines.h). */
const SET_BITRATE = 4002;
const SET_COMPLEXITY = 4010;
const GET_LOOKAHEAD = 4027;

/** Makes an encoder of Opus in Ogg. */
export function createOpusEncoder({ sampleRate, channels }: SoundShape): Encoder {
  if (!SAMPLE_RATES.includes(sampleRate)) {
    throw new SpeechError('unsupported', `there is no Opus at ${sampleRate} Hz`);
  }
  const opus = new Libopus({ channels, sample_rate: sampleRate, application: 'voip' });
  opus.ctl(SET_BITRATE, BIT_RATE * channels);
  opus.ctl(SET_COMPLEXITY, COMPLEXITY);
  const lookahead = opus.ctl(GET_LOOKAHEAD);
  const packetLength = sampleRate / PACKETS;
  /** Ticks of Ogg's clock to a sample. */
  const ticks = OPUS_CLOCK / sampleRate;
  /** Samples of a packet that is not full yet. */
  const pending = new Int16Array(packetLength * channels);
  let filled = 0;
  let packets: Uint8Array[] = [];
  let pages: Uint8Array[] = [];
  let sequence = 0;
  let given = 0;
  let encoded = 0;

  function turnPage(position: number, isLast = false): void {
    pages.push(oggPage({ serial: SERIAL, packets, position, sequence, isLast }));
    packets = [];
    sequence += 1;
  }

  function addSample(value: number): void {
    for (let channel = 0; channel < channels; channel += 1) pending[filled * channels + channel] = value;
    filled += 1;
    if (filled < packetLength) return;
    packets.push(opus.encode(pending));
    filled = 0;
    encoded += packetLength;
  }

  function takePages(): Uint8Array {
    const bytes = Buffer.concat(pages);
    pages = [];
    return bytes;
  }

  // Each of the two headers has a page of its own.
  for (const header of opusHeaders({ channels, preSkip: lookahead * ticks, sampleRate, gain: 0 })) {
    packets.push(header);
    turnPage(0);
  }

  return {
    encode(samples) {
      given += samples.length;
      for (const sample of samples) {
        if (packets.length === MOST_PACKETS) turnPage(encoded * ticks);
        addSample(toInt16(sample));
      }
      if (packets.length > 0) turnPage(encoded * ticks);
      return takePages();
    },
    finish() {
      // The decoder is behind by the lookahead, and what is beyond the end it cuts off by the last page's position.
      while (encoded < given + lookahead) addSample(0);
      turnPage((given + lookahead) * ticks, true);
      return takePages();
    },
    close: () => {
      opus.drop();
    },
  };
}
