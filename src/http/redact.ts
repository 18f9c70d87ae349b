/**
 * Takes the given secrets out of a foreign text, in clear and as they look in a URL or in JSON.
 * Answers of a server may echo what they were asked with.
 *
 * @internal
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    // A shorter one would tear holes into words, and is no secret.
    if (secret.length < 4) continue;
    const inJson = JSON.stringify(secret).slice(1, -1);
    for (const form of new Set([secret, encodeURIComponent(secret), inJson])) {
      clean = clean.split(form).join('[redacted]');
    }
  }
  return clean;
}
