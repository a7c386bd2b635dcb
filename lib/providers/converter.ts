import type { SoundShape, SpeechFormat } from '../speech/formats.js';
import { SpeechError } from '../speech/error.js';

export interface Converter {
  convert(
    wav: Uint8Array,
    options: { readonly format: SpeechFormat; readonly shape: SoundShape; readonly isLast: boolean },
    signal: AbortSignal,
  ): Promise<Uint8Array>;
  close(): Promise<void>;
}

export function createConverter(): Converter {
  return {
    convert: () => Promise.reject(new SpeechError('unsupported', 'PLACEHOLDER')),
    close: () => Promise.resolve(),
  };
}
