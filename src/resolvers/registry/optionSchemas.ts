import { z } from 'zod/v3';
import { isNamespace } from '../matchers';

const action = z.enum(['next', 'stop']).optional();

const policy = {
  onMissing: action.describe('When the account lacks the attribute. Default: next.'),
  onNoMatch: action.describe('When no entity matches. Default: next.'),
  onDenied: action.describe('When the attribute may not be used. Default: next.'),
  onAmbiguous: action.describe(
    'When several entities match, or attributes disagree. Default: stop.',
  ),
};

const withoutUser = {
  dangerouslyAllowSignInWithoutUserInCatalog: z
    .union([
      z.boolean(),
      z.object({ namespace: z.string().refine(isNamespace, 'it is no namespace') }).strict(),
    ])
    .optional()
    .describe(
      'Signs in people who have no User entity, when every step found nobody. Dangerous: a name that is free in the catalog belongs to whoever can choose it in Bitbucket.',
    ),
};

const email = {
  allowedDomains: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'Domains whose addresses may sign in; "*.corp.com" for all subdomains. Default: all.',
    ),
  emailTrust: z
    .enum(['always', 'readOnlyDirectory', 'never'])
    .optional()
    .describe('Whether the email is relied on. Default: always.'),
};

const namespace = {
  namespaces: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("Namespaces in order of precedence; '*' for any. Default: [default]."),
};

/**
 * Options that several named resolvers have.
 *
 * @internal
 */
export const optionSchemas = { policy, withoutUser, email, namespace } as const;
