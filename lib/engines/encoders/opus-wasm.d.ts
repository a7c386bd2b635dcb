/**
 * The part of the package that is used here: its WebAssembly, which runs everywhere, in place of the native code that it would
 * rather load. It has types for its main entry alone.
 */
declare module '@evan/opus/wasm/index.mjs' {
  export class Encoder {
    constructor(options: { channels: 1 | 2; sample_rate: number; application: 'voip' | 'audio' });
    /** Sets a value of libopus's, or reads one where none is given. */
    ctl(request: number, value?: number): number;
    /** Encodes 16-bit samples into a packet, a copy. */
    encode(samples: ArrayBufferView): Uint8Array;
    drop(): void;
  }
}
