interface Refusal {
  readonly param: string;
  readonly code: string;
}

/** Queries that cannot be right, with what is said of them where `maxInput` is 20. */
export const BAD_QUERIES: readonly (readonly [what: string, query: string, refusal: Refusal])[] = [
  ['no query', '', { param: 'input', code: 'missing_required_parameter' }],
  ['an empty text', 'input=', { param: 'input', code: 'invalid_value' }],
  ['a text of nothing that can be seen', 'input=+%E2%80%8B', { param: 'input', code: 'invalid_value' }],
  ['a NUL alone', 'input=%00', { param: 'input', code: 'invalid_value' }],
  ['a text that is too long', `input=${'a'.repeat(21)}`, { param: 'input', code: 'string_above_max_length' }],
  ['a field that is given twice', 'input=a&input=b', { param: 'input', code: 'invalid_value' }],
  ['an unknown field that is given twice', 'input=a&x=1&x=1', { param: 'x', code: 'invalid_value' }],
  ['a format that there is not', 'input=a&response_format=ogg', { param: 'response_format', code: 'invalid_value' }],
  ['a speed in words', 'input=a&speed=fast', { param: 'speed', code: 'invalid_type' }],
  ['an empty speed', 'input=a&speed=', { param: 'speed', code: 'invalid_value' }],
  ['a speed beyond the limits', 'input=a&speed=5', { param: 'speed', code: 'invalid_value' }],
  ['a voice that breaks a line', 'input=a&voice=b%0D%0Ac', { param: 'voice', code: 'invalid_value' }],
  ['a wish for the chain', 'input=a&fallback=chain', { param: 'fallback', code: 'invalid_value' }],
  ['server-sent events', 'input=a&stream_format=sse', { param: 'stream_format', code: 'invalid_value' }],
  ['another stream', 'input=a&stream_format=hls', { param: 'stream_format', code: 'invalid_value' }],
];
