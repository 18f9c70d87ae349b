export type { BitbucketSimulator, RecordedRequest, RequestCounts } from './BitbucketSimulator';
export type { Fault, FaultSwitch, RouteName } from './faults/Fault';
export type { AuthorizeOptions, TokenPair } from './oauth/GrantStore';
export { readPeople } from './readPeople';
export type {
  DirectoryFacts,
  OAuthClient,
  SimulatedPerson,
  SimulatorOptions,
} from './SimulatorOptions';
export { startBitbucketSimulator } from './startBitbucketSimulator';
