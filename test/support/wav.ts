/** What a WAV file of the tests says of itself, and what stands around its sound. It is a good one where nothing is said. */
export interface WavParts {
  readonly kind?: 'RIFF' | 'RF64' | 'BW64';
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly bitsPerSample?: number;
  readonly encoding?: number;
  /** Writes the format as an extension has it. */
  readonly isExtensible?: boolean;
  /** What stands where the sizes do; computed where nothing is said. */
  readonly fileSize?: number;
  readonly dataSize?: number;
  /** Sizes of 64 bits, in a chunk `ds64`. */
  readonly largeSizes?: { readonly file: number; readonly data: number };
  readonly before?: readonly Buffer[];
  readonly behind?: readonly Buffer[];
  /** Whether an odd size is filled up. */
  readonly isPadded?: boolean;
}

/** Writes a chunk, filled up to an even size. */
export function wavChunk(name: string, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content as string, 'latin1');
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes, Buffer.alloc(bytes.length % 2)]);
}

/** Writes a WAV file around samples. */
export function wavFile(sound: Uint8Array, parts: WavParts = {}): Buffer {
  const { kind = 'RIFF', before = [], behind = [], isPadded = true, largeSizes } = parts;
  const sizes = Buffer.alloc(28);
  sizes.writeBigUInt64LE(BigInt(largeSizes?.file ?? 0), 0);
  sizes.writeBigUInt64LE(BigInt(largeSizes?.data ?? 0), 8);
  const data = Buffer.from('data\0\0\0\0', 'latin1');
  data.writeUInt32LE(parts.dataSize ?? sound.length, 4);
  const content = Buffer.concat([
    Buffer.from('WAVE'),
    ...(largeSizes === undefined ? [] : [wavChunk('ds64', sizes)]),
    ...before,
    wavChunk('fmt ', formatOf(parts)),
    data,
    sound,
    Buffer.alloc(isPadded ? sound.length % 2 : 0),
    ...behind,
  ]);
  const head = Buffer.alloc(8);
  head.write(kind, 'latin1');
  head.writeUInt32LE(parts.fileSize ?? content.length, 4);
  return Buffer.concat([head, content]);
}

function formatOf({ sampleRate = 24_000, channels = 1, bitsPerSample = 16, ...parts }: WavParts): Buffer {
  const { encoding = 1, isExtensible = false } = parts;
  const format = Buffer.alloc(isExtensible ? 40 : 16);
  format.writeUInt16LE(isExtensible ? 0xfffe : encoding, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(sampleRate, 4);
  format.writeUInt32LE((sampleRate * channels * bitsPerSample) / 8, 8);
  format.writeUInt16LE((channels * bitsPerSample) / 8, 12);
  format.writeUInt16LE(bitsPerSample, 14);
  if (isExtensible) {
    format.writeUInt16LE(22, 16);
    format.writeUInt16LE(bitsPerSample, 18);
    format.writeUInt16LE(encoding, 24);
  }
  return format;
}

/** Samples of a tone, 16 bits each. */
export function toneBytes(seconds: number, { sampleRate = 24_000, channels = 1, hertz = 440 } = {}): Buffer {
  const bytes = Buffer.alloc(Math.round(seconds * sampleRate) * 2 * channels);
  for (let at = 0; at < bytes.length; at += 2) {
    const time = Math.floor(at / 2 / channels) / sampleRate;
    bytes.writeInt16LE(Math.round(12_000 * Math.sin(2 * Math.PI * hertz * time)), at);
  }
  return bytes;
}
