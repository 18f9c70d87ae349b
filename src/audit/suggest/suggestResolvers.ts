import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { stringify } from 'yaml';
import type { Subject } from '../../profile';
import { evaluate, readSignInChain } from '../../resolvers';
import type { ChainStep } from '../../resolvers';
import type { AuditSettings, MemoryUserLookup } from '../world';
import { ambiguous, bestChain, nobody } from './bestChain';
import { candidateResolvers } from './candidateResolvers';

/** @internal */
export interface Suggestion {
  /** People whom the list would sign in. */
  readonly covered: number;
  /** For `signIn.resolvers`. */
  readonly resolvers: readonly JsonObject[];
  /** The lines for `app-config.yaml`. */
  readonly yaml: string;
}

/** @internal */
export interface SuggestInput {
  readonly settings: AuditSettings;
  readonly subjects: readonly Subject[];
  readonly entities: readonly Entity[];
  readonly lookup: MemoryUserLookup;
  /** Called now and then. */
  readonly breathe: () => Promise<void>;
  /** Ends the work without a suggestion. */
  readonly signal?: AbortSignal;
}

/**
 * Looks for the list of resolvers that would sign the most people in without a conflict, by asking
 * the evaluator of the sign-in about every person and every resolver.
 *
 * @returns `undefined` when no list signs anybody in, or when interrupted
 * @internal
 */
export async function suggestResolvers(input: SuggestInput): Promise<Suggestion | undefined> {
  const { settings, subjects, entities, lookup, breathe, signal } = input;
  const numbers = new Map(entities.map((entity, index) => [stringifyEntityRef(entity), index]));
  const candidates = candidateResolvers(settings, lookup, entities);
  const columns: Int32Array[] = [];
  for (const resolver of candidates) {
    const step = readStep(resolver, settings);
    const column = new Int32Array(subjects.length);
    for (const [index, subject] of subjects.entries()) {
      if (index % 1000 === 0) {
        await breathe();
        if (signal?.aborted) return undefined;
      }
      column[index] = await ask(step, subject, lookup, numbers);
    }
    columns.push(column);
  }
  const best = bestChain(columns, entities.length);
  if (!best) return undefined;
  const resolvers = best.columns.map(column => candidates[column]!);
  return { covered: best.covered, resolvers, yaml: toYaml(settings, resolvers) };
}

function readStep(resolver: JsonObject, { path, host }: AuditSettings): ChainStep {
  const config = new ConfigReader({ signIn: { resolvers: [resolver] } });
  return readSignInChain(config, path, { host })!.steps[0]!;
}

async function ask(
  step: ChainStep,
  subject: Subject,
  lookup: MemoryUserLookup,
  numbers: ReadonlyMap<string, number>,
): Promise<number> {
  const decision = await evaluate({ steps: [step], subject, lookup });
  if (decision.outcome === 'matched') return numbers.get(stringifyEntityRef(decision.entity))!;
  const isAmbiguous =
    decision.outcome === 'refused' &&
    decision.records.some(({ outcome }) => outcome === 'ambiguous' || outcome === 'disagreement');
  return isAmbiguous ? ambiguous : nobody;
}

function toYaml({ path }: AuditSettings, resolvers: readonly JsonObject[]): string {
  const leaf: JsonObject = { signIn: { resolvers: [...resolvers] } };
  const tree = path.split('.').reduceRight<JsonObject>((value, key) => ({ [key]: value }), leaf);
  return stringify(tree);
}
