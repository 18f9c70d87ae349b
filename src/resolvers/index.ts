export * from './matchers';
export * from './chain';
export * from './explain';
export * from './signIn';
export * from './registry';
