export { createInFlight, createQueue } from './concurrency';
export { clock, createDeadline, isTimeout, sleep, withTimeout } from './deadline';
export type { Deadline } from './deadline';
export { createDomainFilter, isEmailAddress } from './email';
export { foldAscii } from './foldAscii';
export { createIncident } from './incident';
export { createMemory } from './memory';
export { describeCause, quote, redact } from './quote';
export { errorType, instruments, markFailed, withSpan } from './telemetry';
