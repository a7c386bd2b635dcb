import { createEncoders } from '../../lib/engines/encoders/create-encoder.js';
import { createLoad } from '../../lib/engines/worker/load.js';

/** Makes encoders in this thread, which nobody ends. */
export const createEncoder = createEncoders(createLoad());
