import { createMp3Encoder } from 'wasm-media-encoders';

const RATE = 48_000;
/** Kilobits a second: as many as MP3 has, so that few seconds are many bytes. */
const BIT_RATE = 320;

/** Returns seconds of a tone as MP3, 40 KB each. */
export async function longMp3(seconds: number): Promise<Buffer> {
  const lame = await createMp3Encoder();
  lame.configure({ sampleRate: RATE, channels: 1, bitrate: BIT_RATE });
  const second = Float32Array.from({ length: RATE }, (_, index) => 0.1 * Math.sin((index * 2 * Math.PI * 440) / RATE));
  const pieces = Array.from({ length: seconds }, () => Buffer.from(lame.encode([second])));
  return Buffer.concat([...pieces, Buffer.from(lame.finalize())]);
}
