import { html, nothing } from './lit-html/lit-html.js';
import { problemsOfEntry } from './draft.js';
import { describe } from './problem-text.js';
import { t } from './preferences.js';

/** Where changes are saved, at hand for as long as there is something to decide or to tell. */
export function dock(app) {
  const { state, actions } = app;
  const isDirty = actions.isDirty();
  return html`
    <section class="dock ${isDirty || state.notice !== null ? 'raised' : ''}" aria-label=${t('save')}>
      ${outcome(app)}
      <div class="save-bar ${isDirty ? 'dirty' : ''}">
        <p>${isDirty ? t('unsaved') : t(`persistence.${state.snapshot.persistence}`)}</p>
        <button type="button" id="discard" ?hidden=${!isDirty} ?disabled=${state.isSaving} @click=${actions.discard}>
          ${t('discard')}
        </button>
        <button type="button" id="save" class="primary" ?disabled=${!isDirty || state.isSaving} @click=${actions.save}>
          ${state.isSaving && state.review === null ? t('saving') : t('save')}
        </button>
      </div>
    </section>
  `;
}

/** What became of the last action, and what there is to decide. */
export function outcome({ state, actions }) {
  if (state.review !== null) return review(state.review, actions);
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

/** What somebody should know before it is saved: nothing is refused for it. */
function review({ trying, findings }, actions) {
  if (findings === null) {
    return html`<div class="banner warn" id="review">
      <p>${t('review.trying', { names: trying.join(', ') })}</p>
      <button type="button" id="save-unseen" @click=${() => actions.decide('save')}>${t('review.skip')}</button>
      <button type="button" id="save-back" @click=${() => actions.decide('back')}>${t('review.cancel')}</button>
    </div>`;
  }
  return html`<div class="banner warn" id="review" role="group" aria-labelledby="review-title">
    <p id="review-title">${t('review.title')}</p>
    <ul>
      ${findings.map(({ key, blanks }) => html`<li>${t(key, blanks)}</li>`)}
    </ul>
    <button type="button" id="save-anyway" @click=${() => actions.decide('save')}>${t('review.save')}</button>
    <button type="button" id="save-back" @click=${() => actions.decide('back')}>${t('review.back')}</button>
  </div>`;
}
