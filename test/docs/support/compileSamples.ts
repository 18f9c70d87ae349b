import { join } from 'node:path';
import ts from 'typescript';
import { projectRoot } from './readDocs';
import type { CodeBlock } from './readDocs';

const packageName = 'backstage-plugin-auth-backend-module-bitbucket-server';

/** Services of Backstage, which a sample may use without showing the module that asks for them. */
const services = `
import type * as api from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
declare global {
  const auditor: api.AuditorService;
  const auth: api.AuthService;
  const cache: api.CacheService;
  const catalog: CatalogService;
  const logger: api.LoggerService;
}
`;

export interface CompileOptions {
  /** Other places of packages, such as the alias under which a legacy one is installed. */
  readonly paths?: Record<string, string[]>;
  /** A module whose `declare global` is for all samples. */
  readonly globals?: string;
}

/**
 * Compiles samples against `src`, with the compiler options of the project.
 *
 * @returns problems by the place of the sample
 */
export function compileSamples(
  blocks: readonly CodeBlock[],
  { paths = {}, globals = '' }: CompileOptions = {},
): Map<string, string[]> {
  const { config } = ts.readConfigFile(join(projectRoot, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, projectRoot);
  // In the root, where the packages of the project are found.
  const samples = new Map(
    blocks.map((block, index) => [
      join(projectRoot, `doc-sample-${index}.${block.language}`),
      block,
    ]),
  );
  const files = new Map([...samples].map(([path, { text }]) => [path, text]));
  files.set(join(projectRoot, 'doc-sample-services.ts'), services);
  files.set(join(projectRoot, 'doc-sample-globals.ts'), globals);
  const settings: ts.CompilerOptions = {
    ...options,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    jsx: ts.JsxEmit.ReactJSX,
    // Samples may share names, and may show a value that only the reader goes on to use.
    moduleDetection: ts.ModuleDetectionKind.Force,
    noUnusedLocals: false,
    paths: {
      [packageName]: [join(projectRoot, 'src/index.ts')],
      'backstage-bitbucket-server': [join(projectRoot, 'cli/src/index.ts')],
      ...paths,
    },
  };
  const host = ts.createCompilerHost(settings);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = path => files.has(path) || fileExists(path);
  host.readFile = path => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const sample = files.get(path);
    return sample === undefined
      ? getSourceFile.call(host, path, languageVersion, ...rest)
      : ts.createSourceFile(path, sample, languageVersion);
  };
  const program = ts.createProgram([...files.keys()], settings, host);
  return new Map(
    [...samples].map(([path, { at }]) => {
      const file = program.getSourceFile(path)!;
      const found = [
        ...program.getSyntacticDiagnostics(file),
        ...program.getSemanticDiagnostics(file),
      ];
      return [at, found.map(problem => describe(problem, file))];
    }),
  );
}

function describe({ start = 0, messageText }: ts.Diagnostic, file: ts.SourceFile): string {
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `line ${line + 1} of the sample: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
}
