import { html, nothing } from './lit-html/lit-html.js';
import { strips } from './beats.js';
import { chart } from './chart.js';
import { nameOf, problemsOfEntry } from './draft.js';
import { describe } from './problem-text.js';
import { clock, explain, percent, t } from './preferences.js';
import { workbench } from './workbench.js';

const STATE_PILLS = { up: 'good', down: 'bad', unknown: '', new: 'warn' };
const CIRCUIT_PILLS = { open: 'bad', 'half-open': 'warn' };
const MOST_ERRORS = 3;

/** One provider of the chain. `place` counts from 0. */
export function card(item, place, app) {
  const { state, actions } = app;
  const name = nameOf(item.entry);
  const status = state.status?.providers.find((provider) => provider.name === item.savedName);
  const problems = problemsOfEntry(state.problems, place);
  const health = item.savedName === null ? 'new' : (status?.state ?? 'unknown');
  return html`
    <li
      class="card ${problems.length > 0 ? 'invalid' : ''} ${state.dragged === item.id ? 'dragged' : ''}"
      id=${item.id}
      data-name=${name}
      data-state=${health}
      @dragover=${(event) => actions.dragOver(event, item)}
      @drop=${(event) => event.preventDefault()}
    >
      <div class="card-head">
        <span
          class="grip"
          draggable="true"
          aria-hidden="true"
          @dragstart=${(event) => actions.dragStart(event, item)}
          @dragend=${() => actions.dragEnd()}
          >⠿</span
        >
        <span class="place" aria-hidden="true">${place + 1}</span>
        <h3 tabindex="-1" data-focus="heading">${name} <span class="type">${t(`type.${item.entry.type}`)}</span></h3>
        ${pills(health, status)}
        <span class="arrows">
          ${arrow('up', '↑', place === 0, item, name, actions)}
          ${arrow('down', '↓', place === state.draft.items.length - 1, item, name, actions)}
        </span>
      </div>
      ${status === undefined ? nothing : facts(status, state)} ${item.ui.isOpen ? nothing : problemList(problems)}
      <div class="card-actions">
        ${opener(item, name, actions)}
        <button
          type="button"
          class="quiet danger"
          aria-label=${t('of', { action: t('remove'), name })}
          @click=${() => actions.remove(item)}
        >
          ${t('remove')}
        </button>
      </div>
      ${item.entry.type === 'custom' ? html`<p class="hint">${t('custom.help')}</p>` : nothing}
      <div class="panel" id="${item.id}-panel" ?hidden=${!item.ui.isOpen}>
        ${item.ui.isOpen ? workbench(item, problems, app) : nothing}
      </div>
    </li>
  `;
}

/** The last resort has no checks, and no circuit: it is always there. Of a circuit only what keeps requests away is worth a word. */
function pills(health, status) {
  const isText = status?.type === 'text';
  const circuit = status === undefined || isText || status.circuit === 'closed' ? undefined : status.circuit;
  return html`<span class="pills">
    <span class="pill dot ${isText ? 'good' : STATE_PILLS[health]}"
      >${t(isText ? 'state.always' : `state.${health}`)}</span
    >
    ${
      circuit === undefined
        ? nothing
        : html`<span class="pill ${CIRCUIT_PILLS[circuit]}" title=${t(`circuit.explain.${circuit}`)}
            >${t(`circuit.${circuit}`)}</span
          >`
    }
  </span>`;
}

function arrow(direction, sign, isAtEnd, item, name, actions) {
  // Not `disabled`: the button that was just pressed keeps the focus when its card has reached the end.
  return html`
    <button
      type="button"
      class="icon"
      data-focus=${direction}
      aria-disabled=${isAtEnd ? 'true' : 'false'}
      aria-label=${t(`move.${direction}`, { name })}
      @click=${() => (isAtEnd ? undefined : actions.moveBy(item, direction === 'up' ? -1 : 1))}
    >
      <span aria-hidden="true">${sign}</span>
    </button>
  `;
}

function facts(status, { past, history }) {
  const record = past?.providers[status.name];
  const { attempts, errors } = history[status.name] ?? { attempts: [], errors: [] };
  const isText = status.type === 'text';
  return html`
    ${record === undefined || isText ? nothing : strips(record, past)}
    <div class="facts">
      <dl>
        ${fact(t('share'), record?.share == null ? '–' : percent(record.share))}
        ${isText ? nothing : [fact(t('running'), status.running), fact(t('queued'), status.queued)]}
        ${isText ? nothing : fact(t('percentiles'), percentiles(record?.firstByte), 'wide')}
        ${isText ? nothing : fact(t('lastCheck'), checkText(status.lastCheck), 'wide')}
      </dl>
      ${isText ? nothing : html`<div class="fact-chart"><span class="label">${t('firstByte')}</span>${chart(attempts)}</div>`}
      ${isText ? nothing : html`<div class="fact-errors"><span class="label">${t('errors')}</span>${errorList(errors)}</div>`}
    </div>
  `;
}

const fact = (term, said, size = '') =>
  html`<div class=${size}>
    <dt>${term}</dt>
    <dd>${said}</dd>
  </div>`;

function percentiles(firstByte) {
  return firstByte == null || firstByte.count === 0 ? t('percentiles.none') : t('percentiles.said', firstByte);
}

function errorList(errors) {
  if (errors.length === 0) return html`<p class="none">${t('errors.none')}</p>`;
  const last = errors.slice(-MOST_ERRORS).reverse();
  return html`<ul>
    ${last.map(({ code, at }) => html`<li><time>${clock(at, 'day')}</time> ${explain(code)} <code>${code}</code></li>`)}
  </ul>`;
}

function checkText(check) {
  if (check === null) return t('lastCheck.none');
  const said = check.ok
    ? t('lastCheck.ok', { ms: Math.round(check.ms) })
    : t('lastCheck.failed', { code: explain(check.code) });
  return t('lastCheck.at', { said, at: clock(check.at) });
}

function problemList(problems) {
  if (problems.length === 0) return nothing;
  return html`<ul class="problems" lang="en">
    ${problems.map((problem) => html`<li>${describe(problem)}</li>`)}
  </ul>`;
}

function opener(item, name, actions) {
  const { isOpen, entry, id } = { ...item, isOpen: item.ui.isOpen === true };
  const action = t(entry.type === 'custom' ? 'try' : 'edit');
  return html`
    <button
      type="button"
      class="quiet ${isOpen ? 'pressed' : ''}"
      data-focus="edit"
      aria-expanded=${isOpen ? 'true' : 'false'}
      aria-controls="${id}-panel"
      aria-label=${t('of', { action, name })}
      @click=${() => actions.toggle(item)}
    >
      ${action}
    </button>
  `;
}
