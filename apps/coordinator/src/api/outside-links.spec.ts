import type { TransactionView } from '@assent/protocol';
import { outsideLinks } from './outside-links.js';

const view = {
  gid: '0199c2f0-0000-7000-8000-000000000001',
  createdAtMs: 1_000_000,
  finishedAtMs: 2_000_000,
} as TransactionView;
const templates = [
  { name: 'trace', template: 'https://jaeger/trace/{traceId}' },
  { name: 'logs', template: 'https://grafana/explore?gid={gid}&from={fromMs}&to={toMs}' },
];

describe('links into the tools of an operator', () => {
  it('lead to the trace and to the log of a transaction, around its time', () => {
    expect(outsideLinks(templates, view, 9_000_000)).toEqual({
      trace: 'https://jaeger/trace/0199c2f0000070008000000000000001',
      logs: 'https://grafana/explore?gid=0199c2f0-0000-7000-8000-000000000001&from=940000&to=2060000',
    });
  });

  it('lead to the trace of whoever began it, and to what is now where it has not ended', () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const links = outsideLinks(templates, { ...view, trace, finishedAtMs: null }, 9_000_000);
    expect(links.trace).toBe('https://jaeger/trace/0af7651916cd43dd8448eb211c80319c');
    expect(links.logs).toContain('&to=9060000');
  });

  it('are none where none are configured', () => {
    expect(outsideLinks([], view, 0)).toEqual({});
  });
});
