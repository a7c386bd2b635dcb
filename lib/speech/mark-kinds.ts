/** Marks within a text that mean something to the servers that know them: how a word is pronounced, and sounds that are no words. */
export const MARK_KINDS = ['pronunciation', 'tags'] as const;

/** A kind of mark: `pronunciation` is `[Kokoro](/kˈOkəɹO/)`, `tags` are `<laugh>` and `[laughs]`. */
export type MarkKind = (typeof MARK_KINDS)[number];
