import type { Entity } from '@backstage/catalog-model';
import { catalogFault } from './catalogFault';
import type { SourceAnswer } from './UserSource';

/** Asks for several things in one request; may throw. Same length and order as the questions. */
export type AskMany<TQuestion> = (
  questions: readonly TQuestion[],
) => Promise<readonly (readonly Entity[])[]>;

/**
 * Makes answers of what a request brings or throws. When a request for several questions is refused
 * as such, each is asked alone: only the one at fault goes without an answer.
 *
 * @internal
 */
export async function askTogether<TQuestion>(
  questions: readonly TQuestion[],
  ask: AskMany<TQuestion>,
): Promise<readonly SourceAnswer[]> {
  try {
    const found = await ask(questions);
    return questions.map((_, index) => ({ type: 'entities', entities: found[index] ?? [] }));
  } catch (cause) {
    if (questions.length > 1 && catalogFault(cause) === 'request') {
      const alone = await Promise.all(questions.map(each => askTogether([each], ask)));
      return alone.flat();
    }
    return questions.map(() => ({ type: 'unavailable', cause }));
  }
}
