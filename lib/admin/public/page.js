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
      ${banners(app)}
      ${state.draft === null ? html`<p class="loading">${state.notice === null ? t('loading') : nothing}</p>` : content(app)}
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

/** What the operator has to know before anything else. */
function banners({ state, actions }) {
  const loose = state.draft === null ? [] : looseProblems(state);
  return html`
    ${
      state.snapshot?.fileProblem
        ? html`<div class="banner bad">
            <p>${t('fileProblem')}</p>
            <p lang="en" class="small">${state.snapshot.fileProblem}</p>
          </div>`
        : nothing
    }
    ${
      state.conflict === null
        ? nothing
        : html`<div class="banner warn" id="conflict">
            <p>${t('conflict')}</p>
            <button type="button" @click=${actions.takeTheirs}>${t('conflict.reload')}</button>
            <button type="button" @click=${actions.keepMine}>${t('conflict.keep')}</button>
          </div>`
    }
    ${
      state.notice === null || state.conflict !== null
        ? nothing
        : html`<div class="banner ${state.notice.kind}" id="notice">
            <p>${state.notice.text}</p>
            ${
              loose.length === 0
                ? nothing
                : html`<ul lang="en">
                    ${loose.map((problem) => html`<li>${describe(problem)}</li>`)}
                  </ul>`
            }
          </div>`
    }
  `;
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
    <section class="save-bar ${isDirty ? 'dirty' : ''}" aria-label=${t('save')}>
      <p>${isDirty ? t('unsaved') : t(`persistence.${state.snapshot.persistence}`)}</p>
      <button type="button" id="discard" ?hidden=${!isDirty} ?disabled=${state.isSaving} @click=${actions.discard}>
        ${t('discard')}
      </button>
      <button type="button" id="save" class="primary" ?disabled=${!isDirty || state.isSaving} @click=${actions.save}>
        ${state.isSaving ? t('saving') : t('save')}
      </button>
    </section>
  `;
}

function sentence(name, data) {
  if (name === 'health') return t('event.health', { ...data, code: explain(data.code) });
  if (name === 'configuration' && data.problem !== null) return t('event.configuration.problem', data);
  return t(`event.${name}`, data);
}
