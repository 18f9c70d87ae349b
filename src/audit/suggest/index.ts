export { suggestResolvers } from './suggestResolvers';
export type { Suggestion, SuggestInput } from './suggestResolvers';
