import {
  foldAscii,
  formatExplanation,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { findAccountsOfEntity, isEntityRef } from '../accountsOfEntity';
import { createAuditRun } from '../audit';
import type { AuditInput } from '../audit';
import { AuditError } from '../AuditError';
import { formatAccounts, printable, printableDeep, toPrintableJson } from '../report';
import { exitCodes } from './CliIo';
import type { CommandIo } from './CliIo';
import type { InputOptions } from './options';
import { readInput } from './readInput';

/** @internal */
export type ExplainOptions = InputOptions & { readonly json?: boolean };

/**
 * `explain`: what every step of the sign-in does for one person, or who can become an entity.
 *
 * @param who - username, user id, or email address; or an entity ref
 * @returns the exit code: whether the person would sign in, or one account alone becomes the entity
 * @internal
 */
export async function explainCommand(
  who: string,
  options: ExplainOptions,
  io: CommandIo,
): Promise<number> {
  const isEntity = isEntityRef(who);
  // Bitbucket can search by name and email, but not by id.
  const filter = isEntity || /^\d+$/.test(who) ? undefined : who;
  const input = await readInput(options, io, filter);
  if (input.missing.length > 0) throw new AuditError(`not read: ${input.missing.join(', and ')}`);
  const explain = isEntity ? explainEntity : explainPerson;
  return (await explain(who, input, options, io)) ? exitCodes.ok : exitCodes.failed;
}

async function explainPerson(
  who: string,
  input: AuditInput,
  { json }: ExplainOptions,
  io: CommandIo,
): Promise<boolean> {
  const found = findPerson(input.payloads, who);
  if (found.length === 0) {
    throw new AuditError(`No Bitbucket user has the username, id or email ${JSON.stringify(who)}`);
  }
  const run = createAuditRun(input);
  let signsIn = true;
  for (const payload of found) {
    const explanation = await run.explain(payload);
    const { result } = await run.audit(payload);
    signsIn &&= result.entityRef !== undefined;
    const text = json
      ? toPrintableJson(explanation)
      : formatExplanation(printableDeep(explanation));
    io.stdout(`${text}\n`);
    if (result.outcome === 'unknown') io.stderr(`Unknown: ${printable(result.reason ?? '')}\n`);
  }
  return signsIn;
}

async function explainEntity(
  ref: string,
  input: AuditInput,
  { json }: ExplainOptions,
  io: CommandIo,
): Promise<boolean> {
  const found = await findAccountsOfEntity(ref, input);
  if (!found.exists && found.accounts.length === 0 && found.others.length === 0) {
    throw new AuditError(`The catalog has no ${found.entityRef}, and nobody would sign in as it`);
  }
  io.stdout(`${json ? toPrintableJson(found) : formatAccounts(found)}\n`);
  return found.accounts.length === 1;
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
