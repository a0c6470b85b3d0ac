/** Whose breaker an alert is about: `participant@node`, cut to what an id column holds. */

const MOST_OF_EACH = 31;

export function breakerSubject(participant: string, node: string): string {
  return `${participant.slice(0, MOST_OF_EACH)}@${node.slice(0, MOST_OF_EACH + 1)}`;
}

/** The node of a subject. */
export function nodeOf(subject: string): string {
  return subject.slice(subject.indexOf('@') + 1);
}
