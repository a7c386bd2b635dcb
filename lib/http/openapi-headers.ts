/** Describes the headers of every reply of the speech route, as OpenAPI does. */
export function replyHeaders(): object {
  return {
    'X-Speech-Provider': header('The name that answered, `none` for an error.', { type: 'string' }),
    'X-Speech-Degraded': header('Whether the first provider was asked and did not answer.', {
      type: 'string',
      enum: ['true', 'false'],
    }),
    'X-Speech-Cache': header('Whether the sound was kept.', { type: 'string', enum: ['hit', 'miss', 'off'] }),
    'X-Speech-Warning': header('Wishes that were not met.', { type: 'string' }),
    'X-Request-Id': header('Tells the request from others, in logs too.', { type: 'string' }),
    'Server-Timing': header('One metric for each attempt.', { type: 'string' }),
  };
}

function header(description: string, schema: object): object {
  return { description, schema };
}
