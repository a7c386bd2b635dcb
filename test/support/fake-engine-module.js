// Acts as an engine of a user's own. The module's address says how: fake-engine-module.js?how=...&file=...
// What it does is told on the broadcast channel `fake-engine`.
import { existsSync } from 'node:fs';

const SAMPLE_RATE = 24_000;
const options = new URL(import.meta.url).searchParams;
const how = options.get('how') ?? 'speaks';
const channel = new BroadcastChannel('fake-engine');
channel.unref();

const sound = { samples: new Float32Array(SAMPLE_RATE).fill(0.1), sampleRate: SAMPLE_RATE };
const good = {
  name: 'fake',
  voices: [{ id: 'a', name: 'A', language: 'en' }],
  voiceFor: () => 'a',
  speak(segment) {
    channel.postMessage({ speaks: segment });
    // Blocks the thread, as a synthesiser does that is at work.
    const milliseconds = /block for (\d+|ever)/.exec(segment)?.[1];
    if (milliseconds !== undefined) block(milliseconds === 'ever' ? Infinity : Number(milliseconds));
    if (segment.includes('crash')) process.exit(1);
    if (segment.startsWith('Throw')) throw new RangeError(`what was said: ${segment}`);
    return sound;
  },
};

const ENGINES = {
  speaks: () => good,
  'has no voices': () => ({ ...good, voices: undefined }),
  'has null for voices': () => ({ ...good, voices: null }),
  'has nameless voices': () => ({ ...good, voices: [{ id: 'a' }] }),
  'has no name': () => ({ ...good, name: undefined }),
  'cannot speak': () => ({ ...good, speak: undefined }),
  'is nothing': () => undefined,
  'does not load while there is a file'() {
    channel.postMessage({ loads: how });
    if (existsSync(options.get('file'))) throw new Error('not now');
    return good;
  },
  'never loads': () => new Promise(() => undefined),
};

export function createEngine() {
  return ENGINES[how]();
}

function block(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
