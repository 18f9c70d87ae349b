import type { Entity } from '@backstage/catalog-model';
import { foldAscii } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type {
  Subject,
  UserQueryField,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { groupBy } from '../groupBy';
import { quote } from '../quote';
import { readField } from './entities';

/** @internal */
export type Account = Pick<Subject, 'id' | 'username' | 'slug' | 'email'>;

/**
 * An attribute of an entity that contradicts the account that signs in as it.
 *
 * @internal
 */
export interface Contradiction {
  /** In words, with the account that the entity names instead. */
  readonly text: string;
  /** Usernames of those accounts; empty when Bitbucket lists none. */
  readonly others: readonly string[];
}

/** @internal */
export interface Accounts {
  /** Why an entity seems to belong to another account; `undefined` when nothing suggests that. */
  contradictionOf(account: Account, entity: Entity): Contradiction | undefined;
  /** Whether the entity names the account by its id, which no other attribute outweighs. */
  isConfirmed(account: Account, entity: Entity): boolean;
  /** Usernames of the other accounts with the email of this one. */
  sameEmail(account: Account): readonly string[];
  /** Whether the entity names another account by id: then the sign-in refuses this one. */
  isOfAnother(account: Account, entity: Entity): boolean;
  /** Usernames of the accounts that an entity names by id. */
  namedBy(entity: Entity): readonly string[];
  /** Whether any account has the email. */
  hasEmail(email: string): boolean;
}

interface Trait {
  readonly key: keyof Account;
  readonly words: string;
  /** Whether it contradicts even if Bitbucket does not list the account that it names. */
  readonly isExplicit: boolean;
  read(entity: Entity): unknown;
}

/**
 * An index of Bitbucket's accounts, including inactive ones, by every attribute that an entity may name.
 *
 * @param host - of the annotations
 * @internal
 */
export function createAccounts(payloads: readonly unknown[], host: string): Accounts {
  const accounts = payloads.map(accountOf);
  const indexes = new Map<keyof Account, Map<string, Account[]>>();

  function holders(key: keyof Account, value: string): readonly Account[] {
    let index = indexes.get(key);
    if (!index) {
      const having = accounts.filter(account => account[key] !== undefined);
      index = groupBy(having, account => foldAscii(account[key]!));
      indexes.set(key, index);
    }
    return index.get(foldAscii(value)) ?? [];
  }

  const annotation = (name: string) => `metadata.annotations.${host}/${name}` as const;
  const traitOf = (
    key: keyof Account,
    words: string,
    field: UserQueryField,
    isExplicit = false,
  ): Trait => ({ key, words, isExplicit, read: entity => readField(entity, field) });
  const traits: readonly Trait[] = [
    traitOf('username', `annotation ${host}/username`, annotation('username'), true),
    traitOf('slug', `annotation ${host}/user-slug`, annotation('user-slug'), true),
    traitOf('email', `annotation ${host}/email`, annotation('email')),
    traitOf('email', 'profile email', 'spec.profile.email'),
    traitOf('username', 'name', 'metadata.name'),
  ];

  function contradictionBy(trait: Trait, account: Account, entity: Entity) {
    const value = trait.read(entity);
    if (typeof value !== 'string' || value === '') return undefined;
    const own = account[trait.key];
    if (own !== undefined && foldAscii(own) === foldAscii(value)) return undefined;
    // A slug is a spelling of the username, and entities are named by either.
    if (trait.words === 'name' && isSame(account.slug, value)) return undefined;
    const others = holders(trait.key, value).map(({ username = '' }) => username);
    if (others.length === 0 && !trait.isExplicit) return undefined;
    const who =
      others.length > 0
        ? `is that of ${others.map(name => quote(name)).join(', ')}`
        : `names an account that Bitbucket does not list`;
    return { text: `its ${trait.words} ${quote(value)} ${who}`, others };
  }

  /** In any letter case of the key, like the sign-in and the catalog. */
  function idsOf({ metadata }: Entity): unknown[] {
    const wanted = foldAscii(`${host}/user-id`);
    return Object.entries(metadata.annotations ?? {})
      .filter(([key]) => foldAscii(key) === wanted)
      .map(([, value]) => value);
  }

  function isConfirmed({ id }: Account, entity: Entity): boolean {
    const ids = idsOf(entity);
    return id !== undefined && ids.length > 0 && ids.every(each => each === id);
  }

  return {
    isConfirmed,
    isOfAnother: ({ id }, entity) => idsOf(entity).some(each => each !== id),
    contradictionOf(account, entity) {
      if (isConfirmed(account, entity)) return undefined;
      for (const trait of traits) {
        const contradiction = contradictionBy(trait, account, entity);
        if (contradiction) return contradiction;
      }
      return undefined;
    },
    sameEmail({ email, id, username }) {
      if (email === undefined) return [];
      return holders('email', email)
        .filter(other => other.id !== id || other.username !== username)
        .map(other => other.username ?? '');
    },
    namedBy: entity =>
      idsOf(entity).flatMap(id =>
        typeof id === 'string' ? holders('id', id).map(({ username = '' }) => username) : [],
      ),
    hasEmail: email => holders('email', email).length > 0,
  };
}

function isSame(one: string | undefined, other: string): boolean {
  return one !== undefined && foldAscii(one) === foldAscii(other);
}

function accountOf(payload: unknown): Account {
  const { id, name, slug, emailAddress } = (payload ?? {}) as Record<string, unknown>;
  return {
    id: typeof id === 'number' ? String(id) : undefined,
    username: text(name),
    slug: text(slug),
    email: text(emailAddress),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
