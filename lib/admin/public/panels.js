import { html, nothing } from './lit-html/lit-html.js';
import { live } from './lit-html/directives/live.js';
import * as api from './api.js';
import { canonical, nameOf } from './draft.js';
import { describe } from './form.js';
import { explain, t } from './preferences.js';

const MOST_CHARACTERS = 300;
/** What browsers play, best known first. */
const PLAYABLE = ['mp3', 'wav', 'aac', 'flac', 'opus'];
/** Names of a list that are shown; servers have hundreds of voices. */
const MOST_NAMES = 8;

/** The panel that tries an entry as it stands, step by step. */
export function verifyPanel(item, app) {
  const { ui } = item;
  const run = async () => {
    const controller = new AbortController();
    ui.verifying = { controller, entry: canonical(item.entry) };
    app.render();
    try {
      const result = await api.verify(item.entry, controller.signal);
      ui.verification = { ...result, entry: ui.verifying.entry };
      app.announce(result.ok ? t('verify.ok') : t('verify.failed'));
    } catch (error) {
      ui.verification = controller.signal.aborted ? undefined : failure(error);
      if (ui.verification !== undefined) app.announce(ui.verification.message);
    }
    ui.verifying = undefined;
    app.render();
  };
  return html`
    <p class="hint">${t('verify.help')}</p>
    ${
      ui.verifying === undefined
        ? html`<button type="button" class="primary" data-focus="run" @click=${run}>${t('verify.run')}</button>`
        : html`<button type="button" data-focus="run" @click=${() => ui.verifying.controller.abort()}>
              ${t('verify.cancel')}
            </button>
            <span class="busy">${t('verify.running')}</span>`
    }
    ${ui.verification === undefined || ui.verifying !== undefined ? nothing : verification(ui.verification, item)}
  `;
}

function failure(error) {
  const problems = error.body?.problems ?? [];
  const message = problems.length > 0 ? problems.map(describe).join('; ') : t('failed', { message: error.message });
  return { ok: false, steps: [], message };
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
      <span class="ms">${Math.round(ms)} ms</span>
      <span class="step-text">
        ${code === undefined ? nothing : html`<span>${explain(code)} <code>${code}</code></span>`}
        ${hint === undefined ? nothing : html`<span lang="en">${hint}</span>`}
      </span>
    </li>
  `;
}

function shortList(names) {
  const list = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? t('verify.more', { list, count: names.length - MOST_NAMES }) : list;
}

/** The panel that has one provider say a sentence. */
export function tryPanel(item, app) {
  const { ui, id } = item;
  if (item.savedName === null || item.savedName !== nameOf(item.entry))
    return html`<p class="hint">${t('try.unsaved')}</p>`;
  ui.sentence ??= t('try.sample');
  const run = async (event) => {
    event.preventDefault();
    const controller = new AbortController();
    ui.trying = controller;
    forgetTrial(ui);
    app.render();
    try {
      ui.trial = await speak(item, controller.signal);
      app.announce(ui.trial.text === undefined ? t('try.spoke', ui.trial) : t('try.text', ui.trial));
    } catch (error) {
      const reason = error.body?.reason === undefined ? error.message : explain(error.body.reason);
      if (!controller.signal.aborted) ui.trial = { failed: t('try.failed', { reason }) };
      if (ui.trial !== undefined) app.announce(ui.trial.failed);
    }
    ui.trying = undefined;
    app.render();
  };
  return html`
    <form class="try" @submit=${run}>
      <p class="hint" id="${id}-sentence-help">${t('try.help')}</p>
      <label for="${id}-sentence">${t('try.label')}</label>
      <textarea
        id="${id}-sentence"
        rows="2"
        maxlength=${MOST_CHARACTERS}
        required
        aria-describedby="${id}-sentence-help"
        .value=${live(ui.sentence)}
        @input=${({ target }) => {
          ui.sentence = target.value;
        }}
      ></textarea>
      ${
        ui.trying === undefined
          ? html`<button class="primary" data-focus="run">${t('try.run')}</button>`
          : html`<button type="button" data-focus="run" @click=${() => ui.trying.abort()}>${t('try.cancel')}</button>
              <span class="busy">${t('try.running')}</span>`
      }
      ${trial(ui.trial, item)}
    </form>
  `;
}

async function speak({ savedName, entry, ui }, signal) {
  const format = PLAYABLE.find((playable) => entry.formats?.includes(playable) ?? true) ?? 'mp3';
  const { audio, ms, text } = await api.speak({ provider: savedName, input: ui.sentence, format }, signal);
  return text === undefined ? { url: URL.createObjectURL(audio), ms } : { text };
}

function trial(result, item) {
  if (result === undefined) return nothing;
  if (result.failed !== undefined) return html`<p class="problem">${result.failed}</p>`;
  if (result.text !== undefined) return html`<p>${t('try.text', result)}</p>`;
  return html`
    <p class="verdict good">${t('try.spoke', result)}</p>
    <audio controls autoplay src=${result.url} aria-label=${t('try.player', { name: item.savedName })}></audio>
  `;
}

/** Lets go of the sound, which the browser keeps until it is told. */
export function forgetTrial(ui) {
  if (ui.trial?.url !== undefined) URL.revokeObjectURL(ui.trial.url);
  ui.trial = undefined;
}
