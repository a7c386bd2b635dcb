import { html, nothing, svg } from './lit-html/lit-html.js';
import { t } from './preferences.js';

const WIDTH = 240;
const HEIGHT = 48;
const BARS = 40;
const STEP = WIDTH / BARS;
/** Milliseconds that a full bar stands for at the least, so that a quick provider does not look like a slow one. */
const LEAST_SCALE = 20;

/** Draws the last calls of a provider, newest at the right: a bar is the time to the first byte, a failure has a foot of its own colour. */
export function chart(attempts) {
  const shown = attempts.slice(-BARS);
  const times = shown.filter(({ code }) => code === null).map(({ ms }) => ms);
  const highest = Math.max(LEAST_SCALE, ...shown.map(({ ms }) => ms));
  const failed = shown.length - times.length;
  const summary =
    shown.length === 0
      ? t('chart.none')
      : t('chart.summary', {
          count: shown.length,
          median: median(times) ?? '–',
          slowest: times.length > 0 ? Math.max(...times) : '–',
          failed,
        });
  return html`
    <figure class="chart">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${summary} preserveAspectRatio="none">
        <line class="axis" x1="0" y1=${HEIGHT - 0.5} x2=${WIDTH} y2=${HEIGHT - 0.5} />
        ${shown.map((attempt, index) => bar(attempt, WIDTH - (shown.length - index) * STEP, highest))}
      </svg>
      <figcaption aria-hidden="true">
        ${
          times.length === 0
            ? html`<span>${shown.length === 0 ? t('chart.none') : nothing}</span>`
            : html`<span>${t('chart.times', { median: median(times), slowest: Math.max(...times) })}</span>`
        }
        ${failed > 0 ? html`<span class="bad">${t('chart.failed', { failed })}</span>` : nothing}
      </figcaption>
    </figure>
  `;
}

function bar({ code, ms }, x, highest) {
  const height = Math.max(3, (ms / highest) * (HEIGHT - 4));
  return svg`<rect class=${code === null ? 'good' : 'failed'} x=${x + 1} y=${HEIGHT - height} width=${STEP - 2} height=${height} rx="1" />`;
}

export function median(values) {
  if (values.length === 0) return undefined;
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}
