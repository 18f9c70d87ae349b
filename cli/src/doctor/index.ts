export type { Check } from './Check';
export { runDoctor } from './runDoctor';
export type { DoctorInput } from './runDoctor';
