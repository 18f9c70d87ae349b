import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSignInError } from '../../src/errors';
import { parseBitbucketServerUser } from '../../src/profile';

const folder = join(__dirname, '../../fixtures/payloads');
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const files = readdirSync(folder).filter(file => file.endsWith('.json'));
const userFiles = files.filter(file => file.startsWith('user-'));
const pageFiles = files.filter(file => file.startsWith('page-'));

/** Payloads that must be refused, and the reason. */
const refused: Record<string, string> = {
  'user-042-partial-email-username.json': 'id: Required',
};

function detailOf(json: unknown): string {
  try {
    parseBitbucketServerUser(json);
  } catch (error) {
    if (isSignInError(error) && error.code === 'USER_PAYLOAD_INVALID') return error.detail;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parseBitbucketServerUser', () => {
  it('is tested with all user payloads', () => {
    expect(userFiles.length).toBeGreaterThanOrEqual(65);
    expect(Object.keys(refused).every(file => userFiles.includes(file))).toBe(true);
  });

  it.each(userFiles.filter(file => !(file in refused)))('accepts %s and loses nothing', file => {
    const json = read(file);
    const user = parseBitbucketServerUser(json);
    expect(user.raw).toEqual(json);
    expect(user).toMatchObject({ id: json.id, name: json.name, slug: json.slug });
    expect(user.displayName).toBe(json.displayName ?? json.name);
    expect(user.emailAddress).toBe(json.emailAddress);
    expect(user.active).toBe(json.active);
    expect(user.type).toBe(json.type);
    expect(user.avatarUrl).toBe(json.avatarUrl);
  });

  it.each(Object.entries(refused))('refuses %s because of %s', (file, reason) => {
    expect(detailOf(read(file))).toContain(reason);
  });

  it.each(pageFiles.flatMap(file => read(file).values.map((json: unknown) => [file, json])))(
    'accepts each user of %s',
    (_file, json) => {
      expect(parseBitbucketServerUser(json).name).toBe((json as { name: string }).name);
    },
  );

  const valid = { id: 7, name: 'jane', slug: 'jane' };

  it.each([
    ['no object', 'jane', 'payload'],
    ['null', null, 'payload'],
    ['a list', [valid], 'payload'],
    ['an id that is text', { ...valid, id: '7' }, 'id'],
    ['a negative id', { ...valid, id: -1 }, 'id'],
    ['an id beyond int32', { ...valid, id: 2 ** 31 }, 'id'],
    ['half an id', { ...valid, id: 1.5 }, 'id'],
    ['an empty name', { ...valid, name: '' }, 'name'],
    ['no slug', { ...valid, slug: undefined }, 'slug'],
    ['a name that is a list', { ...valid, name: ['jane'] }, 'name'],
    ['an active that is text', { ...valid, active: 'false' }, 'active'],
    ['an email that is an object', { ...valid, emailAddress: {} }, 'emailAddress'],
  ])('refuses %s', (_what, json, key) => {
    expect(detailOf(json)).toContain(`${key}:`);
  });

  it('takes null for absent', () => {
    const user = parseBitbucketServerUser({
      ...valid,
      displayName: null,
      emailAddress: null,
      active: null,
      type: null,
      avatarUrl: null,
    });
    expect(user).toEqual({ ...valid, displayName: 'jane', raw: expect.anything() });
  });

  it('never shows a foreign name raw in the log text', () => {
    const detail = detailOf({ name: 'x\n2026-01-01 info forged\u202e', slug: 's' });
    expect(detail).toMatch(/^[\x20-\x7e]*$/);
  });
});
