const INTERVAL = 250;
const KEPT = 240;
const HEIGHT = 60;
/** Milliseconds at the top of the picture, at the least: noise should look like noise. */
const LEAST_SCALE = 100;

/** Asks the notes route four times a second and draws how long it takes. A late answer shows while it is still missing. */
export function startGauge() {
  const times = [];
  const line = document.querySelector('#line');
  const latency = document.querySelector('#latency');
  const worst = document.querySelector('#worst');

  async function ask() {
    const started = performance.now();
    const entry = { value: 0 };
    times.push(entry);
    const grow = setInterval(() => (entry.value = performance.now() - started), INTERVAL);
    try {
      await (await fetch('/notes', { cache: 'no-store' })).json();
    } catch {
      // The page is the only one to suffer; the line shows it.
    }
    clearInterval(grow);
    entry.value = performance.now() - started;
    draw();
  }

  function draw() {
    while (times.length > KEPT) times.shift();
    const values = times.map(({ value }) => value);
    const scale = Math.max(LEAST_SCALE, ...values);
    const step = 240 / (KEPT - 1);
    line.setAttribute(
      'points',
      values.map((value, index) => `${index * step},${HEIGHT - (value / scale) * (HEIGHT - 4)}`).join(' '),
    );
    latency.textContent = Math.round(values.at(-1));
    worst.textContent = Math.round(Math.max(...values));
  }

  setInterval(ask, INTERVAL);
}
