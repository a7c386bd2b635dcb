import type { SpeechFormat } from '../../lib/audio/formats.js';
import { readAdtsHeader, readMp3Header } from '../../lib/audio/frame-header.js';
import { soundIn } from '../support/audio.js';
import { flacFrames } from '../support/flac.js';
import { packetsOf, pagesOf } from '../support/ogg.js';
import { must } from './must.js';

/** Up to twice the longest segment each sentence is a call of its own. */
const LONG_SENTENCES = 7;
/** A text that is spoken sentence by sentence. */
export const LONG = Array.from(
  { length: LONG_SENTENCES },
  () => 'It was a bright cold day in April, and the clocks were striking thirteen.',
).join(' ');

/** Quiet between two sentences: 0.2 s at 24 kHz. */
const REST = Buffer.alloc(9_600);
const WAV_HEADER = 44;
const TONE = soundIn('pcm');
const SAMPLES = Buffer.concat(
  Array.from({ length: LONG_SENTENCES }, (_, at) => (at === 0 ? [TONE] : [REST, TONE])).flat(),
);
/** A header that leaves the length open, as nobody knows it yet. */
const OPEN_HEADER = Buffer.from(soundIn('wav').subarray(0, WAV_HEADER));
OPEN_HEADER.writeUInt32LE(0xffffffff, 4);
OPEN_HEADER.writeUInt32LE(0xffffffff, 40);
/** The tag and the frame that describe the file of `soundIn`, which must not stand in the middle of a speech. */
const MP3_DESCRIPTION = 20 + 192;
/** The blocks of the file of `soundIn`, and the one that stands before a long speech. */
const FLAC_DESCRIPTION = soundIn('flac').indexOf(Buffer.from([0xff, 0xf8]));
const FLAC_HEAD = 42;

/** What is sent when the backends of the soak say all they have to say for each sentence; of what is numbered, the sound. */
const WHOLE: Readonly<Record<SpeechFormat, Buffer>> = {
  mp3: times(soundIn('mp3').subarray(MP3_DESCRIPTION)),
  opus: times(opusSound(soundIn('opus'))),
  aac: times(soundIn('aac')),
  flac: times(flacSound(soundIn('flac').subarray(FLAC_DESCRIPTION))),
  pcm: SAMPLES,
  wav: Buffer.concat([OPEN_HEADER, SAMPLES]),
};

const READ_FRAME = { mp3: readMp3Header, aac: readAdtsHeader };

/**
 * Holds the sound of the long text to being whole, whoever spoke its parts.
 *
 * @param trailer who did, or undefined where that was not sent
 */
export function checkLongSound(file: Buffer, format: SpeechFormat, trailer: string | undefined): void {
  const whole = WHOLE[format];
  const sound = format === 'opus' ? opusSound(file) : format === 'flac' ? flacSound(file.subarray(FLAC_HEAD)) : file;
  // What the local engine says instead is longer, and what broke off is said again. Who limits the rate of calls is asked for several
  // sentences at a time, or for all, and the backends say no more for them than for one.
  const rests = format === 'wav' || format === 'pcm' ? (LONG_SENTENCES - 1) * REST.length : 0;
  const least = Math.floor((whole.length - rests) / LONG_SENTENCES);
  must(sound.length >= least, `${sound.length} bytes of ${format} for a long text, of at least ${least}`);
  if (format === 'mp3' || format === 'aac') {
    const end = endOfFrames(sound, READ_FRAME[format]);
    must(end === sound.length, `something else than a frame at byte ${end} of ${sound.length} bytes of ${format}`);
  } else if (format === 'wav' || format === 'pcm') {
    must(sound.length % 2 === 0, 'half a sample');
  }
  if (format === 'wav') must(sound.subarray(0, WAV_HEADER).equals(OPEN_HEADER), 'another header');
  if (trailer === undefined) return;
  must(/^(first|second|local);/.test(trailer), `the trailer ${trailer}`);
  const isUndisturbed = sound.length >= whole.length && !trailer.includes(' in segment') && !trailer.includes('local;');
  if (isUndisturbed)
    must(sound.equals(whole), `${sound.length} bytes of ${format} that no backend sent, of ${trailer}`);
}

/** Takes the packets out of one stream of Ogg, which has to be whole and numbered through. */
function opusSound(file: Buffer): Buffer {
  const pages = pagesOf(file);
  must(
    pages.every(({ sequence }, index) => sequence === index),
    'a page that is not the next',
  );
  must(((pages.at(-1)?.flags ?? 0) & 4) !== 0, 'no last page');
  return Buffer.concat(packetsOf(pages).slice(2));
}

/** Takes what is between headers and sums out of frames, of which nothing may be missing. */
function flacSound(frames: Buffer): Buffer {
  return Buffer.concat(flacFrames(frames).map(({ body }) => body));
}

function times(sound: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: LONG_SENTENCES }, () => sound));
}

function endOfFrames(sound: Buffer, read: typeof readMp3Header): number {
  let at = 0;
  while (at < sound.length) {
    const frame = read(sound, at);
    if (frame === undefined || at + frame.length > sound.length) break;
    at += frame.length;
  }
  return at;
}
