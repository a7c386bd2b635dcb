import { html, nothing } from './lit-html/lit-html.js';
import { ifDefined } from './lit-html/directives/if-defined.js';
import { live } from './lit-html/directives/live.js';
import { isObject, restOf, setAt, valueAt, withRest } from './draft.js';
import { t } from './preferences.js';
import { describe, problemText } from './problem-text.js';
import { secret } from './secret-field.js';

/**
 * What a form edits: `object`, which it changes, `forms` with the fields of all of them, `id` for the ids of its own, `problems` of the
 * last save, `ui` for what is no part of the options, `voices` that are known, and `onChange(key)` with the key of the field that was
 * changed.
 *
 * @typedef {{ id: string, object: object, forms: object, problems: { path: string, message: string }[], ui: object, voices?: { id: string, name: string }[], onChange(key?: string): void }} Editing
 */

/** The form of one fallback entry. */
export function entryForm(editing) {
  const { groupsOf, fieldsOf } = editing.forms;
  return html`
    <div class="form">
      ${groupsOf(editing.object.type).map(({ group, fields }, index) =>
        index === 0
          ? html`<div class="fields">${fields.map((field) => fieldOf(field, editing))}</div>`
          : foldedGroup(group, fields, editing),
      )}
      ${advanced(fieldsOf(editing.object.type), editing)}
    </div>
  `;
}

/** The form of the options that are not about one provider. */
export function generalForm(editing) {
  const { general } = editing.forms;
  return html`
    <div class="form">
      <div class="fields">${general.map((field) => fieldOf(field, editing))}</div>
      ${advanced(general, editing)}
    </div>
  `;
}

function foldedGroup(group, fields, editing) {
  const hasProblem = fields.some((field) => problemOf(field.path, editing) !== undefined);
  const isOff = group === 'health' && editing.object.health === false;
  const shown = isOff ? fields.filter(({ kind }) => kind === 'switch') : fields;
  return html`
    <details ?open=${hasProblem}>
      <summary>${t(`group.${group}`)}</summary>
      <div class="fields">${shown.map((field) => fieldOf(field, editing))}</div>
    </details>
  `;
}

function fieldOf(field, editing) {
  const key = field.path.join('.');
  const id = `${editing.id}-${key.replaceAll('.', '-')}`;
  const problem = problemOf(field.path, editing);
  const set = (value) => {
    setAt(editing.object, field.path, value);
    editing.onChange(key);
  };
  const parts = { field, key, id, problem, set, value: valueAt(editing.object, field.path), editing };
  return KINDS[field.kind](parts);
}

const KINDS = {
  text: (parts) => labelled(parts, textInput(parts)),
  number: (parts) => labelled(parts, textInput(parts)),
  select: (parts) => labelled(parts, selection(parts)),
  checkbox: ({ field, key, id, value, set }) =>
    tick(id, t(`field.${key}`), value === true, (on) => set(on || undefined), field.help),
  switch: ({ field, key, id, value, set }) =>
    tick(id, t(`field.${key}`), value !== false, (on) => set(on ? undefined : false), field.help),
  several,
  secret,
};

/** Help is in English, as the messages of the checks are. */
function labelled({ field, key, id, problem }, control) {
  return html`
    <div title=${ifDefined(field.help || undefined)} class="field ${key === 'baseUrl' ? 'double' : ''}">
      <label for=${id}>${t(`field.${key}`)}</label>
      ${control} ${problemText(id, problem)}
    </div>
  `;
}

function textInput({ field, id, value, problem, set, editing }) {
  const { voices = [] } = editing;
  const choices = field.path.join() === 'voice' ? voices : [];
  const isNumber = field.kind === 'number';
  const onInput = ({ target }) => {
    const text = target.value.trim();
    // What is no number goes as it is, so that the check says what is wrong with it.
    set(text === '' ? undefined : isNumber && Number.isFinite(Number(text)) ? Number(text) : text);
  };
  return html`
    <input
      id=${id}
      type=${field.path[0] === 'baseUrl' ? 'url' : 'text'}
      inputmode=${ifDefined(isNumber ? 'decimal' : undefined)}
      placeholder=${field.placeholder}
      autocomplete="off"
      spellcheck="false"
      list=${ifDefined(choices.length === 0 ? undefined : `${id}-known`)}
      aria-invalid=${problem === undefined ? 'false' : 'true'}
      aria-describedby=${ifDefined(problem === undefined ? undefined : `${id}-problem`)}
      .value=${live(String(value ?? ''))}
      @input=${onInput}
    />
    ${
      choices.length === 0
        ? nothing
        : html`<datalist id="${id}-known">
            ${choices.map((choice) => html`<option value=${choice.id} label=${choice.name}></option>`)}
          </datalist>`
    }
  `;
}

function selection({ field, key, id, value, set }) {
  const isOther = value !== undefined && !field.options.includes(value);
  const onChange = ({ target }) => {
    set(field.options.find((option) => String(option) === target.value));
  };
  return html`
    <select id=${id} @change=${onChange}>
      <option value="" ?selected=${value === undefined}>${t(`field.${key}.default`)}</option>
      ${field.options.map((option) => html`<option ?selected=${option === value}>${option}</option>`)}
      ${isOther ? html`<option value="other" disabled selected>${t(`field.${key}.other`)}</option>` : nothing}
    </select>
  `;
}

function tick(id, label, checked, onChange, help) {
  return html`
    <label class="tick" for=${id} title=${ifDefined(help || undefined)}>
      <input id=${id} type="checkbox" .checked=${live(checked)} @change=${({ target }) => onChange(target.checked)} />
      ${label}
    </label>
  `;
}

function several({ field, key, id, value, problem, set }) {
  const { choices, standard, labels } = field;
  const labelOf = (choice) => (labels === undefined ? choice : t(`${labels}.${choice}`));
  const chosen = value ?? standard;
  const isStandard = (list) => list.length === standard.length && list.every((each) => standard.includes(each));
  const toggle = (choice, on) => {
    const next = choices.filter((other) => (other === choice ? on : chosen.includes(other)));
    set(isStandard(next) ? undefined : next);
  };
  return html`
    <fieldset class="field wide" title=${ifDefined(field.help || undefined)}>
      <legend>${t(`field.${key}`)}</legend>
      <div class="ticks">
        ${choices.map((choice) =>
          tick(`${id}-${choice}`, labelOf(choice), chosen.includes(choice), (on) => toggle(choice, on)),
        )}
      </div>
      ${problemText(id, problem)}
    </fieldset>
  `;
}

function advanced(fields, editing) {
  const { id, ui } = editing;
  const rest = restOf(editing.object, fields);
  const text = ui.advanced?.text ?? (Object.keys(rest).length === 0 ? '' : JSON.stringify(rest, undefined, 2));
  const others = editing.problems.filter((problem) => !fields.some(({ path }) => isAbout(problem, path)));
  const onInput = ({ target }) => {
    ui.advanced = readObject(target.value);
    if (ui.advanced.value !== undefined)
      replaceKeys(editing.object, withRest(editing.object, fields, ui.advanced.value));
    editing.onChange();
  };
  const onBlur = () => {
    // From here on it is written as the options have it; a text that cannot be read stays, so that it can be put right.
    if (ui.advanced?.problem === undefined) delete ui.advanced;
    editing.onChange();
  };
  const problem = ui.advanced?.problem ?? (others.map(describe).join(' ') || undefined);
  return html`
    <details ?open=${problem !== undefined}>
      <summary>${t('group.advanced')}</summary>
      <div class="field">
        <label for="${id}-advanced">${t('advanced.label')}</label>
        <textarea
          id="${id}-advanced"
          class="code"
          rows="6"
          spellcheck="false"
          placeholder="{}"
          aria-invalid=${problem === undefined ? 'false' : 'true'}
          aria-describedby="${id}-advanced-help ${id}-advanced-problem"
          .value=${live(text)}
          @input=${onInput}
          @blur=${onBlur}
        ></textarea>
        <p class="hint" id="${id}-advanced-help">${t('advanced.help')}</p>
        ${problemText(`${id}-advanced`, problem)}
      </div>
    </details>
  `;
}

function readObject(text) {
  try {
    const value = text.trim() === '' ? {} : JSON.parse(text);
    if (!isObject(value)) throw new TypeError('{ … }');
    return { text, value };
  } catch (error) {
    return { text, problem: t('advanced.invalid', { message: error.message }) };
  }
}

function replaceKeys(object, next) {
  for (const key of Object.keys(object)) delete object[key];
  Object.assign(object, next);
}

function problemOf(path, { problems }) {
  return problems.find((problem) => isAbout(problem, path))?.message;
}

/** A problem may lie inside a field's value: in one format of the list, in the variable of a key. */
function isAbout(problem, path) {
  const key = path.join('.');
  return problem.path === key || problem.path.startsWith(`${key}[`) || problem.path === `${key}.env`;
}
