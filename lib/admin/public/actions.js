import * as drafts from './draft.js';
import { setLanguage, setTheme, t } from './preferences.js';
import { forgetTrial } from './try-panel.js';

/** Makes what the operator does with the draft: nothing of it leaves the page. */
export function createActions({ state, render, announce, readVoices }) {
  function setProblems(problems) {
    state.problems = problems;
    if (problems.length === 0 && state.notice?.key === 'invalid') state.notice = null;
  }

  function moved(item, place) {
    // Problems name places, which are others now.
    setProblems([]);
    render();
    announce(t('moved', { name: drafts.nameOf(item.entry), place: place + 1, count: state.draft.items.length }));
  }

  return {
    isDirty: () => state.draft !== null && drafts.isChanged(state.draft, state.snapshot.options),

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
      render();
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
      render();
    },

    toggle(item) {
      item.ui.isOpen = item.ui.isOpen !== true;
      if (item.ui.isOpen) readVoices();
      render();
    },

    edited(key, prefix = '') {
      setProblems(state.problems.filter(({ path }) => path !== `${prefix}${key}`));
      render();
    },

    add(type) {
      const item = drafts.add(state.draft, type);
      item.ui.isOpen = true;
      setProblems([]);
      render();
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
      render();
      announce(t('removed', { name: drafts.nameOf(item.entry) }));
      const next = state.draft.items[Math.min(place, state.draft.items.length - 1)];
      if (next !== undefined) focus(next, 'heading');
    },

    setLanguage(value) {
      setLanguage(value);
      render();
    },

    setTheme(value) {
      setTheme(value);
      render();
    },
  };
}

/** Focuses a part of a card, after the page has been drawn: moving an element in the document takes the focus from it. */
function focus(item, part) {
  document.querySelector(`#${item.id} [data-focus="${part}"]`)?.focus();
}
