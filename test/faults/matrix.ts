import type { Fault } from './fault.js';
import { ANSWERS_THAT_ARE_NONE, BODY } from './rows/body.js';
import { BROKEN_REPLIES } from './rows/broken-replies.js';
import { BYTES } from './rows/bytes.js';
import { CHECKS } from './rows/checks.js';
import { CLIENTS } from './rows/clients.js';
import { CONNECTING } from './rows/connecting.js';
import { ENGINE } from './rows/engine.js';
import { EVENTS } from './rows/events.js';
import { FORMATS } from './rows/formats.js';
import { HEAD } from './rows/head.js';
import { HEALTHY } from './rows/healthy.js';
import { LAST_RESORT } from './rows/last-resort.js';
import { NAMES } from './rows/names.js';
import { NETWORK } from './rows/network.js';
import { ONE_CALLER } from './rows/one-caller.js';
import { OVERLOAD } from './rows/overload.js';
import { OWN_PROCESS } from './rows/own-process.js';
import { PROCESS } from './rows/process.js';
import { RETRY_AFTER, STATUSES } from './rows/statuses.js';
import { TEXT } from './rows/text.js';
import { TLS } from './rows/tls.js';

/** Every row, in the order of the table. */
export const MATRIX: readonly Fault[] = [
  ...HEALTHY,
  ...CONNECTING,
  ...NETWORK,
  ...NAMES,
  ...TLS,
  ...HEAD,
  ...BODY,
  ...ANSWERS_THAT_ARE_NONE,
  ...BYTES,
  ...FORMATS,
  ...EVENTS,
  ...TEXT,
  ...STATUSES,
  ...RETRY_AFTER,
  ...ONE_CALLER,
  ...CHECKS,
  ...LAST_RESORT,
  ...OVERLOAD,
  ...CLIENTS,
  ...BROKEN_REPLIES,
  ...ENGINE,
  ...OWN_PROCESS,
  ...PROCESS,
];
