import { posix } from 'node:path';
import ts from 'typescript';

/** `import('…')`, also of a type, `require('…')`, and those of Jest. */
const call = /\b(?:import|require|jest\s*\.\s*\w+)\s*(?:<[^(]*>)?\(\s*['"]([^'"]+)/g;

/**
 * What a file imports from `src/` and `src/index.ts` does not export: names, or the path of a file that
 * is imported as a whole.
 *
 * @param path - of the file, from the root of the project, with `/`
 */
export function findInternals(path: string, text: string, exported: readonly string[]): string[] {
  /** Of a file of `src/`, seen from the root of the project. */
  function targetsOf(name: string): string[] {
    const target = posix.join(posix.dirname(path), name);
    return name.startsWith('.') && /^src(\/|$)/.test(target) ? [target] : [];
  }
  const { statements } = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const imported = statements.flatMap(statement => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const { moduleSpecifier } = statement;
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return [];
    return targetsOf(moduleSpecifier.text).flatMap(target => namesOf(statement) ?? [target]);
  });
  const called = [...text.matchAll(call)].flatMap(([, name]) => targetsOf(name!));
  return [...imported, ...called].filter(each => each !== 'src' && !exported.includes(each));
}

/** `undefined` for all of a file. */
function namesOf(statement: ts.ImportDeclaration | ts.ExportDeclaration): string[] | undefined {
  const isImport = ts.isImportDeclaration(statement);
  const clause = isImport ? statement.importClause?.namedBindings : statement.exportClause;
  if (!clause || !(ts.isNamedImports(clause) || ts.isNamedExports(clause))) return undefined;
  const names = clause.elements.map(({ propertyName, name }) => (propertyName ?? name).text);
  return isImport && statement.importClause?.name ? ['default', ...names] : names;
}
