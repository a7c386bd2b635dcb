// Server-sent events, and what to do when they stop.
import { addressOf } from './api.js';

const EVENTS = ['snapshot', 'attempts', 'circuit', 'health', 'status', 'configuration', 'alert'];
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

/**
 * Listens for as long as the page is open. `onEvent(name, data)` is told what happens, `onState('live' | 'lost')` whether it still is.
 * A browser comes back by itself after a broken connection, but not after a reply that refuses; then this does.
 */
export function listen({ onEvent, onState }) {
  let wait = FIRST_WAIT;
  const connect = () => {
    const source = new EventSource(addressOf('events'));
    source.addEventListener('open', () => {
      wait = FIRST_WAIT;
      onState('live');
    });
    source.addEventListener('error', () => {
      onState('lost');
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(connect, wait);
      wait = Math.min(LONGEST_WAIT, wait * 2);
    });
    for (const name of EVENTS) source.addEventListener(name, ({ data }) => onEvent(name, JSON.parse(data)));
  };
  connect();
}
