// Acts as an engine of a user's own that opens files while it speaks. The module's address says how: loading-engine.js?how=...
import { readFile as readByCallback } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const FILES = 60;
const PART = new URL('loading-engine-part.js', import.meta.url);
const how = new URL(import.meta.url).searchParams.get('how');
let round = 0;

/** A file that is imported under another address each time is read each time. */
const importPart = (index) => import(`${PART.href}?${round}-${index}`);
const open = {
  imports: importPart,
  reads: () => readFile(PART),
  'reads by callback': () =>
    new Promise((resolve) => {
      readByCallback(fileURLToPath(PART), resolve);
    }),
};

function openAll(way) {
  round += 1;
  return Promise.all(Array.from({ length: FILES }, (_, index) => open[way](index)));
}

const WAYS = {
  'imports while it speaks': () => openAll('imports'),
  'reads while it speaks': () => openAll('reads'),
  'reads by callback while it speaks': () => openAll('reads by callback'),
  async 'imports one after the other'() {
    for (let index = 0; index < FILES; index += 1) {
      round += 1;
      await importPart(index);
    }
  },
  async 'imports, and computes meanwhile'() {
    const loading = openAll('imports');
    await setTimeout(1);
    block(60);
    await loading;
  },
};

export function createEngine() {
  return {
    name: 'loading',
    voices: [{ id: 'a', name: 'A', language: 'en' }],
    voiceFor: () => 'a',
    async speak() {
      await WAYS[how]();
      return { samples: new Float32Array(24_000).fill(0.1), sampleRate: 24_000 };
    },
  };
}

function block(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
