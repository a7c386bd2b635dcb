import type { Fault } from './fault.js';
import { ANSWERS_THAT_ARE_NONE, BODY } from './rows/body.js';
import { CLIENTS } from './rows/clients.js';
import { CONNECTING } from './rows/connecting.js';
import { HEAD } from './rows/head.js';
import { HEALTHY } from './rows/healthy.js';
import { LAST_RESORT } from './rows/last-resort.js';
import { OVERLOAD } from './rows/overload.js';
import { OWN_PROCESS } from './rows/own-process.js';
import { RETRY_AFTER, STATUSES } from './rows/statuses.js';

/** Every row, in the order of the table. */
export const MATRIX: readonly Fault[] = [
  ...HEALTHY,
  ...CONNECTING,
  ...HEAD,
  ...BODY,
  ...ANSWERS_THAT_ARE_NONE,
  ...STATUSES,
  ...RETRY_AFTER,
  ...LAST_RESORT,
  ...OVERLOAD,
  ...CLIENTS,
  ...OWN_PROCESS,
];
