const audio = document.querySelector('#audio');
const result = document.querySelector('#result');
const facts = document.querySelector('#facts');

/** Makes what reads text aloud: the app's own speech route, and the browser's voice when that has only text to give. */
export function createSpeaker() {
  let asked = new AbortController();
  let isAsking = false;

  function silence() {
    asked.abort();
    audio.pause();
    globalThis.speechSynthesis?.cancel();
  }

  function stop() {
    const wasBusy = isAsking || !audio.paused || globalThis.speechSynthesis?.speaking;
    silence();
    if (wasBusy) say('Stopped.', '');
  }

  async function speak(text, format) {
    silence();
    asked = new AbortController();
    const { signal } = asked;
    const started = performance.now();
    isAsking = true;
    say('Asking…', '');
    try {
      const reply = await fetch('/v1/audio/speech', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ input: text, response_format: format }),
        signal,
      });
      showFacts(reply.headers, performance.now() - started);
      if (reply.headers.get('content-type')?.startsWith('audio/')) await play(await reply.blob(), reply.headers);
      else readByBrowser(reply.status, await reply.json(), text);
    } catch (error) {
      if (!signal.aborted) say(`That did not work: ${error.message}`, 'bad');
    } finally {
      // Another question may be under way by now.
      if (signal === asked.signal) isAsking = false;
    }
  }

  return { speak, stop };
}

async function play(blob, headers) {
  URL.revokeObjectURL(audio.src);
  audio.src = URL.createObjectURL(blob);
  const provider = headers.get('x-speech-provider');
  if (headers.get('x-speech-degraded') === 'true')
    say(`The first voice did not answer, so “${provider}” speaks instead.`, 'warn');
  else say(`“${provider}” speaks.`, 'good');
  await audio.play();
}

/** No voice of the server's could say it: the browser's own does. */
function readByBrowser(status, body, asked) {
  if (status === 400) {
    say(body.error.message, 'bad');
    return;
  }
  const reason = body.reason ?? body.error?.code;
  const utterance = new SpeechSynthesisUtterance(body.text ?? asked);
  globalThis.speechSynthesis.speak(utterance);
  say(`Only text came back (${reason}), so your browser’s own voice reads it.`, 'warn');
}

function showFacts(headers, milliseconds) {
  facts.hidden = false;
  const isDegraded = headers.get('x-speech-degraded') === 'true';
  document.querySelector('#provider').textContent =
    `${headers.get('x-speech-provider')}${isDegraded ? ' (degraded)' : ''}`;
  document.querySelector('#first').textContent = `${Math.round(milliseconds)} ms`;
  document.querySelector('#attempts').textContent = attempts(headers.get('server-timing') ?? '');
}

/** Writes a Server-Timing header for people: `demo 2001 ms timeout.first_byte → local 140 ms`. */
function attempts(header) {
  return header
    .split(', ')
    .filter((metric) => metric !== '')
    .map((metric) => {
      const [name, duration, code] = metric.split(';');
      const reason = code ? ` ${code.replace(/^desc="|"$/g, '')}` : '';
      return `${name} ${Math.round(Number(duration.replace('dur=', '')))} ms${reason}`;
    })
    .join(' → ');
}

function say(message, kind) {
  result.textContent = message;
  result.dataset.kind = kind;
}
