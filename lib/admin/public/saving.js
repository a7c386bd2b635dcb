import * as api from './api.js';
import { canonical, createDraft, nameOf, optionsOf } from './draft.js';
import { t } from './preferences.js';
import { itemsToTry, orderWarnings } from './review.js';
import { reasonOf, runVerification } from './verify-panel.js';

/** Makes what the operator does with the server’s configuration: what was edited is tried, said if it is hardly meant, and saved. */
export function createSaving({ state, render, announce, notify, take, complain, readStatus }) {
  /** Runs a change, and says what went wrong. */
  async function attempt(change) {
    state.isSaving = true;
    render();
    try {
      await change();
    } catch (error) {
      complain(error);
    }
    state.isSaving = false;
    render();
    if (state.problems.length > 0) document.querySelector('main [aria-invalid="true"]')?.focus();
  }

  /** Resolves with whether it is to be saved: at once where there is nothing to say, else as the operator decides. */
  async function isMeant() {
    const entriesBefore = createDraft(state.snapshot.options).items.map(({ entry }) => entry);
    const { items } = state.draft;
    const trying = itemsToTry(items, entriesBefore, Date.now());
    const warnings = orderWarnings(
      items.map(({ entry }) => entry),
      entriesBefore,
    );
    if (trying.length === 0 && warnings.length === 0) return true;
    const seen = canonical(optionsOf(state.draft));
    const leaving = new AbortController();
    const decision = new Promise((resolve) => {
      state.review = { trying: trying.map(({ entry }) => nameOf(entry)), findings: null, resolve };
    });
    render();
    const tried = tryAll(trying, leaving).then((findings) => show([...warnings, ...findings]));
    const choice = await Promise.race([decision, tried.then((isWell) => (isWell ? 'save' : decision))]);
    leaving.abort();
    state.review = null;
    if (choice !== 'save') return false;
    if (canonical(optionsOf(state.draft)) === seen) return true;
    notify('warn', 'review.changed');
    return false;
  }

  /** Shows what was found, if anything was. Resolves with whether all is well. */
  function show(findings) {
    if (findings.length === 0) return true;
    if (state.review === null) return false;
    state.review.findings = findings;
    announce(t('review.title'));
    render();
    document.querySelector('#save-back')?.focus();
    return false;
  }

  /** Tries one entry after the other. What the check of the options refuses is left to the save, which shows it at its field. */
  async function tryAll(items, leaving) {
    const findings = [];
    for (const item of items) {
      if (leaving.signal.aborted) break;
      await runVerification(item, leaving);
      const { verification } = item.ui;
      if (verification === undefined || verification.ok || verification.isRefused) continue;
      findings.push({ key: 'review.fails', blanks: { name: nameOf(item.entry), reason: reasonOf(verification) } });
    }
    return findings;
  }

  return {
    save: () =>
      attempt(async () => {
        state.notice = null;
        if ([state.generalUi, ...state.draft.items.map(({ ui }) => ui)].some(({ advanced }) => advanced?.problem)) {
          notify('bad', 'advanced.wrong');
          return;
        }
        if (!(await isMeant())) return;
        take(await api.saveConfig(optionsOf(state.draft), state.snapshot.revision));
        notify('good', 'saved');
        await readStatus();
      }),

    /** Ends the look at what is to be saved: `save` saves it, `back` does not. */
    decide: (choice) => state.review?.resolve(choice),

    undo: () =>
      attempt(async () => {
        take(await api.undo(state.snapshot.revision));
        notify('good', 'undone');
        await readStatus();
      }),

    discard() {
      take(state.snapshot);
      state.notice = null;
      render();
    },

    /** Takes what the other one has saved. */
    takeTheirs() {
      take(state.conflict);
      state.notice = null;
      render();
    },

    /** Keeps what was edited; the next save replaces what the other one has saved. */
    keepMine() {
      state.snapshot = state.conflict;
      state.conflict = null;
      notify('warn', 'conflict.kept');
      render();
    },
  };
}
