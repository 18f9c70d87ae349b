import type { Deadline } from '../shared';

/** A body, as far as it could be read. */
type BodyText =
  | { readonly text: string; readonly fault?: undefined }
  /** `text`: what came before the fault. */
  | { readonly fault: 'broken'; readonly cause: unknown; readonly text: string }
  | { readonly fault: 'too-large' | 'not-utf-8' };

/**
 * Reads a body as UTF-8, up to `maxBytes`, whatever `Content-Length` says, and until the deadline
 * ends. Never rejects.
 *
 * @param lenient - whether to ignore a `Content-Length` that is too large, and to replace bytes that
 * are not UTF-8
 */
export async function readBody(
  response: Response,
  maxBytes: number,
  deadline: Deadline,
  lenient = false,
): Promise<BodyText> {
  if (!lenient && Number(response.headers.get('content-length') ?? 0) > maxBytes) {
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
    return { text: new TextDecoder('utf-8', { fatal: !lenient }).decode(Buffer.concat(chunks)) };
  } catch {
    return { fault: 'not-utf-8' };
  }
}

/** Discards a body that is not needed, so that its socket does not stay open. */
export function discardBody(response: Response): void {
  // It rejects for a body that is broken already, which needs no freeing.
  response.body?.cancel().catch(() => undefined);
}
