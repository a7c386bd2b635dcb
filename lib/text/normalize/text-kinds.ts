/** Makes a text ready to be spoken; the text of the request goes in, what is said comes out. */
export type PrepareFunction = (input: string) => string | Promise<string>;

/** How a text can be made ready without code. */
export const PREPARATIONS = ['markdown', 'none'] as const;

/**
 * How texts are made ready. `markdown`: Markdown, HTML and SSML become what a person would say. `none`: they are spoken as they were
 * sent.
 */
export type Prepare = (typeof PREPARATIONS)[number] | PrepareFunction;
