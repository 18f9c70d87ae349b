export type { Check } from './probe';
export { runDoctor } from './runDoctor';
export type { DoctorInput } from './runDoctor';
