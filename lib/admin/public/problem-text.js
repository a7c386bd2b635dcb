import { html } from './lit-html/lit-html.js';

/** Says where a problem is, and what. */
export const describe = ({ path, message }) => (path === '' ? message : `${path}: ${message}`);

/** Messages of the checks are in English, whatever the page is in. */
export function problemText(id, problem) {
  return html`<p class="problem" id="${id}-problem" lang="en" ?hidden=${problem === undefined}>${problem}</p>`;
}
