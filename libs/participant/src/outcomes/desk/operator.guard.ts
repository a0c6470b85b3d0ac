/** Who may see and end dead letters: whoever has the key, or without one whoever is on this machine. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { OUTCOMES_OPTIONS, type OutcomesOptions } from '../options.js';
import { letterProblem } from './letter-problem.js';

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(@Inject(OUTCOMES_OPTIONS) private readonly options: OutcomesOptions) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { operatorKey } = this.options;
    if (operatorKey === undefined) {
      // The address of the connection: whoever forwards requests from elsewhere has to give this service a key.
      if (LOOPBACK.test(request.socket.remoteAddress ?? '')) return true;
      throw letterProblem('operator_only', 'Without an operatorKey dead letters are shown on this machine only.');
    }
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && isSame(given, operatorKey)) return true;
    throw letterProblem('operator_key_needed', 'Send the operatorKey of this service as "Authorization: Bearer <key>".');
  }
}

/** In a time that tells nothing of where the two differ. */
function isSame(given: string, key: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(key));
}
