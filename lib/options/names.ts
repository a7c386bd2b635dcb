import { z } from 'zod';
import { nonEmptyString } from './schemas.js';

// Names stand in headers (`X-Speech-Provider`, `Server-Timing`) and in metric labels.
export const NAME_ERROR = 'expected a name of 1 to 64 letters, digits, dots, dashes and underscores';
export const NAME_SCHEMA = z.string({ error: NAME_ERROR }).regex(/^[A-Za-z0-9][\w.-]{0,63}$/, { error: NAME_ERROR });

/** From the names that requests have for voices to those of a provider. */
export const VOICES_SCHEMA = z.record(z.string(), nonEmptyString('the name of one of this provider’s voices'), {
  error: 'expected an object from asked voice to this provider’s voice',
});
