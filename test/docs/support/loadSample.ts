import ts from 'typescript';
import * as ours from '../../../src';
import type { CodeBlock } from './readDocs';

/** Runs a sample as CommonJS and returns what it exports. */
export function loadSample({ text }: CodeBlock): Record<string, unknown> {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: Record<string, unknown> = {};
  const requireOurs = (name: string): unknown => {
    if (name === 'backstage-plugin-auth-backend-module-bitbucket-server') return ours;
    throw new Error(`a sample that runs imports ${name}, which is not known here`);
  };
  new Function('require', 'exports', outputText)(requireOurs, exports);
  return exports;
}
