import type { Request, RequestHandler, Response } from 'express';
import type { ConfigurationSnapshot, SpeechControl } from '../speech/control.js';
import { fieldsOf } from './read-fields.js';
import { adminProblem, answer, type AdminProblem } from './reply.js';

/** Makes the handler that shows the configuration. */
export function createReadConfig(control: SpeechControl): RequestHandler {
  return answer((_request, response) => {
    sendSnapshot(response, control.read());
  });
}

/** Is told of each change that a request has made, and of the revision that is in use since. */
export type OnChanged = (request: Request, revision: string) => void;

/** Makes the handler that saves `{ options }` over the revision that `If-Match`, or `revision` beside it, names. */
export function createSaveConfig(control: SpeechControl, onChanged: OnChanged): RequestHandler {
  return answer(async (request, response) => {
    const { options } = fieldsOf(request);
    const revision = revisionOf(request);
    const snapshot = await changed(control, () => control.save(options, revision));
    onChanged(request, snapshot.revision);
    sendSnapshot(response, snapshot);
  });
}

/** Makes the handler that goes back to the configuration before the last change. */
export function createUndo(control: SpeechControl, onChanged: OnChanged): RequestHandler {
  return answer(async (request, response) => {
    const revision = revisionOf(request);
    const snapshot = await changed(control, () => control.undo(revision));
    onChanged(request, snapshot.revision);
    sendSnapshot(response, snapshot);
  });
}

function sendSnapshot(response: Response, snapshot: ConfigurationSnapshot): void {
  response.setHeader('ETag', `"${snapshot.revision}"`);
  response.json(snapshot);
}

function revisionOf(request: Request): string {
  const given = fieldsOf(request)['revision'] ?? request.get('If-Match');
  if (typeof given !== 'string') {
    throw adminProblem('revision_missing', 'Say with If-Match which revision this is to replace.');
  }
  return given.replace(/^(?:W\/)?"(.*)"$/, '$1');
}

async function changed(
  control: SpeechControl,
  change: () => Promise<ConfigurationSnapshot>,
): Promise<ConfigurationSnapshot> {
  try {
    return await change();
  } catch (error) {
    throw refusal(error, control);
  }
}

/** Errors are told by their codes: an application may have two copies of the package. */
function refusal(error: unknown, control: SpeechControl): AdminProblem {
  const { code, problems } = Object(error) as { readonly code?: unknown; readonly problems?: unknown };
  if (code === 'ERR_SPEECH_REVISION') {
    const message = 'The configuration was changed by somebody else in the meantime.';
    return adminProblem('revision_conflict', message, { current: control.read() });
  }
  if (code === 'ERR_SPEECH_OPTIONS') {
    return adminProblem('invalid_options', 'These options cannot be used.', { problems });
  }
  // The system's own codes name no path.
  const reason = typeof code === 'string' && /^E[A-Z]+$/.test(code) ? ` (${code})` : '';
  return adminProblem('not_saved', `The configuration could not be saved${reason}; the one before it stays in use.`);
}
