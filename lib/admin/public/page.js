import { html, nothing } from './lit-html/lit-html.js';
import { repeat } from './lit-html/directives/repeat.js';
import { card } from './card.js';
import { canAdd, problemsOfEntry } from './draft.js';
import { describe, generalForm } from './form.js';
import { clock, explain, language, t, theme, THEMES } from './preferences.js';

const LANGUAGES = { en: 'English', zh: '中文' };
const OVERALL_PILLS = { ok: 'good', degraded: 'warn', 'text-only': 'bad', unknown: '' };

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
  const overall = state.status?.status ?? 'unknown';
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
        <span class="pill dot large ${OVERALL_PILLS[overall]}" id="overall" data-status=${overall}
          >${t(`overall.${overall}`)}</span
        >
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

/** What became of the last action, and what there is to decide. */
function outcome({ state, actions }) {
  if (state.conflict !== null) {
    return html`<div class="banner warn" id="conflict">
      <p>${t('conflict')}</p>
      <button type="button" @click=${actions.takeTheirs}>${t('conflict.reload')}</button>
      <button type="button" @click=${actions.keepMine}>${t('conflict.keep')}</button>
    </div>`;
  }
  if (state.notice === null) return nothing;
  const loose = state.draft === null ? [] : looseProblems(state);
  return html`<div class="banner ${state.notice.kind}" id="notice">
    <p>${t(state.notice.key, state.notice.blanks)}</p>
    ${
      state.notice.key === 'refused'
        ? html`<button type="button" @click=${() => location.reload()}>${t('reload')}</button>`
        : nothing
    }
    ${
      loose.length === 0
        ? nothing
        : html`<ul lang="en">
            ${loose.map((problem) => html`<li>${describe(problem)}</li>`)}
          </ul>`
    }
  </div>`;
}

/** Problems that no card shows. */
function looseProblems({ problems, draft }) {
  const shown = new Set(
    draft.items.flatMap((_item, index) => problemsOfEntry(problems, index).map(({ message }) => message)),
  );
  return problems.filter(({ message, path }) => !(path.startsWith('fallback[') && shown.has(message)));
}

function content(app) {
  const { state, actions } = app;
  const isDirty = actions.isDirty();
  return html`
    <section aria-labelledby="chain-title">
      <div class="section-head">
        <div>
          <h2 id="chain-title">${t('chain')}</h2>
          <p class="hint">${t('chain.help')}</p>
        </div>
        <button
          type="button"
          id="undo"
          ?disabled=${!state.snapshot.canUndo || isDirty || state.isSaving}
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
    <section class="card" aria-labelledby="activity-title">
      <h2 id="activity-title">${t('activity')}</h2>
      ${
        state.activity.length === 0
          ? html`<p class="hint">${t('activity.none')}</p>`
          : html`<ol class="activity">
              ${state.activity.map(({ name, data, at }) => html`<li><time>${clock(at)}</time> ${sentence(name, data)}</li>`)}
            </ol>`
      }
    </section>
    <section class="dock ${isDirty || state.notice !== null ? 'raised' : ''}" aria-label=${t('save')}>
      ${outcome(app)}
      <div class="save-bar ${isDirty ? 'dirty' : ''}">
        <p>${isDirty ? t('unsaved') : t(`persistence.${state.snapshot.persistence}`)}</p>
        <button type="button" id="discard" ?hidden=${!isDirty} ?disabled=${state.isSaving} @click=${actions.discard}>
          ${t('discard')}
        </button>
        <button type="button" id="save" class="primary" ?disabled=${!isDirty || state.isSaving} @click=${actions.save}>
          ${state.isSaving ? t('saving') : t('save')}
        </button>
      </div>
    </section>
  `;
}

function sentence(name, data) {
  if (name === 'health') return t('event.health', { ...data, code: explain(data.code) });
  if (name === 'configuration' && data.problem !== null) return t('event.configuration.problem', data);
  return t(`event.${name}`, data);
}
