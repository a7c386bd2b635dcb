import { OWN_SHAPE, type SpeechFormat } from '../../audio/formats.js';
import type { Load } from '../worker/load.js';
import { hasAacPeer } from './aac-peer.js';
import type { CreateEncoder, MakeEncoder } from './encoder.js';
import { createPcmEncoder, createWavEncoder } from './pcm.js';

/** An encoder that cannot be loaded: its format is not made here, and others are. */
const UNLOADED = 'unsupported';

/** Each is loaded with the first sound in its format: most workers never make more than one. */
const FORMATS: Readonly<Record<SpeechFormat, (load: Load) => MakeEncoder | Promise<MakeEncoder>>> = {
  mp3: (load) => load('the MP3 encoder', async () => (await import('./mp3.js')).loadMp3Encoder(), UNLOADED),
  opus: async (load) => {
    const { createOpusEncoder } = await load('the Opus encoder', () => import('./opus.js'), UNLOADED);
    return (_, shape) => createOpusEncoder(shape);
  },
  aac: async (load) => {
    const { createAacEncoder } = await load('the AAC encoder', () => import('./aac.js'), UNLOADED);
    return (_, shape) => createAacEncoder(shape, load);
  },
  flac: async (load) => (await load('the FLAC encoder', () => import('./flac.js'), UNLOADED)).createFlacEncoder,
  wav: () => createWavEncoder,
  pcm: () => (_, shape) => createPcmEncoder(shape),
};

/** Lists the formats that can be made on this machine: all, but AAC only where its optional peer is installed. */
export function localFormats(): readonly SpeechFormat[] {
  return hasAacPeer() ? ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'] : ['mp3', 'opus', 'flac', 'wav', 'pcm'];
}

/** Makes what makes the encoders of a thread, each kind of which is loaded once. */
export function createEncoders(load: Load): CreateEncoder {
  const loaded = new Map<SpeechFormat, MakeEncoder>();
  return async (format, length, shape = OWN_SHAPE) => {
    const make = loaded.get(format) ?? (await FORMATS[format](load));
    loaded.set(format, make);
    return make(length, shape);
  };
}
