import { Controller, Get, Module } from '@nestjs/common';
import { z } from 'zod';
import { Problem, readInput } from './problem.js';
import { createService } from './serve.js';

@Controller()
class Troubles {
  @Get('away')
  away(): never {
    throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:3306'), { code: 'ECONNREFUSED' });
  }

  @Get('lost')
  lost(): never {
    throw Object.assign(new Error('query failed'), { driverError: { code: 'PROTOCOL_CONNECTION_LOST' } });
  }

  @Get('bug')
  bug(): never {
    throw new Error('SELECT secret FROM vault');
  }

  @Get('known')
  known(): never {
    throw new Problem(409, 'price_changed', 'It costs more now.', { pointer: '/lines/0/price' });
  }
}

@Module({ controllers: [Troubles] })
class TroublesModule {}

describe('problems of a service', () => {
  const ask = async (url: string) => {
    const app = await createService({ module: TroublesModule }, null);
    await app.init();
    const { statusCode, headers, body } = await app.inject({ method: 'GET', url });
    await app.close();
    return { status: statusCode, headers, body: JSON.parse(body) as Record<string, unknown> };
  };

  it('are bodies of RFC 9457 with a stable code', async () => {
    const { status, headers, body } = await ask('/known');
    expect([status, headers['content-type']]).toEqual([409, 'application/problem+json; charset=utf-8']);
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Price changed',
      status: 409,
      code: 'price_changed',
      detail: 'It costs more now.',
      pointer: '/lines/0/price',
    });
  });

  it.each(['/away', '/lost'])('say that the database is away, and when to come back: %s', async (url) => {
    const { status, headers, body } = await ask(url);
    expect([status, headers['retry-after'], body.code]).toEqual([503, '1', 'database_unavailable']);
    expect(JSON.stringify(body)).not.toContain('10.0.0.7');
  });

  it('do not tell strangers what is inside', async () => {
    const { status, body } = await ask('/bug');
    expect([status, body.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toContain('vault');
  });

  it('point at what is wrong with an input', () => {
    const schema = z.object({ lines: z.array(z.object({ 'a/b': z.number() })) });
    expect(() => readInput(schema, { lines: [{ 'a/b': 'x' }] })).toThrow(expect.objectContaining({ more: { pointer: '/lines/0/a~1b' } }));
  });
});
