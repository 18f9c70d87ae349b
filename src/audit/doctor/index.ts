export type { Check } from './Check';
export type { DoctorInput } from './DoctorInput';
export { runDoctor } from './runDoctor';
