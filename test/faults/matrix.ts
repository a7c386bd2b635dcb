import type { Fault } from './fault.js';
import { CONNECTING } from './rows/connecting.js';
import { HEALTHY } from './rows/healthy.js';

/** Every row, in the order of the table. */
export const MATRIX: readonly Fault[] = [...HEALTHY, ...CONNECTING];
