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

function toItem({ at, kind, state, provider }) {
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.dateTime = new Date(at).toISOString();
  time.textContent = new Date(at).toLocaleTimeString();
  item.className = state;
  item.append(time, ` ${kind.replaceAll(/[._-]/g, ' ')}${provider ? ` (${provider})` : ''}: ${state}`);
  return item;
}
