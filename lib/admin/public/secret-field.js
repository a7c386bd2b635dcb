import { html, nothing } from './lit-html/lit-html.js';
import { live } from './lit-html/directives/live.js';
import { isObject } from './draft.js';
import { t } from './preferences.js';
import { problemText } from './problem-text.js';

/** A key can be replaced and taken out, and is never shown: the server says no more than that there is one. */
export function secret({ key, id, value, problem, set, editing }) {
  const { ui } = editing;
  const isKept = isObject(value) && value.set === true;
  if (isKept) ui.keptSecret = value;
  const isEnv = isObject(value) && typeof value.env === 'string';
  const isNew = typeof value === 'string';
  const state = isKept
    ? t('secret.set')
    : isEnv
      ? t('secret.env', { name: value.env })
      : t(isNew ? 'secret.new' : 'secret.none');
  const input = (label, text, type, write) => html`
    <label class="visually-hidden" for=${id}>${label}</label>
    <input
      id=${id}
      type=${type}
      placeholder=${label}
      autocomplete="new-password"
      spellcheck="false"
      aria-invalid=${problem === undefined ? 'false' : 'true'}
      aria-describedby="${id}-help ${id}-problem"
      .value=${live(text)}
      @input=${({ target }) => write(target.value)}
    />
  `;
  const button = (label, next) => html`<button type="button" class="quiet" @click=${() => set(next)}>${label}</button>`;
  return html`
    <div class="field wide" role="group" aria-labelledby="${id}-label">
      <span class="label" id="${id}-label">${t(`field.${key}`)}</span>
      <div class="secret">
        <span class="pill ${isKept || isEnv ? 'good' : isNew ? 'warn' : ''}">${state}</span>
        ${isNew ? input(t('secret.value'), value, 'password', (text) => set(text)) : nothing}
        ${isEnv ? input(t('secret.variable'), value.env, 'text', (text) => set({ env: text })) : nothing}
        ${isNew ? nothing : button(t(value === undefined ? 'secret.add' : 'secret.replace'), '')}
        ${isEnv ? nothing : button(t('secret.useEnv'), { env: '' })}
        ${ui.keptSecret !== undefined && !isKept ? button(t('secret.keep'), ui.keptSecret) : nothing}
        ${value === undefined ? nothing : button(t('secret.remove'), undefined)}
      </div>
      <p class="hint" id="${id}-help">${t('secret.help')}</p>
      ${problemText(id, problem)}
    </div>
  `;
}
