export { exitCodes } from './CliIo';
export type { CliIo } from './CliIo';
export { loadConfig } from './loadConfig';
export { runCli } from './runCli';
