// A TTS server on a given port that behaves as it is told.
import { BEHAVIOURS, startUpstream, type BehaviourName } from '../support/upstream.js';

const upstream = await startUpstream('speaks', Number(process.argv[2]));
process.on('message', (name) => {
  if (typeof name === 'string' && name in BEHAVIOURS) upstream.behave(name as BehaviourName);
});
process.once('disconnect', () => process.exit());
process.send?.(upstream.port);
