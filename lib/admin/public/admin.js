import { render } from './lit-html/lit-html.js';
import * as api from './api.js';
import * as drafts from './draft.js';
import { createForms } from './fields.js';
import { listen } from './live.js';
import { page } from './page.js';
import { forgetTrial } from './panels.js';
import { setLanguage, setTheme, t } from './preferences.js';

const MOST_ATTEMPTS = 60;
const MOST_ERRORS = 8;
const MOST_ACTIVITY = 12;
/** Milliseconds for which good news stands. */
const NOTICE_TIME = 8_000;

const state = {
  /** The configuration as it was last read: what a save is to replace. */
  snapshot: null,
  draft: null,
  /** The fields of the forms. */
  forms: null,
  status: null,
  /** Last calls and failures by provider. */
  history: {},
  activity: [],
  connection: 'connecting',
  isSaving: false,
  /** What was wrong with the last save. */
  problems: [],
  /** The configuration that somebody else has saved meanwhile. */
  conflict: null,
  /** What became of the last action. */
  notice: null,
  generalUi: {},
  dragged: null,
};

const app = { state, render: draw, announce, actions: {} };

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

/** Focuses a part of a card, after the page has been drawn: moving an element in the document takes the focus from it. */
function focus(item, part) {
  document.querySelector(`#${item.id} [data-focus="${part}"]`)?.focus();
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

function setProblems(problems) {
  state.problems = problems;
  if (problems.length === 0 && state.notice?.key === 'invalid') state.notice = null;
}

function isDirty() {
  return state.draft !== null && drafts.isChanged(state.draft, state.snapshot.options);
}

/** Shows a configuration that was read, with panels left open where their provider is still there. */
function take(snapshot) {
  const open = new Map(state.draft?.items.map((item) => [drafts.nameOf(item.entry), item]));
  const draft = drafts.createDraft(snapshot.options);
  for (const item of draft.items) {
    const before = open.get(drafts.nameOf(item.entry));
    // The same id keeps elements, and with them the focus, in place.
    if (before !== undefined) item.id = before.id;
    item.ui = { ...before?.ui, advanced: undefined, keptSecret: undefined };
  }
  Object.assign(state, { snapshot, draft, problems: [], conflict: null, generalUi: {} });
}

/** Runs an action of the operator's, and says what went wrong. */
async function attempt(action) {
  state.isSaving = true;
  draw();
  try {
    await action();
  } catch (error) {
    complain(error);
  }
  state.isSaving = false;
  draw();
  if (state.problems.length > 0) document.querySelector('main [aria-invalid="true"]')?.focus();
}

function complain(error) {
  if (error.status === 409) {
    state.conflict = error.body.current;
    notify('warn', 'conflict');
  } else if (error.status === 422) {
    state.problems = error.body.problems;
    notify('bad', 'invalid');
    const first = state.draft.items.findIndex(
      (_item, index) => drafts.problemsOfEntry(state.problems, index).length > 0,
    );
    if (first !== -1) state.draft.items[first].ui.panel = 'edit';
  } else if (error.status === 401 || error.status === 403) notify('bad', 'refused');
  else notify('bad', 'failed', { message: error.message });
}

Object.assign(app.actions, {
  isDirty,

  save: () =>
    attempt(async () => {
      if ([state.generalUi, ...state.draft.items.map(({ ui }) => ui)].some(({ advanced }) => advanced?.problem)) {
        notify('bad', 'advanced.wrong');
        return;
      }
      take(await api.saveConfig(drafts.optionsOf(state.draft), state.snapshot.revision));
      notify('good', 'saved');
      await readStatus();
    }),

  undo: () =>
    attempt(async () => {
      take(await api.undo(state.snapshot.revision));
      notify('good', 'undone');
      await readStatus();
    }),

  discard() {
    take(state.snapshot);
    state.notice = null;
    draw();
  },

  /** Takes what the other one has saved. */
  takeTheirs() {
    take(state.conflict);
    state.notice = null;
    draw();
  },

  /** Keeps what was edited; the next save replaces what the other one has saved. */
  keepMine() {
    state.snapshot = state.conflict;
    state.conflict = null;
    notify('warn', 'conflict.kept');
    draw();
  },

  moveBy(item, step) {
    const place = drafts.move(state.draft, item.id, state.draft.items.indexOf(item) + step);
    moved(item, place);
    focus(item, step < 0 ? 'up' : 'down');
  },

  dragStart(event, item) {
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', drafts.nameOf(item.entry));
    event.dataTransfer.setDragImage(document.querySelector(`#${item.id}`), 20, 20);
    state.dragged = item.id;
    draw();
  },

  dragOver(event, item) {
    if (state.dragged === null) return;
    event.preventDefault();
    const dragged = state.draft.items.find(({ id }) => id === state.dragged);
    if (dragged === item) return;
    const from = state.draft.items.indexOf(dragged);
    const to = state.draft.items.indexOf(item);
    const { top, height } = event.currentTarget.getBoundingClientRect();
    const isPastMiddle = from < to ? event.clientY > top + height / 2 : event.clientY < top + height / 2;
    if (isPastMiddle) moved(dragged, drafts.move(state.draft, dragged.id, to));
  },

  dragEnd() {
    state.dragged = null;
    draw();
  },

  toggle(item, panel) {
    item.ui.panel = item.ui.panel === panel ? undefined : panel;
    draw();
  },

  edited(key, prefix = '') {
    setProblems(state.problems.filter(({ path }) => path !== `${prefix}${key}`));
    draw();
  },

  add(type) {
    const item = drafts.add(state.draft, type);
    item.ui.panel = 'edit';
    setProblems([]);
    draw();
    const name = drafts.nameOf(item.entry);
    announce(t('added', { name, place: state.draft.items.indexOf(item) + 1 }));
    document.querySelector(`#${item.id}-${type === 'remote' ? 'baseUrl' : 'name'}`)?.focus();
  },

  remove(item) {
    const place = state.draft.items.indexOf(item);
    item.ui.verifying?.controller.abort();
    item.ui.trying?.abort();
    forgetTrial(item.ui);
    drafts.remove(state.draft, item.id);
    setProblems([]);
    draw();
    announce(t('removed', { name: drafts.nameOf(item.entry) }));
    const next = state.draft.items[Math.min(place, state.draft.items.length - 1)];
    if (next !== undefined) focus(next, 'heading');
  },

  setLanguage(value) {
    setLanguage(value);
    draw();
  },

  setTheme(value) {
    setTheme(value);
    draw();
  },
});

function moved(item, place) {
  // Problems name places, which are others now.
  setProblems([]);
  draw();
  announce(t('moved', { name: drafts.nameOf(item.entry), place: place + 1, count: state.draft.items.length }));
}

async function readStatus() {
  const { history, ...status } = await api.readStatus();
  Object.assign(state, { status, history });
}

/** Takes the configuration that came from elsewhere, unless there is something here that it would wipe out. */
async function readChangedConfig() {
  const snapshot = await api.readConfig();
  const isNews = snapshot.revision !== state.snapshot.revision;
  if (!isNews) state.snapshot = snapshot;
  else if (isDirty()) {
    state.conflict = snapshot;
    notify('warn', 'conflict');
  } else {
    take(snapshot);
    notify('good', 'changedElsewhere');
  }
  await readStatus();
  draw();
}

function onEvent(name, data) {
  if (name === 'snapshot') state.status = data;
  else if (name === 'attempts') data.forEach(record);
  else {
    if (name !== 'health' || !data.ok) remember({ name, data, at: Date.now() });
    if (name === 'status') announce(t(`overall.${data.to}`));
    // While a save of ours is on its way, its reply tells more than its event.
    if (name === 'configuration' && !state.isSaving) readChangedConfig().catch(() => undefined);
  }
  if (state.draft !== null) draw();
}

/** Keeps an event for the list. A check that fails again and again takes one line, that of the last time. */
function remember(event) {
  const isRepeated = (other) =>
    event.name === 'health' && other.name === 'health' && other.data.provider === event.data.provider;
  state.activity = [event, ...state.activity.filter((other) => !isRepeated(other))].slice(0, MOST_ACTIVITY);
}

function record({ provider, ...call }) {
  const { attempts, errors } = state.history[provider] ?? { attempts: [], errors: [] };
  state.history[provider] = {
    attempts: [...attempts, call].slice(-MOST_ATTEMPTS),
    errors: call.code === null ? errors : [...errors, call].slice(-MOST_ERRORS),
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
  if (isDirty()) event.preventDefault();
});

start();
