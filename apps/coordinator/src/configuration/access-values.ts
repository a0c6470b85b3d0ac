/** Values of the variables about access. */
import { isLegalId } from '@assent/protocol';
import { apiKeyProblem, type Role, roles } from '../access/index.js';
import { quoted, type Read } from './values.js';

/** Names that stand for no key: whoever is there without access control, and the coordinator itself. */
const RESERVED = ['local', 'assent'];

/** `name:role`, checked and kept as it is. */
export function readApiKeyOwner(text: string): Read<string> {
  const [name = '', role = '', ...more] = text.split(':');
  if (!isLegalId(name) || more.length > 0) return { problem: `${quoted(text, 80)} is not name:role` };
  if (RESERVED.includes(name)) return { problem: `"${name}" is the name of nobody with a key` };
  if (!roles.some((one) => one === role)) return { problem: `${quoted(name, 80)} needs one of the roles ${roles.join(', ')}` };
  return { value: text };
}

/** Name and role of what `readApiKeyOwner` has let through. */
export function ownerOf(text: string): { readonly principal: string; readonly role: Role } {
  const at = text.indexOf(':');
  return { principal: text.slice(0, at), role: text.slice(at + 1) as Role };
}

/** The text itself never appears in a message. */
export function readApiKeyValue(text: string): Read<string> {
  const problem = apiKeyProblem(text);
  return problem === null ? { value: text } : { problem };
}
