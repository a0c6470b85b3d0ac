/** `GET /metrics` of a service, in the text format of Prometheus. */
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** Where the metrics are kept. */
export abstract class Metrics {
  abstract readonly contentType: string;
  abstract metrics(): Promise<string>;
}

@Controller('metrics')
export class MetricsController {
  constructor(private readonly source: Metrics) {}

  @Get()
  async scrape(@Res() reply: FastifyReply): Promise<void> {
    const text = await this.source.metrics();
    void reply.header('content-type', this.source.contentType).send(text);
  }
}
