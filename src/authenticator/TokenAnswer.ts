import { z } from 'zod/v3';

/** What the token endpoint gives, validated. */
export interface TokenAnswer {
  readonly accessToken: string;
  readonly tokenType: string;
  /** `undefined` when the server does not say. */
  readonly scope?: string;
  readonly expiresInSeconds?: number;
  readonly refreshToken?: string;
}

/** Tokens of a session that can be refreshed. */
export type SessionTokens = TokenAnswer & { readonly refreshToken: string };

// Tokens travel in headers and cookies: nothing but visible ASCII may be in them.
const token = z.string().regex(/^[\x21-\x7e]{1,16384}$/);

/**
 * Body of a successful token answer. Bitbucket's documentation shows it without `scope`, and clients
 * have met it without `created_at`; unknown keys are tolerated.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1
 * @internal
 */
export const tokenAnswerSchema = z
  .object({
    access_token: token,
    token_type: z
      .string()
      .regex(/^bearer$/i)
      .nullish(),
    scope: z.string().nullish(),
    expires_in: z.coerce.number().finite().nonnegative().nullish(),
    refresh_token: token.nullish(),
  })
  .transform((body): TokenAnswer => ({
    accessToken: body.access_token,
    tokenType: body.token_type ?? 'bearer',
    scope: body.scope ?? undefined,
    expiresInSeconds: body.expires_in ?? undefined,
    refreshToken: body.refresh_token ?? undefined,
  }));
