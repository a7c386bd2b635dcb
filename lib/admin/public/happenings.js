import { html, nothing } from './lit-html/lit-html.js';
import { clock, explain, t } from './preferences.js';

/** Events that are shown at once; the others are folded away. */
const SHOWN = 10;

/** What happened and when, the newest first, from before the page was opened too. */
export function happenings({ past, alerts }) {
  const events = [...(past?.events ?? []), ...alerts].sort((one, other) => other.at - one.at);
  return html`
    <section class="card" aria-labelledby="activity-title">
      <h2 id="activity-title">${t('activity')}</h2>
      ${
        events.length === 0
          ? html`<p class="hint">${t('activity.none', { since: clock(past?.since ?? Date.now(), 'day') })}</p>`
          : list(events.slice(0, SHOWN))
      }
      ${
        events.length <= SHOWN
          ? nothing
          : html`<details>
              <summary>${t('activity.more', { count: events.length - SHOWN })}</summary>
              ${list(events.slice(SHOWN))}
            </details>`
      }
    </section>
  `;
}

const list = (events) =>
  html`<ol class="activity">
    ${events.map(
      (happened) =>
        html`<li class=${kindOf(happened)}>
          <time datetime=${new Date(happened.at).toISOString()}>${clock(happened.at, 'day')}</time>
          <span>${sentence(happened)}</span>
        </li>`,
    )}
  </ol>`;

function kindOf({ event, to, problem, state }) {
  if (event === 'configuration') return problem === null ? 'neutral' : 'bad';
  if (event === 'alert') return state === 'firing' ? 'warn' : 'good';
  return { up: 'good', closed: 'good', ok: 'good', degraded: 'warn', unknown: 'neutral' }[to] ?? 'bad';
}

function sentence(happened) {
  const { event, to, code } = happened;
  if (event === 'configuration') return configuration(happened);
  if (event === 'provider') {
    const why = code === null ? '' : t('event.why', { why: explain(code) });
    return t(`event.provider.${to}`, happened) + why;
  }
  if (event === 'alert') return t(`event.alert.${happened.state}`, { kind: t(`alert.${happened.kind}`) });
  return t(`event.${event}.${to}`, happened);
}

function configuration({ by, origin, problem, changes }) {
  if (problem !== null) return t('event.configuration.problem', { problem });
  const said = changes.length === 0 ? t('change.none') : changes.map(changeText).join(t('change.and'));
  return by === null
    ? t(`event.configuration.${origin}`, { changes: said })
    : t('event.configuration.by', { by, changes: said });
}

function changeText({ change, provider, keys = [] }) {
  if (change === 'changed' && provider === null) return t('change.general', { keys: keys.join(', ') });
  return t(`change.${change}`, { provider, keys: keys.join(', ') });
}
