import { createRequire } from 'node:module';
import { ownFile } from '../../packages/own-files.js';

/** The encoder, and the library that it is an extension of and that it asks for. */
export const AAC_PACKAGES = ['@mediabunny/aac-encoder', 'mediabunny'] as const;

/** What to tell those who ask for AAC where it cannot be made. */
export const AAC_ADVICE = `aac needs more packages on this machine: npm install ${AAC_PACKAGES.join(' ')}`;

/** Says whether the optional peer that makes AAC is installed where the workers find it, without loading it. */
export function hasAacPeer(): boolean {
  try {
    const { resolve } = createRequire(ownFile('worker.js'));
    for (const name of AAC_PACKAGES) resolve(name);
    return true;
  } catch {
    return false;
  }
}
