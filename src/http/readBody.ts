import type { Deadline } from '../shared';

/** What could be read of a body. */
export type BodyText =
  | { readonly text: string; readonly fault?: undefined }
  /** `text`: what came before the fault. */
  | { readonly fault: 'broken'; readonly cause: unknown; readonly text: string }
  | { readonly fault: 'too-large' | 'not-utf-8' };

/**
 * Reads a body as UTF-8, stops at `maxBytes`, whatever `Content-Length` says, and when the deadline
 * ends. Never rejects.
 *
 * @param whole - whether to read on in spite of a `Content-Length` that is too large, and to keep
 * bytes that are not UTF-8
 */
export async function readBody(
  response: Response,
  maxBytes: number,
  deadline: Deadline,
  whole = false,
): Promise<BodyText> {
  if (!whole && Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    discardBody(response);
    return { fault: 'too-large' };
  }
  const reader = response.body?.getReader();
  if (!reader) return { text: '' };
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await deadline.race(reader.read());
      if (done) break;
      size += value.byteLength;
      if (size > maxBytes) return { fault: 'too-large' };
      chunks.push(value);
    }
  } catch (cause) {
    return { fault: 'broken', cause, text: Buffer.concat(chunks).toString('utf8') };
  } finally {
    // Frees the socket when the body was not read to its end.
    reader.cancel().catch(() => undefined);
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: !whole }).decode(Buffer.concat(chunks)) };
  } catch {
    return { fault: 'not-utf-8' };
  }
}

/** Discards a body that is not needed, so that its socket does not stay open. */
export function discardBody(response: Response): void {
  // A body that is broken already needs no freeing.
  response.body?.cancel().catch(() => undefined);
}
