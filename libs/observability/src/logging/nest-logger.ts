/** Nest's own messages as lines of the same log. */
import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.info({ ...fieldsOf(message), context: contextIn(rest) }, textOf(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn({ ...fieldsOf(message), context: contextIn(rest) }, textOf(message));
  }

  /** Nest calls it with a message or an error, then maybe a stack, then the context. */
  error(message: unknown, ...rest: unknown[]): void {
    const stack = rest.length > 1 ? rest[0] : undefined;
    const err = message instanceof Error ? message : undefined;
    this.logger.error({ ...fieldsOf(message), context: contextIn(rest), stack, err }, textOf(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug({ ...fieldsOf(message), context: contextIn(rest) }, textOf(message));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.trace({ ...fieldsOf(message), context: contextIn(rest) }, textOf(message));
  }
}

/** The class that speaks is the last argument. */
function contextIn(rest: readonly unknown[]): string | undefined {
  const last = rest.at(-1);
  return typeof last === 'string' ? last : undefined;
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  if (message instanceof Error) return message.message;
  const { message: text } = fieldsIn(message);
  return typeof text === 'string' ? text : JSON.stringify(message);
}

/** What stands beside the words of an object that has some: fields of the line, such as the gid it is about. */
function fieldsOf(message: unknown): Readonly<Record<string, unknown>> {
  const { message: text, ...fields } = fieldsIn(message);
  return typeof text === 'string' ? fields : {};
}

function fieldsIn(message: unknown): Readonly<Record<string, unknown>> {
  return typeof message === 'object' && message !== null && !(message instanceof Error) ? (message as Record<string, unknown>) : {};
}
