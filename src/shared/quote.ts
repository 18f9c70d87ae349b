const maxLength = 120;

/**
 * Formats an external value for a log line: quoted, cut, and with everything but printable ASCII
 * escaped, so that no name or header can forge a line, hide text or reverse it.
 */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return escapeNonAscii(JSON.stringify(cut));
}

/**
 * Formats an error of other code for a log line: on one line, cut to a useful length, in printable
 * ASCII.
 */
export function describeCause(cause: unknown): string {
  const text = String(cause);
  return escapeNonAscii(text.length > 1_000 ? `${text.slice(0, 1_000)}...` : text);
}

function escapeNonAscii(text: string): string {
  return text.replace(
    /[^\x20-\x7e]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Removes the given secrets from an external text, in clear and as encoded in a URL or in JSON. A
 * server may echo what it was sent.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    // A shorter value would match parts of words, and is not a secret.
    if (secret.length < 4) continue;
    const inJson = JSON.stringify(secret).slice(1, -1);
    for (const form of new Set([secret, encodeURIComponent(secret), inJson])) {
      clean = clean.split(form).join('[redacted]');
    }
  }
  return clean;
}
