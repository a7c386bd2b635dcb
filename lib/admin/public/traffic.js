import { html, nothing, svg } from './lit-html/lit-html.js';
import { rateOf } from './past.js';
import { percent, t } from './preferences.js';

const WIDTH = 240;
const HEIGHT = 40;

/** How much is asked, who answers, and how often that is not the first. */
export function traffic({ past, status }) {
  if (past === null || status === null) return nothing;
  const { hour, day, fallbackShare } = past.traffic;
  const total = day.requests.reduce((sum, count) => sum + count, 0);
  const failed = day.failed.reduce((sum, count) => sum + count, 0);
  return html`
    <section class="card traffic" aria-labelledby="traffic-title">
      <h2 id="traffic-title">${t('traffic')}</h2>
      <dl>
        ${fact('traffic.rate', rateOf(hour.requests))} ${fact('traffic.day', total)}
        ${fact('traffic.fallback', fallbackShare === null ? '–' : percent(fallbackShare))}
        ${fact('traffic.failed', failed)}
      </dl>
      <div class="traffic-pictures">${perMinute(hour)} ${shares(past.providers, status.providers)}</div>
    </section>
  `;
}

const fact = (key, value) =>
  html`<div>
    <dt>${t(key)}</dt>
    <dd>${value}</dd>
  </div>`;

function perMinute({ requests, degraded }) {
  const highest = Math.max(1, ...requests);
  const step = WIDTH / requests.length;
  const bar = (count, index, name) => {
    const height = (count / highest) * HEIGHT;
    return count === 0
      ? nothing
      : svg`<rect class=${name} x=${index * step + 0.5} y=${HEIGHT - height} width=${step - 1} height=${height} />`;
  };
  return html`
    <figure class="chart">
      <figcaption class="label keys">
        <span>${t('traffic.perMinute')}</span>
        <span><span class="key first" aria-hidden="true"></span>${t('traffic.first')}</span>
        <span><span class="key other" aria-hidden="true"></span>${t('traffic.other')}</span>
      </figcaption>
      <div class="plot">
        <p class="scale upright" aria-hidden="true"><span>${highest}</span><span>0</span></p>
        <svg
          viewBox="0 0 ${WIDTH} ${HEIGHT}"
          preserveAspectRatio="none"
          role="img"
          aria-label=${t('traffic.perMinute.summary', { highest, now: rateOf(requests) })}
        >
          <line class="axis" x1="0" y1=${HEIGHT} x2=${WIDTH} y2=${HEIGHT} />
          ${requests.map((count, index) => bar(count, index, 'first'))}
          ${degraded.map((count, index) => bar(count, index, 'other'))}
        </svg>
        <p class="scale" aria-hidden="true"><span>${t('beats.hour.ago')}</span><span>${t('beats.now')}</span></p>
      </div>
    </figure>
  `;
}

/** Who answers, as one bar and in words. */
function shares(records, providers) {
  const known = providers.map(({ name }, place) => ({ name, place, share: records[name]?.share ?? null }));
  const speaking = known.filter(({ share }) => share !== null && share > 0);
  let x = 0;
  const piece = ({ share, place }) => {
    const start = x;
    x += share * WIDTH;
    return svg`<rect class="share-${place % 4}" x=${start} y="0" width=${share * WIDTH} height="12" />`;
  };
  return html`
    <figure class="shares">
      <figcaption class="label">${t('traffic.shares')}</figcaption>
      ${
        speaking.length === 0
          ? html`<p class="none">${t('traffic.none')}</p>`
          : html`<svg viewBox="0 0 ${WIDTH} 12" preserveAspectRatio="none" aria-hidden="true">
                ${speaking.map(piece)}
              </svg>
              <ul>
                ${speaking.map(
                  ({ name, share, place }) =>
                    html`<li>
                      <span class="key share-${place % 4}" aria-hidden="true"></span>${name} ${percent(share)}
                    </li>`,
                )}
              </ul>`
      }
    </figure>
  `;
}
