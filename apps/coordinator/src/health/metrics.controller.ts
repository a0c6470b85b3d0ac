/** `GET /metrics`, in the text format of Prometheus. */
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** Where the metrics are kept: the registry of libs/observability. */
export abstract class Metrics {
  abstract readonly contentType: string;
  abstract metrics(): Promise<string>;
}

@Controller('metrics')
export class MetricsController {
  constructor(private readonly registry: Metrics) {}

  @Get()
  async scrape(@Res() reply: FastifyReply): Promise<void> {
    const text = await this.registry.metrics();
    void reply.header('content-type', this.registry.contentType).send(text);
  }
}
