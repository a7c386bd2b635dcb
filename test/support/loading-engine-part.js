// A part of loading-engine.js, which is loaded again and again.
export const part = 1;
