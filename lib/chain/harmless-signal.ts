type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };
/** The arguments that Node's own method takes. */
type Added = Parameters<AbortSignal['addEventListener']>;
type Removed = Parameters<AbortSignal['removeEventListener']>;

/**
 * Makes a signal for code of the user's own that aborts with another one. What its listeners throw there ends what they are about and
 * nothing else: Node makes an uncaught exception of it, which ends the process.
 */
export function harmlessSignal(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const own = controller.signal;
  const wrapped = new WeakMap<object, (event: Event) => void>();
  const wrap = (listener: Listener): ((event: Event) => void) => {
    let harmless = wrapped.get(listener);
    if (harmless === undefined) {
      harmless = (event) => {
        try {
          if (typeof listener === 'function') listener.call(own, event);
          else listener.handleEvent(event);
        } catch {
          // It is given up all the same.
        }
      };
      wrapped.set(listener, harmless);
    }
    return harmless;
  };
  let onabort: ((event: Event) => unknown) | null = null;
  own.addEventListener(
    'abort',
    wrap((event) => onabort?.call(own, event)),
  );
  Object.defineProperties(own, {
    addEventListener: {
      value: (type: Added[0], listener: Listener, options?: Added[2]) => {
        AbortSignal.prototype.addEventListener.call(own, type, wrap(listener), options);
      },
    },
    removeEventListener: {
      value: (type: Removed[0], listener: Listener, options?: Removed[2]) => {
        AbortSignal.prototype.removeEventListener.call(own, type, wrap(listener), options);
      },
    },
    onabort: {
      get: () => onabort,
      set: (listener: unknown) => {
        onabort = typeof listener === 'function' ? (listener as typeof onabort) : null;
      },
    },
  });
  const abort = (): void => {
    controller.abort(signal.reason);
  };
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return own;
}
