import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are still in use when nothing is under way. */
export async function settledHeap(): Promise<number> {
  await new Promise(resolve => setImmediate(resolve));
  collect();
  return process.memoryUsage().heapUsed;
}
