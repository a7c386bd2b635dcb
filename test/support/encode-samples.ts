import type { SampleEncoding } from '../../lib/engines/signal/samples.js';

/** Writes samples in an encoding, by Node's own writers and the encoding's name. */
export function encodeSamples(samples: readonly number[], encoding: SampleEncoding): Buffer {
  const [, kind, bits, order] = /^([usf])(\d+)(le|be)?$/.exec(encoding) ?? [];
  const width = Number(bits) / 8;
  const bytes = Buffer.alloc(samples.length * width);
  samples.forEach((sample, index) => {
    const at = index * width;
    const isLittle = order === 'le';
    if (kind === 'f' && width === 4) bytes[isLittle ? 'writeFloatLE' : 'writeFloatBE'](sample, at);
    else if (kind === 'f') bytes[isLittle ? 'writeDoubleLE' : 'writeDoubleBE'](sample, at);
    else {
      const most = 2 ** (Number(bits) - 1);
      const value = Math.max(-most, Math.min(most - 1, Math.round(sample * most)));
      if (kind === 'u') bytes.writeUInt8(value + most, at);
      else bytes[isLittle ? 'writeIntLE' : 'writeIntBE'](value, at, width);
    }
  });
  return bytes;
}
