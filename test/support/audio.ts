import { WavStream } from '../../lib/audio/wav-stream.js';
import { createPcmEncoder, createWavEncoder } from '../../lib/engines/encoders/pcm.js';
import type { SpeechFormat } from '../../lib/index.js';

/** A sixteenth of a second of a tone in each compressed format, made with ffmpeg and flac. */
const BASE64 = {
  mp3: 'SUQzBAAAAAAACgAAAAAAAAAAAAD/84TAAAAAAAAAAAAASW5mbwAAAA8AAAAFAAACoABtbW1tbW1tbW1tbW1tbW1tbW1tkpKSkpKSkpKSkpKSkpKSkpKSkpK2tra2tra2tra2tra2tra2tra2ttvb29vb29vb29vb29vb29vb29vb//////////////////////////8AAAAATGF2ZiBsYW1lAAAAAAAAAAAAAAAAJANgAAAAAAAAAqDxbps6AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD/80TEABGwYoA/WBgAC9bduA5bls7Z2u9ib9vQkIYxmMZjCWbLxqDtfh+npKSkpKSkBAEwfB8H+GOD/KBiU9/Kef6PfwcDGIAffWBDnP9H5+BAQ71YBfDDBgQCAQAAABj/80TEDBWZgqGfmWgCEoF+vuiFAB4EgIn0MgH0CAnlBpN1RGcAZoCJAcv4kwWoLUO3/GFGFJIew9v/MS6XTIvF7/8xLpImReLxj//l0upA0JQl/waEp0OqaqFgKmiBUCn/80TECBLQTiwBngAAbuDAJjIeS5Pn9twyt0jD3qirMzxFM9KaQAgWAIAjMKUAUHAOGEwAcCgF/X/3a2VG6u1THdn12afu5C77aLuh+7Qn+qrHJj6fFLWMCIOhJEaM1ML/80TEDxY5opQBmlAAeGUy/QORpiWMydjwyCWC4c97uIISxUFZPd8XjAVheU+++PipQfEJT/+REKERChF//5CcDINAse/8FgZBoNgyBv/8NgyBg2DIGDcGqq6wqFRTAiD/80TECQwISdhVyQgASJiopaVQwRImrQnpGG+V9vK+d6/byvnf86SUeK4iWd6PO8rpnf/1qkxBTUUzLjEwMKqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=',
  opus: 'T2dnUwACAAAAAAAAAAAAAAAAAAAAAENewaEBE09wdXNIZWFkAQE4AcBdAAAAAABPZ2dTAAAAAAAAAAAAAAAAAAABAAAASZW+VAEuT3B1c1RhZ3MGAAAAZmZtcGVnAQAAABQAAABlbmNvZGVyPUxhdmMgbGlib3B1c09nZ1MABHgMAAAAAAAAAAAAAAIAAADfVROrBEMsMSVoggG3bEck6gHYfz7QO6Hs0fSetZu7Ey9Rl6rf2w7hm1PVC5MraoVBc08AWu8KNC+yw8p0tePv3i4/dC48WGiJ3B72aKM/96yYhQNXIi23co37vjQaPGsw8V7qyFzJDgeWAaegQTRKNbfVf9q8YyJom6MSU6pIfdGP1XBJDBpa4qNkomFye2nrQm500De1emCMDPJ5GjvSezC00nCC6FL6aIPI3wWv+Nf2eiiOcQ/S8GJkcdlQF1vwyIiobLE9QzzrYszb8A==',
  aac: '//FYQDx//N4CAExhdmM1OS4zNy4xMDAAAhyvXqjMXU2FlKlO/f9+qkkJ3xapUiVuTI/ESSX//tBKLCIw4hJjCLVkkLIsOSQ0i5JJCSKmEoiiKphKYAiGxK2AtHL0HWnfSE7lOooJHgoSS8AR180lVwJG9PJVIpGFGJSTEUwCUIZFLSTykUmJIKRYMkY5FQCQykVBJFIRMEkUBExMfHIjHgRiIg4ETAQ4EGzQ/+Vih/jWaL+1ZoP32acvYrl7vH2LsHsLqnmr5X5rwX4rwX2L2HxbsHxbmnqrWutta5q1Tmrbutta621rqrNOqtt17Xde13Xtdx2869ruva7r2N0LXd613Xtd17QcdoOO0G5XG5XG5XG5XG5aDctBuWg3K43K42q42qlpqWmpaalpqV+pX7Vo1aNWjVo1aNWjVo1aNWjVo1aNWjVo1aNWjVo1aNWjVo1cdWjhoqoqoqoqoqoqoqoqoqoqoqoqoqoqoqoqoqoqoJcw9IkcV7HJco9HkeE+giWq9Hkdv6RJcL9HkeV+dCXMPLhHlXkAlrfOhHlPnAl2nxeR6b4xJd76iR4t4VJdf6sR6pxYlu+qEeX8iJcW4UR0vLCXAeGkdByYlwPiBHjWLJarEkc3giWXQRPl6zz5C9H4//FYQC0f/AFMntnScbrbMsLuQ3xq9XS/389acaac1evPj8/vA4u9XfX9v7fyAB9/0kAAF+oiaY4EzBMwSc79ra1ShMEvRxEo8HexEpB3/UlKrcNgWqHXytGv519J/h210rE0jsqTP8i+nNOBro+XMB9NfynA+n0+WxQA+m76fLm5gBr10fz92/eH8uGx7t4HCOxD2ivEa8M4iIVElbnjhCateShEwDAk0OaiUBbrlWlVG4Yy0hB6Z+3u1iYEeUuqGUgD6/8wiUv9PuBEp2n8PHLEHcfI8f5YB2HoOz9GAdh6Dj9eABxOs4/X8TrAAOP1/E6zj9eAAHE4Gvw9TQ19MA/mH8//mH8/AD+Yfz/+Yfz/+YEsxy4l0vqhKdIJjERhrlAWPj+a2aLkb5bcv73vXxXMfMd269mPC5lr2Y67htewuNw1yttxorlQ1mirVDWaKtUNZoq1Q0r1TPL69Pzy+vT88vr0/PPA//FYQAGf/AEYgbRw',
  flac: 'ZkxhQwAAACIQABAAAAK7AAK7BdwA8AAABaDSbRsBpZvi/5MVcb96JvTVhAAAKCAAAAByZWZlcmVuY2UgbGliRkxBQyAxLjQuMiAyMDIyMTAyMgAAAAD/+HcIAAWfpkQASwHHA660qX3MiahEAAAAAAAAKAAAIABwAQA4AgcCHCUhEYjGwkNCRtURSLd/VvX171zyzplJSRERkZmYjIRGTMkazWSxZ1sf1YXe/fK12yISGxCIzGTGxI2QjtLUee//9b+t9xURcykyNkNDIRsZsyISo12kntWPFr3restkkpujNCMmERmQyMyZo2rT5dVv/r31bVtnSc3RERGJDIxEZkQkJGrKT2ZbHjx73vr5d9Zo2yIzYhIJiMhGRCVEkFVw6NvHMcaDrrSwkgkERAiICQSBCQURJSq3HBx7Pbca3VQtBIRCEIQgiIEKAsQkiWu80bx7M437vCcFigWCEIgiBCIIQoCwsUWTxD3NsczbOOcvJFiJBEIQhEEQiCEFEURZPW9w/Z7cP9r1EhRCIRBCBEEgQkIJEURNSNM5ts83m9o5TCWChEIhCIIIhBEJBSCok1bj8cHGxoNYZTSkoKEiCQQRBEEQUCgUhYjCOIc9ts48cOfqMWhFCEIiAoEQQhBIQkSItVGm848ecNG7QwQwssKIJCEEgQgkCEgkRLJVXHt4228cf68pIiIgkCQIiAoIQiIiKiTEc7H55scPferSKEJBQEhCCIIgkIiCyLEa17jbxzHNxrrSkJIJCBQQQiECQiIhFkXV7NDg9m0DRuNWpKERCIQhCEIFAREQKQopaf+bye9Vz/LLLUpKhKRGQyMZCYjZkjNUqeXLFi9516xZ/vNNskNCIzIZGZDYmJSSbZd4tj29b/auWbp2iRkZEYiMRjYSGhI2qIpFu/q3r69655Z0ykpIiIyMzMRkIjJmSNZrJYs62P6sLvfvla7ZEJDYhEZjJjYkbIR2lqPPf/+t/W+4qIuZSZGyGhkI2M2ZEJUa7ST2rHi171vWWySU3RmhoEKBgoAQAOAAAMAAAAAKwgc=',
};

const TONE = Float32Array.from({ length: 24_000 }, (_, index) => 0.3 * Math.sin((index * 2 * Math.PI * 440) / 24_000));

/** Returns a small piece of sound in a format: a tone of a second without compression, of a sixteenth of one with it. */
export function soundIn(format: SpeechFormat): Buffer {
  if (format === 'pcm') return Buffer.from(createPcmEncoder().encode(TONE));
  if (format === 'wav') return Buffer.from(createWavEncoder(TONE.length).encode(TONE));
  return Buffer.from(BASE64[format], 'base64');
}

/** Takes the samples out of WAV, whatever its header says of their number. */
export function samplesOf(wav: Uint8Array): Buffer {
  const sound: Uint8Array[] = [];
  const stream = new WavStream({ onSound: (bytes) => sound.push(bytes) });
  stream.add(wav);
  stream.end();
  return Buffer.concat(sound);
}
