import { createEncoders } from '../../lib/engines/encoder.js';
import { createLoad } from '../../lib/engines/load.js';

/** Makes encoders in this thread, which nobody ends. */
export const createEncoder = createEncoders(createLoad());
