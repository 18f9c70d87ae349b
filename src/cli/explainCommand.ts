import { AuditError, createAuditRun, printableDeep } from '../audit';
import { formatExplanation } from '../resolvers';
import type { CliIo } from './CliIo';
import { createProgress } from './createProgress';
import { exitCodes } from './exitCodes';
import { findPerson } from './findPerson';
import { readWorld } from './readWorld';
import type { WorldOptions } from './WorldOptions';

/** @internal */
export interface ExplainCommandOptions extends WorldOptions {
  readonly json?: boolean;
}

/**
 * `explain`: what every step of the sign-in does for one person.
 *
 * @param who - username, user id, or email address
 * @returns the exit code: whether the person would sign in
 * @internal
 */
export async function explainCommand(
  who: string,
  options: ExplainCommandOptions,
  io: CliIo,
): Promise<number> {
  const progress = createProgress(io);
  // Bitbucket can search by name and email, and not by id.
  const filter = /^\d+$/.test(who) ? undefined : who;
  const world = await readWorld(options, io, progress, filter).finally(() => progress.stop());
  const missing = [world.users.missing, world.entities.missing].flatMap(text => text ?? []);
  if (missing.length > 0) {
    io.stderr(`Interrupted: missing are ${missing.join(', and ')}.\nNothing was decided.\n`);
    return exitCodes.interrupted;
  }
  const found = findPerson(world.users.items, who);
  if (found.length === 0) {
    throw new AuditError(`No Bitbucket user has the username, id or email ${JSON.stringify(who)}`);
  }
  const run = createAuditRun(world.settings, world.users.items, world.entities.items);
  let signsIn = true;
  for (const payload of found) {
    const explanation = await run.explain(payload);
    signsIn &&= explanation.trace.decision.outcome !== 'refused';
    io.stdout(
      options.json
        ? `${JSON.stringify(explanation, null, 2)}\n`
        : `${formatExplanation(printableDeep(explanation))}\n`,
    );
  }
  return signsIn ? exitCodes.ok : exitCodes.failed;
}
