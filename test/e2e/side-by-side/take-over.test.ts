import { describeTakeOver } from '../../support/takeover/describe-take-over.js';

// Up to here each sentence is a call of its own.
describeTakeOver('English', 560);
