import { language, t } from './words.js';

const INTERVAL = 2_000;

const list = document.querySelector('#alerts');
const nothing = document.querySelector('#no-alerts');

/** Shows the alerts of this run, the last one first. */
export function showAlerts() {
  let shown = '';
  const look = async () => {
    try {
      const { alerts } = await (await fetch('alerts')).json();
      const now = JSON.stringify(alerts);
      if (now !== shown) list.replaceChildren(...alerts.map(toItem));
      shown = now;
      nothing.hidden = alerts.length > 0;
    } catch {
      // The next look may find the app again.
    }
    setTimeout(look, INTERVAL);
  };
  void look();
}

/** What an alert says, while it lasts and when it is over. */
const SENTENCES = {
  provider_down: ['{name} does not answer', '{name} answers again'],
  provider_recovered: ['{name} does not answer', '{name} answers again'],
  fallback_ratio_high: [
    'Many requests are not answered by the first voice',
    'The first voice answers nearly all again',
  ],
  text_only: ['Nobody can speak: only text is left', 'Somebody can speak again'],
};

function toItem({ at, kind, state, provider }) {
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.dateTime = new Date(at).toISOString();
  time.textContent = new Date(at).toLocaleTimeString(language);
  item.className = state;
  const [during, after] = SENTENCES[kind];
  item.append(time, ` ${t(state === 'firing' ? during : after, { name: provider })}`);
  return item;
}
