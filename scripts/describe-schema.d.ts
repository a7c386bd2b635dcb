/** Describes every property of a JSON Schema of the options. */
export function describeSchema(schema: object): object;
