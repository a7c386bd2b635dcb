/** A tone of 440 Hz and a quieter one that glides, which no encoder can do without its prediction. */
export function toneAt(sampleRate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(sampleRate * seconds) }, (_, index) => {
    const time = index / sampleRate;
    return 0.3 * Math.sin(2 * Math.PI * 440 * time) + 0.05 * Math.sin(2 * Math.PI * 600 * time * time);
  });
}
