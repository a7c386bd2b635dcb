/** Says whether bytes are the beginning of a text in UTF-8, in whatever language it is: an error, markup, an event. */
export function isText(bytes: Uint8Array): boolean {
  try {
    // Asked for a stream, the decoder bears a character that is cut at the end.
    return !/[^\P{Cc}\t\n\r]/u.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }));
  } catch {
    return false;
  }
}
