import { describeTakeOver } from '../../support/takeover/describe-take-over.js';

describeTakeOver('English', 1_200);
