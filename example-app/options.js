const { env } = process;

/** Answers within two seconds on any machine, so that a frozen backend is noticed while one watches. It makes bare samples alone. */
const DEMO = {
  name: 'demo',
  formats: ['pcm'],
  timeout: { connect: 500, firstByte: 2_000 },
  health: { interval: 2_000, timeout: 1_000 },
};

/**
 * Makes the options of the speech router from the environment. `SPEECH_OPTIONS` is JSON and may say everything that there is; the
 * other variables are for what most people set.
 *
 * @param backend the demo backend, if the app started one
 */
export function speechOptions(backend) {
  const remote = remoteOptions(backend);
  const status = env.FALLBACK_STATUS ? { status: Number(env.FALLBACK_STATUS) } : {};
  return {
    fallback: [...(remote ? [{ type: 'remote', ...remote }] : []), { type: 'local' }, { type: 'text', ...status }],
    ...(env.SPEECH_CONFIG ? { configFile: env.SPEECH_CONFIG } : {}),
    ...(env.ALERT_WEBHOOK ? { alerts: { webhook: { env: 'ALERT_WEBHOOK' } } } : { alerts: {} }),
    ...moreOptions(),
  };
}

function moreOptions() {
  try {
    return JSON.parse(env.SPEECH_OPTIONS || '{}');
  } catch (error) {
    throw new Error(`SPEECH_OPTIONS is not JSON: ${error.message}`);
  }
}

function remoteOptions(backend) {
  if (!env.TTS_URL) return backend && { ...DEMO, baseUrl: backend.baseUrl };
  return {
    baseUrl: env.TTS_URL,
    ...(env.TTS_API_KEY ? { apiKey: { env: 'TTS_API_KEY' } } : {}),
    ...(env.TTS_MODEL ? { model: env.TTS_MODEL } : {}),
    ...(env.TTS_VOICE ? { voice: env.TTS_VOICE } : {}),
  };
}
