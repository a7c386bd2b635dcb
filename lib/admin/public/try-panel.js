import { html, nothing } from './lit-html/lit-html.js';
import { live } from './lit-html/directives/live.js';
import * as api from './api.js';
import { nameOf } from './draft.js';
import { explain, t } from './preferences.js';

const MOST_CHARACTERS = 300;
/** What browsers play, best known first. */
const PLAYABLE = ['mp3', 'wav', 'aac', 'flac', 'opus'];

/** The part of a workbench that has one provider say a sentence, in any of its voices. */
export function tryPanel(item, voices, app) {
  const { ui, id } = item;
  ui.sentence ??= t('try.sample');
  const isSaved = item.savedName !== null && item.savedName === nameOf(item.entry);
  return html`
    <div class="tool" role="group" aria-labelledby="${id}-try-title">
      <h4 id="${id}-try-title">${t('try')}</h4>
      ${isSaved ? sentenceForm(item, voices, app) : html`<p class="hint">${t('try.unsaved')}</p>`}
    </div>
  `;
}

function sentenceForm(item, voices, app) {
  const { ui, id } = item;
  return html`
    <form class="try" @submit=${(event) => run(event, item, app)}>
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
      ${voices.length === 0 ? nothing : voiceChoice(item, voices, app)}
      ${
        ui.trying === undefined
          ? html`<button class="primary" data-focus="speak">${t('try.run')}</button>`
          : html`<button type="button" data-focus="speak" @click=${() => ui.trying.abort()}>${t('try.cancel')}</button>
              <span class="busy">${t('try.running')}</span>`
      }
      ${takeVoice(item, app)} ${trial(ui.trial, item)}
    </form>
  `;
}

function voiceChoice({ ui, id }, voices, app) {
  const onChange = ({ target }) => {
    ui.voice = target.value === '' ? undefined : target.value;
    app.render();
  };
  return html`
    <label for="${id}-try-voice">${t('try.voice', { count: voices.length })}</label>
    <select id="${id}-try-voice" @change=${onChange}>
      <option value="" ?selected=${ui.voice === undefined}>${t('try.voice.default')}</option>
      ${voices.map(
        ({ id: voice, name }) =>
          html`<option value=${voice} ?selected=${voice === ui.voice}>
            ${name === voice ? voice : t('voice.named', { id: voice, name })}
          </option>`,
      )}
    </select>
  `;
}

/** What was liked can be kept at once. */
function takeVoice(item, app) {
  const { ui, entry } = item;
  if (ui.voice === undefined || ui.voice === entry.voice || entry.type === 'custom') return nothing;
  const take = () => {
    entry.voice = ui.voice;
    app.actions.edited('voice', `fallback[${app.state.draft.items.indexOf(item)}].`);
  };
  return html`<button type="button" data-focus="take" @click=${take}>${t('try.take')}</button>`;
}

async function run(event, item, app) {
  event.preventDefault();
  const { ui } = item;
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
  if (ui.trial?.url !== undefined) await play(item, app);
}

/** Lets it be heard at once, or says that the browser wants a click first. */
async function play({ id, ui }, app) {
  const { trial: played } = ui;
  try {
    await document.querySelector(`#${id} audio`)?.play();
  } catch (error) {
    if (error.name !== 'NotAllowedError') return;
    played.isBlocked = true;
    app.announce(t('try.blocked'));
    app.render();
  }
}

async function speak({ savedName, entry, ui }, signal) {
  const format = PLAYABLE.find((playable) => entry.formats?.includes(playable) ?? true) ?? 'mp3';
  const sentence = { provider: savedName, input: ui.sentence, format, voice: ui.voice };
  const { audio, ms, text } = await api.speak(sentence, signal);
  return text === undefined ? { url: URL.createObjectURL(audio), ms } : { text };
}

function trial(result, item) {
  if (result === undefined) return nothing;
  if (result.failed !== undefined) return html`<p class="problem">${result.failed}</p>`;
  if (result.text !== undefined) return html`<p>${t('try.text', result)}</p>`;
  return html`
    <p class="verdict good">${t('try.spoke', result)}</p>
    ${result.isBlocked === true ? html`<p>${t('try.blocked')}</p>` : nothing}
    <audio controls src=${result.url} aria-label=${t('try.player', { name: item.savedName })}></audio>
  `;
}

/** Lets go of the sound, which the browser keeps until it is told. */
export function forgetTrial(ui) {
  if (ui.trial?.url !== undefined) URL.revokeObjectURL(ui.trial.url);
  ui.trial = undefined;
}
