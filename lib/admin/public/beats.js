import { html, nothing, svg } from './lit-html/lit-html.js';
import { beatsOf } from './past.js';
import { clock, percent, t } from './preferences.js';

const HEIGHT = 24;
const STEP = 6;
/** How tall a beat is by what it says, so that nobody has to tell colours apart. */
const HEIGHTS = { none: 5, good: 15, mixed: 20, bad: HEIGHT };

/** How the two strips are drawn: slots of the record to a beat, and what stands at the left end. */
const STRIPS = [
  { name: 'day', together: 6 },
  { name: 'hour', together: 1 },
];

/** The last day and the last hour of a provider, beat by beat. */
export function strips(record, past) {
  return html`
    <div class="strips">
      ${STRIPS.map(({ name, together }) => strip(name, beatsOf(record[name], past[name], together), record))}
    </div>
  `;
}

function strip(name, beats, { passed }) {
  const troubled = beats.filter(({ kind }) => kind === 'bad' || kind === 'mixed').length;
  const share = name === 'day' && passed !== null ? t('beats.passed', { share: percent(passed) }) : '';
  const summary = t('beats.summary', { span: t(`beats.${name}`), troubled, count: beats.length });
  return html`
    <figure class="strip">
      <figcaption>
        <span class="label">${t(`beats.${name}`)}</span>
        <span class="label">${share}</span>
      </figcaption>
      <svg
        viewBox="0 0 ${beats.length * STEP} ${HEIGHT}"
        preserveAspectRatio="none"
        role="img"
        aria-label="${summary} ${share}"
      >
        <path class="none" d=${beats.map(stub).join('')} />
        ${beats.map(beat)}
      </svg>
      <p class="scale" aria-hidden="true"><span>${t(`beats.${name}.ago`)}</span><span>${t('beats.now')}</span></p>
    </figure>
  `;
}

/** Where nothing happened there is nothing to point at, and no need of an element each. */
function stub({ kind }, index) {
  const height = HEIGHTS.none;
  return kind === 'none' ? `M${index * STEP + 1} ${HEIGHT - height}h${STEP - 2}v${height}h${2 - STEP}z` : '';
}

function beat({ kind, from, to, ...counts }, index) {
  if (kind === 'none') return nothing;
  const height = HEIGHTS[kind];
  return svg`<rect class=${kind} x=${index * STEP + 1} y=${HEIGHT - height} width=${STEP - 2} height=${height} rx="1">
    <title>${clock(from, 'minutes')} – ${clock(to, 'minutes')}: ${t('beats.counts', counts)}</title>
  </rect>`;
}
