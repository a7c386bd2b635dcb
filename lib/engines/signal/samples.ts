/** Encodings of samples, by the names that ffmpeg gives them: sign, bits, and which byte comes first. */
export const SAMPLE_ENCODINGS = [
  'u8',
  's8',
  's16le',
  's16be',
  's24le',
  's24be',
  's32le',
  's32be',
  'f32le',
  'f32be',
  'f64le',
  'f64be',
] as const;

export type SampleEncoding = (typeof SAMPLE_ENCODINGS)[number];

interface SampleCoding {
  readonly bytes: number;
  /** Reads a sample from -1 to 1; what a float says beyond that is left to the reader of all. */
  readonly read: (view: DataView, at: number) => number;
}

const CODINGS: Readonly<Record<SampleEncoding, SampleCoding>> = {
  u8: { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 },
  s8: { bytes: 1, read: (view, at) => view.getInt8(at) / 128 },
  s16le: { bytes: 2, read: (view, at) => view.getInt16(at, true) / 32_768 },
  s16be: { bytes: 2, read: (view, at) => view.getInt16(at) / 32_768 },
  s24le: { bytes: 3, read: (view, at) => (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 8_388_608 },
  s24be: { bytes: 3, read: (view, at) => (view.getInt16(at) * 256 + view.getUint8(at + 2)) / 8_388_608 },
  s32le: { bytes: 4, read: (view, at) => view.getInt32(at, true) / 2_147_483_648 },
  s32be: { bytes: 4, read: (view, at) => view.getInt32(at) / 2_147_483_648 },
  f32le: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  f32be: { bytes: 4, read: (view, at) => view.getFloat32(at) },
  f64le: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  f64be: { bytes: 8, read: (view, at) => view.getFloat64(at) },
};

/** Returns how many bytes one sample takes. */
export function sampleSize(encoding: SampleEncoding): number {
  return CODINGS[encoding].bytes;
}

/** Reads whole frames of samples, mixing channels into one. What is left of a frame at the end is left out. */
export function readSamples(bytes: Uint8Array, encoding: SampleEncoding, channels: number): Float32Array {
  const { bytes: width, read } = CODINGS[encoding];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Float32Array(Math.floor(bytes.length / (width * channels)));
  for (let index = 0; index < samples.length; index += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += read(view, (index * channels + channel) * width);
    samples[index] = sum / channels;
  }
  return samples;
}

/** Puts samples one behind the other. */
export function joinSamples(pieces: readonly Float32Array[]): Float32Array {
  const [only = new Float32Array()] = pieces;
  if (pieces.length <= 1) return only;
  const samples = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    samples.set(piece, at);
    at += piece.length;
  }
  return samples;
}
