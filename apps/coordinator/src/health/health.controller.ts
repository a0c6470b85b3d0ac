/** `GET /health/live` and `GET /health/ready`, for whoever restarts processes and routes requests. */
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Health } from './readiness.js';

@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get('live')
  live(): { readonly status: 'live' } {
    return { status: 'live' };
  }

  /** 503 tells load balancers to send requests elsewhere; the process itself is fine and must not be restarted for it. */
  @Get('ready')
  ready(@Res() reply: FastifyReply): void {
    const readiness = this.health.readiness();
    void reply.code(readiness.status === 'ready' ? 200 : 503).send(readiness);
  }
}
