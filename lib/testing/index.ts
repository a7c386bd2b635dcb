export { providerConformance } from './provider-conformance.js';
export type { ConformanceOptions, ConformanceTest, ProviderConformance } from './provider-conformance.js';
