// Asks for AAC where its peer cannot be found, and for another format after that. Says what came of it.
import { createLocalProvider } from '../../lib/providers/local/provider.js';
import { SpeechError } from '../../lib/speech/error.js';
import { bytesOf } from './provider-conformance.js';
import { context, speechRequest } from './speech-request.js';

const local = createLocalProvider({ name: 'local', engine: 'embedded', voices: {}, workers: 1 });
try {
  const refusal: unknown = await local
    .synthesize(speechRequest({ format: 'aac' }), context())
    .catch((error: unknown) => error);
  const { code, message } = SpeechError.from(refusal);
  const result = await local.synthesize(speechRequest({ format: 'opus' }), context());
  const pages = result.kind === 'audio' ? (await bytesOf(result)).toString('latin1').split('OggS').length - 1 : 0;
  const formats = local.capabilities?.formats?.join(', ') ?? 'anything';
  console.log(`makes ${formats}; ${code}: ${message}; opus of ${pages >= 3 ? '3 pages or more' : `${pages} pages`}`);
} catch (error) {
  console.log(`failed: ${String(error)}`);
}
await local.close?.();
