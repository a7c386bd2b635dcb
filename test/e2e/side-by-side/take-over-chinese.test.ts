import { describeTakeOver } from '../../support/takeover/describe-take-over.js';

// With the optional engine.
describeTakeOver('Chinese', 120);
