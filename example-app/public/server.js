import { t } from './words.js';

const POLL = 1_000;
const STATES = {
  starting: 'The demo server is starting.',
  running: 'The demo server is running.',
  frozen: 'The demo server is frozen: it takes connections and says nothing.',
  stopped: 'The demo server is not running.',
  none: 'The app leans on the server you named in TTS_URL.',
  away: 'The app itself does not answer.',
};
const POSSIBLE = {
  starting: ['kill'],
  running: ['freeze', 'kill'],
  frozen: ['thaw', 'kill'],
  stopped: ['start'],
  none: [],
  away: [],
};
const MARKS = { up: '● up', down: '○ down', unknown: '… not known yet' };
/** What the circuit breaker does with calls, where it does not simply let them pass. */
const CIRCUITS = { open: ' · left alone', 'half-open': ' · on trial', closed: '' };

const state = document.querySelector('#backend-state');
const buttons = [...document.querySelectorAll('[data-action]')];
const chain = document.querySelector('#chain');

/** Says what the demo server is doing, as the page saw it last. */
export const serverState = () => state.dataset.state;

/** Shows the speech server and the chain, and lets its process be signalled. */
export function showServer() {
  for (const button of buttons) {
    button.addEventListener('click', async () => {
      const headers = { 'x-example-app': 'page' };
      const reply = await fetch(`/backend/${button.dataset.action}`, { method: 'POST', headers }).catch(
        () => undefined,
      );
      if (reply?.ok) showState((await reply.json()).state);
    });
  }
  const poll = async () => {
    try {
      showState((await (await fetch('/backend')).json()).state);
      showChain(await (await fetch('/v1/audio/health')).json());
    } catch {
      showState('away');
    }
    setTimeout(poll, POLL);
  };
  poll();
}

function showState(name) {
  if (state.dataset.state === name) return;
  state.dataset.state = name;
  state.textContent = t(STATES[name]);
  for (const button of buttons) button.disabled = !POSSIBLE[name].includes(button.dataset.action);
}

function showChain({ providers }) {
  chain.replaceChildren(
    ...providers.map((provider) => {
      const item = document.createElement('li');
      item.dataset.state = provider.state;
      item.dataset.circuit = provider.circuit;
      const name = document.createElement('span');
      name.className = 'name';
      name.textContent = provider.name;
      const mark = document.createElement('span');
      mark.className = 'mark';
      mark.textContent = `${t(MARKS[provider.state])}${t(CIRCUITS[provider.circuit])}`;
      item.append(name, mark);
      return item;
    }),
  );
}
