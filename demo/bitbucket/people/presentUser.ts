import type { SimulatedPerson } from '../SimulatorOptions';

/** The payload as served: `avatarUrl` only when `avatarSize` was sent. */
export function presentUser(
  { user }: SimulatedPerson,
  avatarSize: string | null,
  contextPath: string,
): Record<string, unknown> {
  const { avatarUrl, ...rest } = user;
  if (avatarSize === null) {
    return rest;
  }
  return {
    ...rest,
    avatarUrl:
      avatarUrl ??
      `${contextPath}/users/${encodeSegment(user.slug)}/avatar.png?s=${encodeURIComponent(avatarSize)}`,
  };
}

/** The payload of `/admin/users`. */
export function presentDetailedUser(
  person: SimulatedPerson,
  avatarSize: string | null,
  contextPath: string,
): Record<string, unknown> {
  const internalDirectory = {
    directoryName: 'Bitbucket Internal Directory',
    deletable: true,
    mutableDetails: true,
    mutableGroups: true,
  };
  return {
    ...presentUser(person, avatarSize, contextPath),
    ...(person.directory ?? internalDirectory),
  };
}

function encodeSegment(slug: unknown): string {
  return encodeURIComponent(Buffer.from(String(slug), 'utf8').toString('utf8'));
}
