import type { SoundShape } from '../../audio/formats.js';
import { readAdtsHeader, readMp3Header } from '../../audio/frame-header.js';
import { silentAdtsFrame, silentMp3Frame } from '../../audio/silent-frame.js';
import type { Chunk } from './segment-concat.js';

const KINDS = {
  mp3: { make: silentMp3Frame, read: readMp3Header },
  aac: { make: silentAdtsFrame, read: readAdtsHeader },
};

/** Makes frames of silence, as many as last so long. */
export function silentFrames(format: keyof typeof KINDS, shape: SoundShape, seconds: number): Chunk {
  const { make, read } = KINDS[format];
  const frame = make(shape);
  const samples = frame === undefined ? undefined : read(frame)?.samples;
  if (frame === undefined || samples === undefined) return { bytes: new Uint8Array(), seconds: 0 };
  const count = Math.ceil((seconds * shape.sampleRate) / samples);
  return { bytes: Buffer.concat(Array<Uint8Array>(count).fill(frame)), seconds: (count * samples) / shape.sampleRate };
}
