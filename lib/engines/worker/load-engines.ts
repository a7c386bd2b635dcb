import { createCommandEngine } from '../command/command.js';
import type { SpeechEngine } from '../engine.js';
import { createEspeakEngine } from '../espeak/espeak.js';
import { createFliteEngine } from '../flite/flite.js';
import type { Load } from './load.js';
import type { EngineChoice } from './messages.js';

/** Loads what a worker is to speak with. Rejects with a `SpeechError` that says what is missing. */
export async function loadEngines(choice: EngineChoice, load: Load): Promise<readonly SpeechEngine[]> {
  switch (choice.kind) {
    case 'embedded': {
      const flite = createFliteEngine(choice.flite);
      // Installed or not, broken or not: the peer is an addition.
      const espeak = await createEspeakEngine(load).catch(() => undefined);
      return espeak === undefined ? [flite] : [flite, espeak];
    }
    case 'command':
      return [createCommandEngine(choice)];
    case 'module': {
      // Loaded only where it is needed, with the library behind it: every worker begins anew.
      const { loadEngineModule } = await load('what reads engines', () => import('../engine-module.js'));
      return [await loadEngineModule(choice.module, load)];
    }
    case 'none':
      return [];
  }
}
