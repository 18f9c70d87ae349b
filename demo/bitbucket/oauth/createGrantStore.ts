import { randomUUID } from 'node:crypto';
import type { SimulatedPerson, SimulatorOptions } from '../SimulatorOptions';
import type { CodeGrant, GrantStore } from './GrantStore';
import { makeToken } from './makeToken';

/** Defaults of Bitbucket's OAuth 2.0 provider. */
export const CODE_LIFETIME_MS = 10_000;
export const ACCESS_TOKEN_LIFETIME_SECONDS = 3600;
const REFRESH_TOKEN_LIFETIME_MS = 7_776_000_000;

interface Pair {
  person: SimulatedPerson;
  clientId: string;
  familyId: string;
  accessToken: string;
  refreshToken: string;
  issuedAt: number;
}

/** Keeps codes and tokens in memory; `now` decides about their age, `reuse` about a used refresh token. */
export function createGrantStore(
  now: () => number,
  reuse: SimulatorOptions['refreshTokenReuse'] = 'refuse',
): GrantStore {
  const codes = new Map<
    string,
    CodeGrant & { familyId: string; issuedAt: number; used: boolean }
  >();
  const byAccessToken = new Map<string, Pair>();
  const byRefreshToken = new Map<string, Pair>();
  /** Refresh tokens that were rotated away. */
  const usedRefreshTokens = new Map<string, Pick<Pair, 'clientId' | 'familyId'>>();

  function drop(pair: Pair) {
    byAccessToken.delete(pair.accessToken);
    byRefreshToken.delete(pair.refreshToken);
  }

  function endFamily(familyId: string) {
    [...byRefreshToken.values()].filter(pair => pair.familyId === familyId).forEach(drop);
  }

  const store: GrantStore = {
    issueCode(grant) {
      const code = makeToken();
      codes.set(code, { ...grant, familyId: randomUUID(), issuedAt: now(), used: false });
      return code;
    },
    takeCode(code) {
      const grant = codes.get(code);
      if (grant?.used) {
        endFamily(grant.familyId);
        return undefined;
      }
      if (!grant || now() - grant.issuedAt >= CODE_LIFETIME_MS) {
        return undefined;
      }
      grant.used = true;
      return grant;
    },
    issueTokens(person, clientId, familyId = randomUUID()) {
      const pair: Pair = {
        person,
        clientId,
        familyId,
        accessToken: makeToken(),
        refreshToken: makeToken(),
        issuedAt: now(),
      };
      byAccessToken.set(pair.accessToken, pair);
      byRefreshToken.set(pair.refreshToken, pair);
      return { accessToken: pair.accessToken, refreshToken: pair.refreshToken };
    },
    rotate(refreshToken, clientId) {
      const pair = byRefreshToken.get(refreshToken);
      const used = usedRefreshTokens.get(refreshToken);
      if (used?.clientId === clientId && reuse === 'end-grant') {
        endFamily(used.familyId);
      }
      if (
        !pair ||
        pair.clientId !== clientId ||
        now() - pair.issuedAt >= REFRESH_TOKEN_LIFETIME_MS
      ) {
        return undefined;
      }
      drop(pair);
      usedRefreshTokens.set(refreshToken, { clientId, familyId: pair.familyId });
      return store.issueTokens(pair.person, clientId, pair.familyId);
    },
    personOf(accessToken) {
      const pair = byAccessToken.get(accessToken);
      const alive = pair && now() - pair.issuedAt < ACCESS_TOKEN_LIFETIME_SECONDS * 1000;
      return alive ? pair.person : undefined;
    },
    revokeAll() {
      codes.clear();
      byAccessToken.clear();
      byRefreshToken.clear();
      usedRefreshTokens.clear();
    },
  };
  return store;
}
