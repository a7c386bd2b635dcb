import { html, nothing } from './lit-html/lit-html.js';
import { entryForm } from './form.js';
import { nameOf } from './draft.js';
import { tryPanel } from './try-panel.js';
import { verifyPanel } from './verify-panel.js';

/** Where one provider is edited, verified and heard, all in sight of each other. */
export function workbench(item, problems, app) {
  const voices = voicesOf(item, app.state.voices);
  const isOwn = item.entry.type === 'custom';
  return html`
    <div class="workbench">
      ${
        isOwn
          ? nothing
          : entryForm({
              id: item.id,
              object: item.entry,
              forms: app.state.forms,
              problems,
              ui: item.ui,
              voices,
              onChange: (key) => app.actions.edited(key, `fallback[${app.state.draft.items.indexOf(item)}].`),
            })
      }
      <div class="tools">${isOwn ? nothing : verifyPanel(item, app)} ${tryPanel(item, voices, app)}</div>
    </div>
  `;
}

/**
 * Lists the voices that are known of a provider, as `{ id, name }`: what a verification found in the entry as it stands here, or else
 * what the running chain has from it.
 */
export function voicesOf({ entry, savedName, ui }, voices) {
  const found = ui.verification?.found?.voices;
  if (found?.length > 0) return found.map((id) => ({ id, name: id }));
  return savedName !== null && savedName === nameOf(entry)
    ? voices.filter(({ provider }) => provider === savedName)
    : [];
}
