import { KubernetesValidatorFunctions } from '@backstage/catalog-model';
import type { UserQuery } from '../../lookup';

/** @public */
export interface NamespaceOptions {
  /**
   * Namespaces to look in, in order of precedence: the first one that has the name decides. `'*'`
   * looks in all, where two entities of one name are ambiguous. Default `['default']`.
   */
  readonly namespaces?: readonly string[];
}

/** @internal */
export type NamespaceQueries = (name: string) => readonly UserQuery[];

/**
 * @throws `Error` for a namespace that is none
 * @internal
 */
export function namespaceQueries(options: NamespaceOptions): NamespaceQueries {
  const namespaces = options.namespaces ?? ['default'];
  if (namespaces.length === 0) throw new Error('"namespaces" must not be empty');
  for (const namespace of namespaces) {
    if (namespace !== '*' && !isNamespace(namespace)) {
      throw new Error(`"${namespace}" is no namespace`);
    }
  }
  return name =>
    namespaces.map(namespace =>
      namespace === '*'
        ? { by: 'field', field: 'metadata.name', value: name }
        : { by: 'ref', namespace, name },
    );
}

/** @internal */
export function isNamespace(value: string): boolean {
  return KubernetesValidatorFunctions.isValidNamespace(value.toLowerCase());
}

/** @internal */
export function isEntityName(value: string): boolean {
  return KubernetesValidatorFunctions.isValidObjectName(value);
}
