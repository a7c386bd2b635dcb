import { discard } from '../streams/discard.js';

/** INTERNAL_ERROR of RFC 9113, section 7. Node's own constant comes with all of node:http2, which few applications load. */
const INTERNAL_ERROR = 2;

/** What is needed of a stream of HTTP/2. */
export interface Http2Stream {
  readonly destroyed: boolean;
  /** 0 where it ended well, or has not ended. */
  readonly rstCode: number;
  readonly writableLength: number;
  write(chunk: string, callback: () => void): unknown;
  close(code: number): void;
}

/** Finds the stream behind a response of HTTP/2, which it is told by: one of HTTP/1 has none. */
export function http2StreamOf(response: object): Http2Stream | undefined {
  const stream: unknown = 'stream' in response ? response.stream : undefined;
  return isHttp2Stream(stream) ? stream : undefined;
}

/** Closes a stream with an error, behind what was written to it: a reset goes before all that waits. Never throws. */
export function closeWithError(stream: Http2Stream): void {
  const close = (): void => {
    try {
      stream.close(INTERNAL_ERROR);
    } catch {
      discard(stream);
    }
  };
  try {
    if (stream.writableLength > 0) stream.write('', close);
    else close();
  } catch {
    close();
  }
}

function isHttp2Stream(value: unknown): value is Http2Stream {
  return typeof value === 'object' && value !== null && 'rstCode' in value && 'close' in value && 'session' in value;
}
