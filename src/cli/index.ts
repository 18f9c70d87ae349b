export type { CliIo } from './CliIo';
export { exitCodes } from './exitCodes';
export { runCli } from './runCli';
