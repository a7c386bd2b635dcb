import { t } from './words.js';

const list = document.querySelector('#notes');

/** Shows the notes, each with a button that has it read aloud. */
export function showNotes(onRead) {
  const load = async () => {
    const { notes } = await (await fetch('/notes')).json();
    list.replaceChildren(...notes.map((note) => itemOf(note, onRead, load)));
  };
  document.querySelector('#add').addEventListener('submit', async (event) => {
    event.preventDefault();
    const input = document.querySelector('#note');
    const body = JSON.stringify({ text: input.value });
    const reply = await fetch('/notes', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if (reply.ok) input.value = '';
    await load();
  });
  load();
}

function itemOf({ id, text }, onRead, load) {
  const item = document.createElement('li');
  const paragraph = document.createElement('p');
  paragraph.textContent = text;
  const remove = async () => {
    await fetch(`/notes/${id}`, { method: 'DELETE' });
    await load();
  };
  item.append(
    paragraph,
    button(t('Read aloud'), text, () => onRead(text)),
    button(t('Delete'), text, remove),
  );
  return item;
}

function button(label, text, onClick) {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'quiet';
  element.textContent = label;
  element.setAttribute('aria-label', t('{action}: {text}', { action: label, text: text.slice(0, 60) }));
  element.addEventListener('click', onClick);
  return element;
}
