/**
 * What a schema makes, with nothing that is present and undefined: frozen data all the way down. It is what a provider is made with, so
 * that its options are written down once, in its schema.
 */
export type Filled<Value> = { readonly [Key in keyof Value]: Filled<Exclude<Value[Key], undefined>> };
