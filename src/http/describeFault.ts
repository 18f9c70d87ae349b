import { quote } from '../shared';

/** Node's error codes for a certificate that it does not accept. */
const certificateCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

function findCode(error: unknown): string | undefined {
  // `fetch` wraps the fault of the socket, and Node wraps that of several addresses.
  for (let current = error, depth = 0; depth < 4; depth += 1) {
    if (typeof current !== 'object' || current === null) return undefined;
    const { code, cause, errors } = current as Record<string, unknown>;
    if (typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code)) return code;
    current = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return undefined;
}

/** A network fault in words, by its code alone: the messages of such errors may contain a whole URL. */
export function describeNetworkError(error: unknown): string {
  const code = findCode(error);
  if (code === undefined) return 'failed without an error code';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `failed with ${code}: the certificate is for another host name than the configured one; configure the host name that the certificate is for`;
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `failed with ${code}: the certificate of Bitbucket Server, or of the authority that signed it, is not valid at this time; renew it, or correct the clock of the backend`;
  }
  if (certificateCodes.has(code)) {
    return `failed with ${code}: the certificate of Bitbucket Server is not accepted; if it comes from your own authority, start the backend with NODE_EXTRA_CA_CERTS=<file>`;
  }
  return `failed with ${code}`;
}

/** Where a redirect leads, without the query, which may contain secrets. */
export function describeRedirect(location: string | null, url: string): string {
  if (!location) return 'without saying where';
  try {
    const target = new URL(location, url);
    return `to ${quote(`${target.origin}${target.pathname}`)}`;
  } catch {
    return 'to an address that is not a URL';
  }
}

/**
 * The first error of Bitbucket's error body: `{ errors: [{ exceptionName, message }] }`. Empty when
 * there is none. The caller has redacted secrets.
 */
export function describeErrorBody(json: unknown): string {
  if (typeof json !== 'object' || json === null) return '';
  const { errors } = json as { readonly errors?: unknown };
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (typeof first !== 'object' || first === null) return '';
  const { exceptionName, message } = first as Record<string, unknown>;
  const parts = [
    typeof exceptionName === 'string' ? `exception ${quote(exceptionName)}` : '',
    typeof message === 'string' ? `message ${quote(message)}` : '',
  ].filter(Boolean);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

/** Whether a body could not be decompressed, which is not a fault of the network. */
export function isCompressionFault(error: unknown): boolean {
  return /^(Z_|ERR_(?:_?BROTLI|_ERROR_FORMAT)|ZSTD_)/.test(findCode(error) ?? '');
}
