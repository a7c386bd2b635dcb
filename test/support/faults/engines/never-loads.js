// Never gets ready.
import { forever } from './engine.js';

export const createEngine = () => forever();
