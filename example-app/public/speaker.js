import { speak } from '/client/index.js';
import { attemptsIn, attemptsText, voiceName, whyNot } from './reasons.js';
import { t } from './words.js';

const audio = document.querySelector('#audio');
const result = document.querySelector('#result');
const facts = document.querySelector('#facts');

/**
 * Makes what reads text aloud and says on the page what comes of it. A later reading stops the one before.
 *
 * @param serverState says what the demo server is doing
 */
export function createSpeaker(serverState) {
  let speech;

  return {
    speak(text, format) {
      // The browser's own voice has to be told what it reads.
      const lang = /\p{Script=Han}/u.test(text) ? 'zh' : 'en';
      speech = speak(text, { format, lang, audio, on: createReporter(serverState) });
    },
    stop() {
      speech?.stop();
      // Somebody may have played it once more with the controls.
      audio.pause();
    },
  };
}

/** Makes what hears of one reading. */
function createReporter(serverState) {
  const started = performance.now();
  let reply;
  let attempts = [];

  /** Why it was not the first voice: as the last one before the answer was told, or as the whole reading ended. */
  const why = (reason) => whyNot(attempts.findLast(({ code }) => code !== undefined)?.code ?? reason, serverState());

  const reporters = {
    loading: () => say(t('Asking…'), ''),
    reply(event) {
      reply = event;
      attempts = attemptsIn(event.headers.get('server-timing') ?? '');
      showFacts(event, attempts, performance.now() - started);
    },
    playing({ by }) {
      if (by === 'browser') return;
      const { provider, degraded } = reply;
      if (degraded) say(t('{why}; {who} answered.', { why: why(''), who: voiceName(provider) }), 'warn');
      else say(speaks(provider), 'good');
    },
    fallback({ reason }) {
      say(t('{why}; your browser’s own voice reads it.', { why: why(reason) }), 'warn');
    },
    blocked: () => say(t('Your browser plays nothing before a click: press play.'), 'warn'),
    ended({ outcome }) {
      sayEnd(outcome, why);
    },
  };
  return (event) => reporters[event.type]?.(event);
}

function speaks(provider) {
  if (provider === 'demo') return t('The server’s voice speaks.');
  return provider === 'local' ? t('The local voice speaks.') : t('“{name}” speaks.', { name: provider });
}

/** Says how it ended, where that is not what was to be expected. */
function sayEnd({ complete, reason, error, text }, why) {
  if (complete) return;
  if (reason === 'stopped') say(t('Stopped.'), '');
  else if (reason === 'truncated') say(t('The connection broke off, and with it the speech.'), 'bad');
  else if (text !== undefined) {
    say(t('{why}, and your browser has no voice for it: {text}', { why: why(error?.code ?? reason), text }), 'bad');
  } else say(t('It did not work: {message}', { message: error.message }), 'bad');
}

function showFacts({ provider, degraded }, attempts, milliseconds) {
  facts.hidden = false;
  facts.dataset.provider = provider ?? '';
  const who = voiceName(provider);
  document.querySelector('#provider').textContent = degraded ? t('{who}, standing in', { who }) : who;
  document.querySelector('#first').textContent = `${Math.round(milliseconds)} ms`;
  document.querySelector('#attempts').textContent = attemptsText(attempts);
}

function say(message, kind) {
  result.textContent = message;
  result.dataset.kind = kind;
}
