import { html, nothing } from './lit-html/lit-html.js';
import { chart } from './chart.js';
import { nameOf, problemsOfEntry } from './draft.js';
import { describe, entryForm } from './form.js';
import { tryPanel, verifyPanel } from './panels.js';
import { clock, explain, t } from './preferences.js';

const STATE_PILLS = { up: 'good', down: 'bad', unknown: '', new: 'warn' };
const CIRCUIT_PILLS = { closed: '', open: 'bad', 'half-open': 'warn' };
const MOST_ERRORS = 3;

/** One provider of the chain. `place` counts from 0. */
export function card(item, place, app) {
  const { state, actions } = app;
  const name = nameOf(item.entry);
  const status = state.status?.providers.find((provider) => provider.name === item.savedName);
  const history = state.history[item.savedName] ?? { attempts: [], errors: [] };
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
        <span class="pills">
          <span class="pill dot ${STATE_PILLS[health]}">${t(`state.${health}`)}</span>
          ${
            status === undefined
              ? nothing
              : html`<span class="pill ${CIRCUIT_PILLS[status.circuit]}" title=${t(`circuit.explain.${status.circuit}`)}
                  >${t(`circuit.${status.circuit}`)}</span
                >`
          }
        </span>
        <span class="arrows">
          ${arrow('up', '↑', place === 0, item, name, actions)}
          ${arrow('down', '↓', place === state.draft.items.length - 1, item, name, actions)}
        </span>
      </div>
      ${status === undefined ? nothing : facts(status, history)}
      ${item.ui.panel === 'edit' ? nothing : problemList(problems)}
      <div class="card-actions">
        ${item.entry.type === 'custom' ? nothing : toggle('edit', item, name, actions)}
        ${item.entry.type === 'custom' ? nothing : toggle('verify', item, name, actions)}
        ${toggle('try', item, name, actions)}
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
      ${panel(item, problems, app)}
    </li>
  `;
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

function facts({ running, queued, lastCheck }, { attempts, errors }) {
  const check = checkText(lastCheck);
  return html`
    <div class="facts">
      <dl>
        <div>
          <dt>${t('running')}</dt>
          <dd>${running}</dd>
        </div>
        <div>
          <dt>${t('queued')}</dt>
          <dd>${queued}</dd>
        </div>
        <div class="wide">
          <dt>${t('lastCheck')}</dt>
          <dd>${check}</dd>
        </div>
      </dl>
      <div class="fact-chart"><span class="label">${t('firstByte')}</span>${chart(attempts)}</div>
      <div class="fact-errors">
        <span class="label">${t('errors')}</span>
        ${
          errors.length === 0
            ? html`<p class="none">${t('errors.none')}</p>`
            : html`<ul>
                ${errors
                  .slice(-MOST_ERRORS)
                  .reverse()
                  .map(
                    ({ code, at }) => html`<li><time>${clock(at)}</time> ${explain(code)} <code>${code}</code></li>`,
                  )}
              </ul>`
        }
      </div>
    </div>
  `;
}

function checkText(check) {
  if (check === null) return t('lastCheck.none');
  const said = check.ok
    ? t('lastCheck.ok', { ms: Math.round(check.ms) })
    : t('lastCheck.failed', { code: explain(check.code) });
  return `${said}, ${clock(check.at)}`;
}

function problemList(problems) {
  if (problems.length === 0) return nothing;
  return html`<ul class="problems" lang="en">
    ${problems.map((problem) => html`<li>${describe(problem)}</li>`)}
  </ul>`;
}

function toggle(panelName, item, name, actions) {
  const isOpen = item.ui.panel === panelName;
  return html`
    <button
      type="button"
      class="quiet ${isOpen ? 'pressed' : ''}"
      data-focus=${panelName}
      aria-expanded=${isOpen ? 'true' : 'false'}
      aria-controls="${item.id}-panel"
      aria-label=${t('of', { action: t(panelName), name })}
      @click=${() => actions.toggle(item, panelName)}
    >
      ${t(panelName)}
    </button>
  `;
}

function panel(item, problems, app) {
  const content = {
    edit: () =>
      entryForm({
        id: item.id,
        object: item.entry,
        forms: app.state.forms,
        problems,
        ui: item.ui,
        onChange: (key) => app.actions.edited(key, `fallback[${app.state.draft.items.indexOf(item)}].`),
      }),
    verify: () => verifyPanel(item, app),
    try: () => tryPanel(item, app),
  }[item.ui.panel];
  return html`<div class="panel" id="${item.id}-panel" ?hidden=${content === undefined}>${content?.()}</div>`;
}
