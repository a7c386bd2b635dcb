import { html, nothing, svg } from './lit-html/lit-html.js';
import { t } from './preferences.js';

const WIDTH = 240;
const HEIGHT = 48;
const BARS = 40;
const STEP = WIDTH / BARS;
/** Milliseconds that a full bar stands for at the least, so that a quick provider does not look like a slow one. */
const LEAST_SCALE = 20;

/** Draws the last calls of a provider, newest at the right: a bar is the time to the first byte, a failure has a colour of its own. */
export function chart(attempts) {
  const shown = attempts.slice(-BARS);
  if (shown.length === 0) return html`<p class="none">${t('chart.none')}</p>`;
  const times = shown.filter(({ code }) => code === null).map(({ ms }) => ms);
  const highest = roundUp(Math.max(LEAST_SCALE, ...shown.map(({ ms }) => ms)));
  const failed = shown.length - times.length;
  const slowest = times.length > 0 ? Math.max(...times) : '–';
  const blanks = { count: shown.length, median: median(times) ?? '–', slowest, failed };
  return html`
    <figure class="chart">
      <div class="plot">
        <p class="scale upright" aria-hidden="true"><span>${t('ms', { ms: highest })}</span><span>0</span></p>
        <svg
          viewBox="0 0 ${WIDTH} ${HEIGHT}"
          role="img"
          aria-label=${t('chart.summary', blanks)}
          preserveAspectRatio="none"
        >
          <line class="axis" x1="0" y1=${HEIGHT} x2=${WIDTH} y2=${HEIGHT} />
          <line class="axis" x1="0" y1=${HEIGHT / 2} x2=${WIDTH} y2=${HEIGHT / 2} />
          ${shown.map((attempt, index) => bar(attempt, WIDTH - (shown.length - index) * STEP, highest))}
        </svg>
        <p class="scale" aria-hidden="true">
          <span>${t('chart.first', { count: BARS })}</span><span>${t('chart.last')}</span>
        </p>
      </div>
      ${
        failed === 0
          ? nothing
          : html`<figcaption class="bad" aria-hidden="true">${t('chart.failed', { failed })}</figcaption>`
      }
    </figure>
  `;
}

function bar({ code, ms }, x, highest) {
  const height = Math.max(3, (ms / highest) * HEIGHT);
  return svg`<rect class=${code === null ? 'good' : 'failed'} x=${x + 1} y=${HEIGHT - height} width=${STEP - 2} height=${height} rx="1" />`;
}

/** The next number of 1, 2 or 5 with noughts, so that the axis can be read. */
export function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((round) => round >= value);
}

export function median(values) {
  if (values.length === 0) return undefined;
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}
