import {
  foldAscii,
  formatExplanation,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { findAccountsOfEntity, isEntityRef } from '../accountsOfEntity';
import { createAuditRun } from '../audit';
import { AuditError } from '../AuditError';
import { formatAccounts, printable, printableDeep, toPrintableJson } from '../report';
import { exitCodes } from './CliIo';
import type { CliIo } from './CliIo';
import { createProgress } from './createProgress';
import { readWorld } from './readWorld';
import type { World, WorldOptions } from './readWorld';

/** @internal */
export interface ExplainCommandOptions extends WorldOptions {
  readonly json?: boolean;
}

/**
 * `explain`: what every step of the sign-in does for one person, or who can become an entity.
 *
 * @param who - username, user id, or email address; or an entity ref
 * @returns the exit code: whether the person would sign in, or one account alone becomes the entity
 * @internal
 */
export async function explainCommand(
  who: string,
  options: ExplainCommandOptions,
  io: CliIo,
): Promise<number> {
  const progress = createProgress(io);
  // Bitbucket can search by name and email, but not by id.
  const isEntity = isEntityRef(who);
  const filter = isEntity || /^\d+$/.test(who) ? undefined : who;
  const world = await readWorld(options, io, progress, filter).finally(() => progress.stop());
  const missing = [world.users.missing, world.entities.missing].flatMap(text => text ?? []);
  if (missing.length > 0) {
    io.stderr(`Interrupted. Not read: ${missing.join(', and ')}.\nNothing was decided.\n`);
    return exitCodes.interrupted;
  }
  if (isEntity) return explainEntity(who, world, options, io);
  const found = findPerson(world.users.items, who);
  if (found.length === 0) {
    throw new AuditError(`No Bitbucket user has the username, id or email ${JSON.stringify(who)}`);
  }
  const { users, entities, owners, settings } = world;
  const run = createAuditRun(settings, users.items, entities.items, users.findDirectory, owners);
  let signsIn = true;
  for (const payload of found) {
    const explanation = await run.explain(payload);
    const { result } = await run.audit(payload);
    signsIn &&= result.entityRef !== undefined;
    io.stdout(
      options.json
        ? `${toPrintableJson(explanation)}\n`
        : `${formatExplanation(printableDeep(explanation))}\n`,
    );
    if (result.outcome === 'unknown') io.stderr(`Unknown: ${printable(result.reason ?? '')}\n`);
  }
  return signsIn ? exitCodes.ok : exitCodes.failed;
}

async function explainEntity(
  ref: string,
  { settings, users, entities, owners }: World,
  options: ExplainCommandOptions,
  io: CliIo,
): Promise<number> {
  const found = await findAccountsOfEntity(
    ref,
    settings,
    users.items,
    entities.items,
    users.findDirectory,
    owners,
  );
  if (!found.exists && found.accounts.length === 0 && found.others.length === 0) {
    throw new AuditError(`The catalog has no ${found.entityRef}, and nobody would sign in as it`);
  }
  const text = options.json ? toPrintableJson(found) : formatAccounts(found);
  io.stdout(`${text}\n`);
  return found.accounts.length === 1 ? exitCodes.ok : exitCodes.failed;
}

/**
 * The users that `who` may mean: those with exactly this username or id, or else with this username or
 * email in any letter case. Several users may have the same email.
 */
function findPerson(payloads: readonly unknown[], who: string): unknown[] {
  const users = payloads as readonly {
    readonly id?: unknown;
    readonly name?: unknown;
    readonly emailAddress?: unknown;
  }[];
  const exact = users.filter(
    ({ id, name }) => name === who || (typeof id === 'number' && String(id) === who),
  );
  if (exact.length > 0) return exact;
  const wanted = foldAscii(who);
  return users.filter(({ name, emailAddress }) =>
    [name, emailAddress].some(value => typeof value === 'string' && foldAscii(value) === wanted),
  );
}
