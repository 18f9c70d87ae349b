import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
import { isSignInError } from '../../errors';
import { readEnvironment } from '../../readEnvironment';
import type { EnvironmentServices } from '../../readEnvironment';
import type { Check } from './Check';

/**
 * Reads the config as the backend does at its start, secrets included, and says what it would log.
 *
 * @param config - of the environment
 * @internal
 */
export function checkConfig(config: Config, env: string): Check[] {
  const warnings: string[] = [];
  const services = createServices(createRecorder(warnings));
  try {
    const { signInResolver } = readEnvironment(config, env, services);
    const lines = warnings.map((text): Check => ({ name: 'config', status: 'warn', text }));
    if (!signInResolver) {
      return [
        ...lines,
        {
          name: 'config',
          status: 'fail',
          text: 'no resolvers are configured, so nobody can sign in',
          mend: `list resolvers under auth.providers.bitbucketServer.${env}.signIn.resolvers`,
        },
      ];
    }
    return [
      { name: 'config', status: 'ok', text: `environment ${env} is read without an error` },
      ...lines,
    ];
  } catch (error) {
    const text = isSignInError(error) ? error.detail : String(error);
    const mend = 'correct this key; a value of ${NAME} is missing when NAME is not set';
    return [{ name: 'config', status: 'fail', text, mend }];
  }
}

function createRecorder(warnings: string[]): LoggerService {
  const nothing = () => undefined;
  const logger: LoggerService = {
    debug: nothing,
    info: nothing,
    warn: message => void warnings.push(message),
    error: message => void warnings.push(message),
    child: () => logger,
  };
  return logger;
}

/** Reading the config asks nobody; something that does is a mistake, and is told. */
function createServices(logger: LoggerService): EnvironmentServices {
  const unused = new Proxy({} as Record<string | symbol, unknown>, {
    get(_target, name) {
      // A service may be looked at for what it can do, such as being a promise.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      return () => {
        throw new Error(`the doctor has no such service, but "${name}" of it was used`);
      };
    },
  });
  // Whatever services the backend's module needs, now or later.
  return new Proxy({ logger } as unknown as EnvironmentServices, {
    get: (_target, name) => (name === 'logger' ? logger : unused),
  });
}
