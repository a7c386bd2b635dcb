import { t } from './words.js';

/** The states of the demo server in which it is plain why it does not speak. */
const STATES = {
  frozen: 'Its server is frozen',
  stopped: 'Its server is not running',
  starting: 'Its server is still starting',
};
const CODES = {
  'timeout.first_byte': 'no sound in time',
  'timeout.connect': 'no sound in time',
  refused: 'nothing listens there',
  reset: 'broke off',
  circuit_open: 'left alone',
  unsupported: 'cannot read this',
};

/**
 * Says in plain words why the first voice did not answer.
 *
 * @param code of its failure
 * @param server the state of the demo server
 */
export function whyNot(code, server) {
  if (code === 'unsupported') return t('No voice here can read this text');
  if (server in STATES) return t(STATES[server]);
  if (code.startsWith('timeout.')) return t('The first voice did not answer in time');
  if (code === 'circuit_open') return t('The first voice is left alone for a while, as it failed just now');
  return t('The first voice did not answer ({code})', { code });
}

/** Names who spoke. */
export function voiceName(provider) {
  if (provider === 'demo') return t('the server’s voice');
  if (provider === 'local') return t('the local voice');
  return provider === 'text' ? t('only text') : (provider ?? t('nobody'));
}

/** Reads a Server-Timing header: who was asked, for how long, and what came of it. */
export function attemptsIn(header) {
  return header
    .split(', ')
    .filter((metric) => metric !== '')
    .map((metric) => {
      const [name, duration, description] = metric.split(';');
      const code = description?.replace(/^desc="|"$/g, '');
      return { name, ms: Math.round(Number(duration.replace('dur=', ''))), code };
    });
}

/** Writes attempts for people: `demo 2001 ms, no sound in time → local 140 ms`. */
export function attemptsText(attempts) {
  return attempts
    .map(({ name, ms, code }) => `${name} ${ms} ms${code === undefined ? '' : `, ${t(CODES[code] ?? code)}`}`)
    .join(' → ');
}
