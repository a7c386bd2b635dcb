import { render } from './lit-html/lit-html.js';
import * as api from './api.js';
import { createActions } from './actions.js';
import * as drafts from './draft.js';
import { createForms } from './fields.js';
import { listen } from './live.js';
import { page } from './page.js';
import { t } from './preferences.js';
import { createSaving } from './saving.js';

const MOST_ATTEMPTS = 60;
const MOST_ERRORS = 8;
const MOST_ALERTS = 8;
/** Milliseconds for which good news stands. */
const NOTICE_TIME = 8_000;
/** Milliseconds between two looks at the past while the page is seen, and after something happened: several things happen at once. */
const PAST_INTERVAL = 10_000;
const PAST_DELAY = 400;
/** Ends of a call after which its provider has no new failure to show. */
const SAYS_NOTHING = [null, 'circuit_open'];
/** Alerts of which nothing else tells. */
const TOLD_ALERTS = ['fallback_ratio_high'];

const state = {
  /** The configuration as it was last read: what a save is to replace. */
  snapshot: null,
  draft: null,
  /** The fields of the forms. */
  forms: null,
  status: null,
  /** Last calls and failures by provider. */
  history: {},
  /** The last day, as the server counted it. */
  past: null,
  /** The voices of the running chain. */
  voices: [],
  alerts: [],
  connection: 'connecting',
  isSaving: false,
  /** What was wrong with the last save. */
  problems: [],
  /** What is looked at before a save, and what was found. */
  review: null,
  /** The configuration that somebody else has saved meanwhile. */
  conflict: null,
  /** What became of the last action. */
  notice: null,
  generalUi: {},
  dragged: null,
};

const app = { state, render: draw, announce, notify, take, complain, readStatus, readVoices, actions: {} };
Object.assign(app.actions, createActions(app), createSaving(app));

function draw() {
  document.title = t('title');
  render(page(app), document.querySelector('#app'));
}

/** Has a screen reader say something. The same sentence twice is said twice. */
function announce(sentence) {
  const announcer = document.querySelector('#announcer');
  announcer.textContent = '';
  requestAnimationFrame(() => {
    announcer.textContent = sentence;
  });
}

/** Says what became of an action, in whatever language the page is in then. What went well need not be read for long. */
function notify(kind, key, blanks) {
  const notice = { kind, key, blanks };
  state.notice = notice;
  announce(t(key, blanks));
  if (kind !== 'good') return;
  setTimeout(() => {
    if (state.notice !== notice) return;
    state.notice = null;
    draw();
  }, NOTICE_TIME);
}

/** Shows a configuration that was read, with workbenches left open where their provider is still there. */
function take(snapshot) {
  const open = new Map(state.draft?.items.map((item) => [drafts.nameOf(item.entry), item]));
  const draft = drafts.createDraft(snapshot.options);
  for (const item of draft.items) {
    const before = open.get(drafts.nameOf(item.entry));
    // The same id keeps elements, and with them the focus, in place.
    if (before !== undefined) item.id = before.id;
    item.ui = { ...before?.ui, advanced: undefined, keptSecret: undefined };
  }
  Object.assign(state, { snapshot, draft, problems: [], review: null, conflict: null, generalUi: {} });
}

function complain(error) {
  if (error.status === 409) {
    state.conflict = error.body.current;
    notify('warn', 'conflict');
  } else if (error.status === 422) {
    state.problems = error.body.problems;
    notify('bad', 'invalid');
    const first = state.draft.items.find((_item, index) => drafts.problemsOfEntry(state.problems, index).length > 0);
    if (first !== undefined) first.ui.isOpen = true;
  } else if (error.status === 401 || error.status === 403) notify('bad', 'refused');
  else notify('bad', 'failed', { message: error.message });
}

async function readStatus() {
  const [{ history, ...status }, past, voices] = await Promise.all([
    api.readStatus(),
    api.readHistory(),
    api.readVoices(),
  ]);
  Object.assign(state, { status, history, past, voices });
}

/** Reads the voices again, which the server asks its own servers for: only where somebody looks at them. */
async function readVoices() {
  state.voices = await api.readVoices().catch(() => state.voices);
  draw();
}

/** Takes the configuration that came from elsewhere, unless there is something here that it would wipe out. */
async function readChangedConfig() {
  const snapshot = await api.readConfig();
  const isNews = snapshot.revision !== state.snapshot.revision;
  if (!isNews) state.snapshot = snapshot;
  else if (app.actions.isDirty()) {
    state.conflict = snapshot;
    notify('warn', 'conflict');
  } else {
    take(snapshot);
    notify('good', 'changedElsewhere');
  }
  await readStatus();
  draw();
}

let pastTimer;
/** Reads the past again after a while; the connection says what becomes of a server that does not answer. */
function readPastIn(wait) {
  clearTimeout(pastTimer);
  pastTimer = setTimeout(async () => {
    // Whoever was shut out is not asked for a password again and again.
    if (!document.hidden && state.connection !== 'lost') {
      state.past = await api.readHistory().catch(() => state.past);
      draw();
    }
    readPastIn(PAST_INTERVAL);
  }, wait);
}

function onEvent(name, data) {
  if (name === 'snapshot') state.status = data;
  else if (name === 'attempts') data.forEach(record);
  else if (name === 'alert') {
    if (TOLD_ALERTS.includes(data.kind))
      state.alerts = [{ ...data, event: 'alert' }, ...state.alerts].slice(0, MOST_ALERTS);
  } else {
    if (name === 'status') announce(t(`status.${data.to}`));
    // While a save of ours is on its way, its reply tells more than its event.
    if (name === 'configuration' && !state.isSaving) readChangedConfig().catch(() => undefined);
    readPastIn(PAST_DELAY);
  }
  if (state.draft !== null) draw();
}

function record({ provider, ...call }) {
  const { attempts, errors } = state.history[provider] ?? { attempts: [], errors: [] };
  state.history[provider] = {
    attempts: [...attempts, call].slice(-MOST_ATTEMPTS),
    errors: SAYS_NOTHING.includes(call.code) ? errors : [...errors, call].slice(-MOST_ERRORS),
  };
}

async function start() {
  draw();
  try {
    const [snapshot, schema] = await Promise.all([api.readConfig(), api.readSchema(), readStatus()]);
    state.forms = createForms(schema);
    take(snapshot);
  } catch (error) {
    complain(error);
    draw();
    return;
  }
  draw();
  readPastIn(PAST_INTERVAL);
  listen({
    onEvent,
    onState(connection) {
      const isBack = connection === 'live' && state.connection === 'lost';
      state.connection = connection;
      draw();
      // Nobody told what happened meanwhile.
      if (isBack) readChangedConfig().catch(() => undefined);
    },
  });
}

addEventListener('beforeunload', (event) => {
  if (app.actions.isDirty()) event.preventDefault();
});

start();
