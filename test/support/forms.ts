import { configurationSchema } from '../../lib/config/json-schema.js';
import { describeSchema } from '../../scripts/describe-schema.js';
import { pageModule } from './page-module.js';

/** A field of the admin page. */
export interface Field {
  readonly path: string[];
  readonly kind: string;
  readonly help?: string;
  readonly placeholder?: string;
  readonly options?: unknown[];
  readonly choices?: string[];
  readonly standard?: unknown[];
  readonly labels?: string;
}

export interface Forms {
  readonly groupsOf: (type: string) => { readonly group: string; readonly fields: Field[] }[];
  readonly fieldsOf: (type: string) => Field[];
  readonly general: Field[];
}

const { createForms, FORMS } = (await pageModule('fields.js')) as {
  createForms: (schema: object) => Forms;
  FORMS: Readonly<Record<string, unknown>>;
};

/** The types of providers that have a form. */
export const TYPES = Object.keys(FORMS);

/** The forms as the page has them. */
export const forms = createForms(describeSchema(configurationSchema()));
