import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import { isSignInError } from '../../src/errors';
import { parseBitbucketServerUser, toPassportProfile } from '../../src/profile';
import { bitbucketServerProfileTransforms, composeProfileTransforms } from '../../src/transforms';
import type { ProfileTransformStep } from '../../src/transforms';

const transforms = bitbucketServerProfileTransforms;
const context = {} as AuthResolverContext;
const payload = {
  id: 7,
  name: 'jane',
  slug: 'jane',
  displayName: 'Jane Doe',
  emailAddress: 'jane@corp.com',
  avatarUrl: '/users/jane/avatar.png',
  active: true,
  type: 'NORMAL',
};

async function run(steps: ProfileTransformStep[], changes: object = {}) {
  const user = parseBitbucketServerUser({ ...payload, ...changes });
  const fullProfile = toPassportProfile(user, { baseUrl: 'https://git.corp.com' });
  return (await composeProfileTransforms(...steps)({ fullProfile }, context)).profile;
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  const error: unknown = await promise.then(
    () => undefined,
    reason => reason,
  );
  return isSignInError(error) ? error.code : error;
}

const jane = {
  displayName: 'Jane Doe',
  email: 'jane@corp.com',
  picture: 'https://git.corp.com/users/jane/avatar.png',
};

describe('composeProfileTransforms', () => {
  it('starts from the user', async () => {
    expect(await run([])).toEqual(jane);
  });

  it('leaves out what the user lacks', async () => {
    const profile = await run([], { emailAddress: null, avatarUrl: null, displayName: null });
    expect(profile).toEqual({ displayName: 'jane', email: undefined, picture: undefined });
  });

  it('runs the steps in order, each on the result of the one before', async () => {
    const seen: unknown[] = [];
    const note =
      (name: string): ProfileTransformStep =>
      async profile => {
        seen.push(profile.displayName);
        return { ...profile, displayName: name };
      };
    expect(await run([note('one'), note('two')])).toMatchObject({ displayName: 'two' });
    expect(seen).toEqual(['Jane Doe', 'one']);
  });

  it('undoes earlier steps by fromUser', async () => {
    expect(await run([transforms.withoutEmail(), transforms.fromUser()])).toEqual(jane);
  });

  it('wraps what a step of somebody else throws, without showing it', async () => {
    const failing = () => {
      throw new Error('database password is hunter2');
    };
    const error: unknown = await run([failing]).catch(reason => reason);
    expect(isSignInError(error) && error.code).toBe('PROFILE_TRANSFORM_FAILED');
    expect(String(error)).not.toContain('hunter2');
    expect(isSignInError(error) && String(error.underlyingError)).toContain('hunter2');
  });
});

describe('requireActiveUser', () => {
  const step = transforms.requireActiveUser();

  it.each([{}, { active: undefined, type: undefined }])('lets %j pass', async changes => {
    expect(await run([step], changes)).toEqual(jane);
  });

  it.each([
    [{ active: false }, 'USER_INACTIVE'],
    [{ type: 'SERVICE' }, 'USER_IS_SERVICE_ACCOUNT'],
    [{ type: 'service' }, 'USER_IS_SERVICE_ACCOUNT'],
    [{ type: 'ROBOT' }, 'USER_IS_SERVICE_ACCOUNT'],
    [{ active: false, type: 'SERVICE' }, 'USER_INACTIVE'],
  ])('refuses %j with %s', async (changes, code) => {
    expect(await codeOf(run([step], changes))).toBe(code);
  });

  it('refuses a profile that does not carry the user', async () => {
    const transform = composeProfileTransforms(step);
    const fullProfile = { provider: 'bitbucketServer', id: '7', displayName: 'Jane' };
    expect(await codeOf(transform({ fullProfile }, context))).toBe('USER_PAYLOAD_INVALID');
  });
});

describe('restrictEmailDomains', () => {
  const allowedDomains = ['corp.com'];

  it('lets an allowed domain and no email pass', async () => {
    const step = transforms.restrictEmailDomains({ allowedDomains });
    expect(await run([step])).toEqual(jane);
    expect(await run([step], { emailAddress: null })).toMatchObject({ email: undefined });
  });

  it.each(['jane@exploitcorp.com', 'jane@corp.com.evil.test'])('refuses %s', async emailAddress => {
    const step = transforms.restrictEmailDomains({ allowedDomains });
    expect(await codeOf(run([step], { emailAddress }))).toBe('EMAIL_DOMAIN_NOT_ALLOWED');
  });

  it('drops the email instead when told to', async () => {
    const step = transforms.restrictEmailDomains({ allowedDomains, onDenied: 'drop' });
    expect(await run([step], { emailAddress: 'j@evil.test' })).toEqual({
      ...jane,
      email: undefined,
    });
  });

  it('refuses an entry that is not a domain at once', () => {
    expect(() => transforms.restrictEmailDomains({ allowedDomains: ['@corp.com'] })).toThrow(
      '"@corp.com" is not a domain',
    );
  });

  it('refuses a misspelt option of code at once', () => {
    const options = { allowedDomains: ['corp.com'], onDenid: 'drop' };
    expect(() => transforms.restrictEmailDomains(options)).toThrow(
      '"restrictEmailDomains.onDenid" is not a known option; expected one of: allowedDomains, onDenied',
    );
  });
});

describe('withoutEmail', () => {
  it('takes the email away', async () => {
    expect(await run([transforms.withoutEmail()])).toEqual({ ...jane, email: undefined });
  });
});

describe('emailFromUsername', () => {
  const step = transforms.emailFromUsername({ domain: 'corp.com' });

  it('makes an email of the username', async () => {
    expect(await run([step], { emailAddress: null, name: 'jd' })).toMatchObject({
      email: 'jd@corp.com',
    });
  });

  it('keeps an email that is there', async () => {
    expect(await run([step], { emailAddress: 'x@y.org' })).toMatchObject({ email: 'x@y.org' });
  });

  it.each(['jd@other.org', 'j d', 'a,b'])('makes none of the username %j', async name => {
    expect(await run([step], { emailAddress: null, name })).toMatchObject({ email: undefined });
  });

  it('refuses what is not a domain at once', () => {
    expect(() => transforms.emailFromUsername({ domain: '@corp.com' })).toThrow('is not a domain');
  });
});
