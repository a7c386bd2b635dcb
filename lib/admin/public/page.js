import { html, nothing } from './lit-html/lit-html.js';
import { repeat } from './lit-html/directives/repeat.js';
import { card } from './card.js';
import { canAdd } from './draft.js';
import { generalForm } from './form.js';
import { happenings } from './happenings.js';
import { sumUp } from './overall.js';
import { language, t, theme, THEMES } from './preferences.js';
import { dock, outcome } from './dock.js';
import { traffic } from './traffic.js';

const LANGUAGES = { en: 'English', zh: '中文' };

/** The whole page. */
export function page(app) {
  const { state } = app;
  return html`
    ${header(app)}
    <main>
      ${fileProblem(state.snapshot?.fileProblem)}
      ${state.draft !== null ? content(app) : state.notice !== null ? outcome(app) : html`<p class="loading">${t('loading')}</p>`}
    </main>
  `;
}

function header({ state, actions }) {
  const { name, kind, blanks } = sumUp(state.status);
  return html`
    <header>
      <div class="bar">
        <div class="brand">
          <img src="icon.svg" alt="" width="36" height="36" />
          <div>
            <h1>${t('title')}</h1>
            <p>${t('subtitle')}</p>
          </div>
        </div>
        <div class="settings">
          ${choice('language', language(), Object.entries(LANGUAGES), actions.setLanguage)}
          ${choice(
            'theme',
            theme(),
            THEMES.map((name) => [name, t(`theme.${name}`)]),
            actions.setTheme,
          )}
        </div>
      </div>
      <div class="bar status">
        <span class="pill dot large ${kind}" id="overall" data-status=${name}>${t(`overall.${name}`, blanks)}</span>
        <span class="connection ${state.connection}">${t(`connection.${state.connection}`)}</span>
      </div>
    </header>
  `;
}

function choice(key, value, options, onChoice) {
  return html`
    <label class="visually-hidden" for=${key}>${t(key)}</label>
    <select id=${key} @change=${({ target }) => onChoice(target.value)}>
      ${options.map(
        ([option, label]) =>
          html`<option value=${option} ?selected=${option === value} lang=${key === 'language' ? option : nothing}>
            ${label}
          </option>`,
      )}
    </select>
  `;
}

/** Says that the file cannot be used, for as long as that is so. */
function fileProblem(problem) {
  if (!problem) return nothing;
  return html`<div class="banner bad">
    <p>${t('fileProblem')}</p>
    <p lang="en" class="small">${problem}</p>
  </div>`;
}

function content(app) {
  const { state, actions } = app;
  return html`
    ${traffic(state)}
    <section aria-labelledby="chain-title">
      <div class="section-head">
        <div>
          <h2 id="chain-title">${t('chain')}</h2>
          <p class="hint">${t('chain.help')}</p>
        </div>
        <button
          type="button"
          id="undo"
          ?disabled=${!state.snapshot.canUndo || actions.isDirty() || state.isSaving}
          @click=${actions.undo}
        >
          ${t('undo')}
        </button>
      </div>
      ${state.draft.items.length === 0 ? html`<p>${t('chain.empty')}</p>` : nothing}
      <ol class="chain">
        ${repeat(
          state.draft.items,
          ({ id }) => id,
          (item, place) => card(item, place, app),
        )}
      </ol>
      <div class="add" role="group" aria-label=${t('add')}>
        <span class="label" aria-hidden="true">${t('add')}</span>
        ${['remote', 'local', 'text'].map(
          (type) =>
            html`<button
              type="button"
              class="quiet"
              ?disabled=${!canAdd(state.draft)}
              @click=${() => actions.add(type)}
            >
              <span aria-hidden="true">+ </span>${t(`add.${type}`)}
            </button>`,
        )}
      </div>
    </section>
    ${happenings(state)}
    <section class="card" aria-labelledby="general-title">
      <h2 id="general-title">${t('general')}</h2>
      ${generalForm({
        id: 'general',
        object: state.draft.general,
        forms: state.forms,
        problems: state.problems.filter(({ path }) => !path.startsWith('fallback[')),
        ui: state.generalUi,
        onChange: (key) => actions.edited(key),
      })}
    </section>
    ${dock(app)}
  `;
}
