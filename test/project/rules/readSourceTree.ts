import { readdirSync, readFileSync } from 'node:fs';
import { posix, relative, sep } from 'node:path';
import ts from 'typescript';
import type { SourceFile } from './SourceFile';

/** Reads every `.ts` file under a folder with TypeScript's own parser. */
export function readSourceTree(root: string): SourceFile[] {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => relative(root, `${entry.parentPath}${sep}${entry.name}`).split(sep).join('/'))
    .sort();
  return paths.map(path => readSourceFile(root, path, new Set(paths)));
}

function readSourceFile(root: string, path: string, known: ReadonlySet<string>): SourceFile {
  const text = readFileSync(`${root}/${path}`, 'utf8');
  const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports = new Set<string>();
  const unresolved = new Set<string>();
  for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
    if (!fileName.startsWith('.')) continue;
    const base = posix.join(posix.dirname(path), fileName);
    const target = [`${base}.ts`, posix.join(base, 'index.ts')].find(name => known.has(name));
    if (target) imports.add(target);
    else unresolved.add(fileName);
  }
  return {
    path,
    lines: text.trimEnd().split('\n').length,
    imports: [...imports],
    unresolved: [...unresolved],
    exports: parsed.statements.flatMap(exportedNames),
    onlyReexports: parsed.statements.every(
      statement => ts.isExportDeclaration(statement) && statement.moduleSpecifier,
    ),
  };
}

function exportedNames(statement: ts.Statement): string[] {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement;
    return exportClause && ts.isNamedExports(exportClause)
      ? exportClause.elements.map(element => element.name.text)
      : [];
  }
  const isExported =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (!isExported) return [];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const { name } = statement as ts.DeclarationStatement;
  return name ? [name.getText()] : [];
}
