import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { readField } from '../../lookup';
import type { UserQueryField } from '../../lookup';
import { loosen } from '../world';
import type { Finding } from './Finding';
import { groupBy } from './groupBy';
import { foldAscii, quote } from '../../shared';

interface Holder {
  readonly ref: string;
  readonly value: string;
}

/**
 * Finds `User` entities whose values of one field are equal, or equal but for letter case, form of
 * letters or the plus tag of an email.
 *
 * @internal
 */
export function lintValues(users: readonly Entity[], field: UserQueryField): Finding[] {
  const holders = users.flatMap((entity): Holder[] => {
    const value = readField(entity, field);
    return typeof value === 'string' && value !== ''
      ? [{ ref: stringifyEntityRef(entity), value }]
      : [];
  });
  const isEmail = field === 'spec.profile.email';
  const what = isEmail ? 'email' : field.replace('metadata.annotations.', 'annotation ');
  const same = groupBy(holders, ({ value }) => foldAscii(value));
  return [
    ...[...same.values()].flatMap(group => equalValues(group, isEmail, what)),
    ...twins(same, loosen, (values): Finding => ({
      rule: 'unicodeTwin',
      severity: 'danger',
      text: `${what}: ${values} look alike, but are different letters; one may be there to be taken for the other`,
      concerns: [],
    })),
    ...(isEmail
      ? twins(same, withoutTag, values => ({
          rule: 'plusTagTwin',
          severity: 'warning',
          text: `${what}: ${values} differ only by the tag after "+", and are one mailbox in most mail systems`,
          concerns: [],
        }))
      : []),
  ];
}

function equalValues(group: readonly Holder[], isEmail: boolean, what: string): Finding[] {
  if (group.length < 2) return [];
  const spellings = new Set(group.map(({ value }) => value));
  const concerns = group.map(({ ref }) => ref);
  if (spellings.size > 1) {
    const text = `${what}: ${list(spellings)} are the same but for letter case, so nobody can sign in by it`;
    return [{ rule: 'caseTwin', severity: 'warning', text, concerns }];
  }
  const text = `${what} ${list(spellings)} is on ${group.length} entities, so nobody can sign in by it`;
  const rule = isEmail ? 'duplicateEmail' : 'duplicateAnnotation';
  return [{ rule, severity: 'warning', text, concerns }];
}

/** Groups of values that are different for the sign-in, and the same for the given key. */
function twins(
  same: ReadonlyMap<string, readonly Holder[]>,
  keyOf: (value: string) => string,
  describe: (values: string) => Finding,
): Finding[] {
  const groups = groupBy(same.entries(), ([value]) => keyOf(value)).values();
  return [...groups]
    .filter(group => group.length > 1)
    .map(group => ({
      ...describe(list(group.map(([, [holder]]) => holder!.value))),
      concerns: group.flatMap(([, holders]) => holders.map(({ ref }) => ref)),
    }));
}

/** Tag gone, ASCII case folded; the form of letters is the business of another rule. */
function withoutTag(email: string): string {
  return email.replace(/^([^+@]+)\+[^@]*@/, '$1@');
}

function list(values: Iterable<string>): string {
  return [...values].map(value => quote(value)).join(', ');
}
