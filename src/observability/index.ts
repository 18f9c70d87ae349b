export { createDecisionObserver } from './createDecisionObserver';
export type { DecisionObserverOptions } from './createDecisionObserver';
