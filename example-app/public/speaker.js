import { speak } from '/client/index.js';

const audio = document.querySelector('#audio');
const result = document.querySelector('#result');
const facts = document.querySelector('#facts');

/** Makes what reads text aloud and says on the page what comes of it. A later reading stops the one before. */
export function createSpeaker() {
  let speech;

  return {
    speak(text, format) {
      // The browser's own voice has to be told what it reads.
      const lang = /\p{Script=Han}/u.test(text) ? 'zh' : 'en';
      speech = speak(text, { format, lang, audio, on: createReporter() });
    },
    stop() {
      speech?.stop();
      // Somebody may have played it once more with the controls.
      audio.pause();
    },
  };
}

/** Makes what hears of one reading. */
function createReporter() {
  const started = performance.now();
  let reply;

  const reporters = {
    loading: () => say('Asking…', ''),
    reply(event) {
      reply = event;
      showFacts(event, performance.now() - started);
    },
    playing({ by }) {
      if (by === 'browser') return;
      if (reply.degraded) say(`The first voice did not answer, so “${reply.provider}” speaks instead.`, 'warn');
      else say(`“${reply.provider}” speaks.`, 'good');
    },
    fallback({ reason }) {
      const what = reply?.status === 200 || reply?.status === 503 ? 'Only text came back' : 'No sound came';
      say(`${what} (${reason}), so your browser’s own voice reads it.`, 'warn');
    },
    blocked: () => say('Your browser plays nothing before a click: press play.', 'warn'),
    ended: ({ outcome }) => sayEnd(outcome),
  };
  return (event) => reporters[event.type]?.(event);
}

/** Says how it ended, where that is not what was to be expected. */
function sayEnd({ complete, reason, error, text }) {
  if (complete) return;
  if (reason === 'stopped') say('Stopped.', '');
  else if (reason === 'truncated') say('The connection broke off, and with it the speech.', 'bad');
  else if (text !== undefined) say(`Only text came back, and no voice for it (${reason}): ${text}`, 'bad');
  else say(error.message, 'bad');
}

function showFacts({ headers, provider, degraded }, milliseconds) {
  facts.hidden = false;
  document.querySelector('#provider').textContent = `${provider ?? 'nobody'}${degraded ? ' (degraded)' : ''}`;
  document.querySelector('#first').textContent = `${Math.round(milliseconds)} ms`;
  document.querySelector('#attempts').textContent = attempts(headers.get('server-timing') ?? '');
}

/** Writes a Server-Timing header for people: `demo 2001 ms timeout.first_byte → local 140 ms`. */
function attempts(header) {
  return header
    .split(', ')
    .filter((metric) => metric !== '')
    .map((metric) => {
      const [name, duration, code] = metric.split(';');
      const reason = code ? ` ${code.replace(/^desc="|"$/g, '')}` : '';
      return `${name} ${Math.round(Number(duration.replace('dur=', '')))} ms${reason}`;
    })
    .join(' → ');
}

function say(message, kind) {
  result.textContent = message;
  result.dataset.kind = kind;
}
