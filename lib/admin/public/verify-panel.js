import { html, nothing } from './lit-html/lit-html.js';
import * as api from './api.js';
import { canonical } from './draft.js';
import { describe } from './problem-text.js';
import { hintText } from './hints.js';
import { explain, t } from './preferences.js';

/** Names of a list that are shown; servers have hundreds of voices. */
const MOST_NAMES = 8;

/** Tries an entry as it stands. What came of it is kept with the entry that it is about; nothing of one that was given up. */
export async function runVerification(item, controller) {
  const { ui } = item;
  const entry = canonical(item.entry);
  ui.verifying = { controller };
  ui.verification = undefined;
  try {
    ui.verification = { ...(await api.verify(item.entry, controller.signal)), entry, at: Date.now() };
  } catch (error) {
    if (!controller.signal.aborted) ui.verification = failure(error);
  }
  ui.verifying = undefined;
}

function failure(error) {
  const problems = error.body?.problems ?? [];
  const message = problems.length > 0 ? problems.map(describe).join('; ') : t('failed', { message: error.message });
  return { ok: false, steps: [], message, isRefused: problems.length > 0 };
}

/** What was wrong, in a sentence: the step, and what to do about it or else why. */
export function reasonOf({ steps, message }) {
  const failed = steps.find(({ ok }) => !ok);
  if (failed === undefined) return message ?? '';
  return t('verify.reason', { step: t(`step.${failed.step}`), why: adviceOf(failed) });
}

const adviceOf = ({ code, hint }) => (hint === undefined ? explain(code) : hintText(hint));

/** The part of a workbench that tries an entry step by step. */
export function verifyPanel(item, app) {
  const { ui, id } = item;
  const run = async () => {
    const running = runVerification(item, new AbortController());
    app.render();
    await running;
    if (ui.verification !== undefined) app.announce(ui.verification.ok ? t('verify.ok') : t('verify.failed'));
    app.render();
  };
  return html`
    <div class="tool" role="group" aria-labelledby="${id}-verify-title">
      <h4 id="${id}-verify-title">${t('verify')}</h4>
      <p class="hint">${t('verify.help')}</p>
      ${
        ui.verifying === undefined
          ? html`<button type="button" class="primary" data-focus="verify" @click=${run}>${t('verify.run')}</button>`
          : html`<button type="button" data-focus="verify" @click=${() => ui.verifying.controller.abort()}>
                ${t('verify.cancel')}
              </button>
              <span class="busy">${t('verify.running')}</span>`
      }
      ${ui.verification === undefined ? nothing : verification(ui.verification, item)}
    </div>
  `;
}

function verification({ ok, steps, found = {}, message, entry }, item) {
  const isStale = entry !== undefined && entry !== canonical(item.entry);
  return html`
    <div class="verification">
      <p class="verdict ${ok ? 'good' : 'bad'}">${ok ? t('verify.ok') : t('verify.failed')}</p>
      ${isStale ? html`<p class="hint">${t('verify.stale')}</p>` : nothing}
      ${message === undefined ? nothing : html`<p class="problem">${message}</p>`}
      <ol class="steps">
        ${steps.map(step)}
      </ol>
      <ul class="found">
        ${['formats', 'voices', 'models']
          .filter((key) => found[key]?.length > 0)
          .map((key) => html`<li>${t(`verify.found.${key}`, { list: shortList(found[key]) })}</li>`)}
        ${
          found.firstByte === undefined
            ? nothing
            : html`<li>${t('verify.found.firstByte', { ms: Math.round(found.firstByte) })}</li>`
        }
      </ul>
    </div>
  `;
}

function step({ step: name, ok, ms, code, hint }) {
  return html`
    <li>
      <span class="mark ${ok ? 'good' : 'bad'}" aria-hidden="true">${ok ? '✓' : '✗'}</span>
      <span class="step-name">${t(`step.${name}`)}</span>
      <span class="visually-hidden">${ok ? t('verify.passed') : t('verify.notPassed')}</span>
      <span class="ms">${t('ms', { ms: Math.round(ms) })}</span>
      ${
        code === undefined && hint === undefined
          ? nothing
          : html`<span class="step-text"
              >${adviceOf({ code, hint })} ${code === undefined ? nothing : html`<code>${code}</code>`}</span
            >`
      }
    </li>
  `;
}

function shortList(names) {
  const list = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? t('verify.more', { list, count: names.length - MOST_NAMES }) : list;
}
