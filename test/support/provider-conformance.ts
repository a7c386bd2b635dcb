import { providerConformance, type ConformanceOptions } from '../../lib/testing/index.js';
import { speechRequest } from './speech-request.js';

export { bytesOf, failureOf } from '../../lib/testing/outcomes.js';

/** States what is expected of every provider. */
export function describeProvider(name: string, options: ConformanceOptions): void {
  describe(`${name} keeps the contract of a provider`, function () {
    this.timeout(20_000);
    const conformance = providerConformance({ ...options, request: speechRequest(options.request) });
    for (const { title, run } of conformance.tests) it(title, run);
    after(() => conformance.close());
  });
}
