/** What local engines say to get warm; it goes well, so that the fault meets a request and not the start. */
const WARMING = 'Yes.';

/** What the engines of the fault matrix have in common: everything but what becomes of a request. */
export function engineThat(speak) {
  return {
    name: 'fault',
    voices: [{ id: 'fault', name: 'Fault', language: 'en' }],
    voiceFor: () => 'fault',
    speak: (segment) =>
      segment === WARMING ? { samples: new Float32Array(2_400).fill(0.1), sampleRate: 24_000 } : speak(),
  };
}

/** Never settles. */
export function forever() {
  return new Promise(() => undefined);
}
