import { callFields } from '../src/http/index.js';

describe('a line of the log about a call', () => {
  it('says which one it was, and which trace it belongs to', () => {
    const headers = {
      'webhook-id': 'g-1/stock/inventory:reserve/try/2',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    };
    expect(callFields(headers)).toEqual({
      gid: 'g-1',
      branch: 'stock',
      op: 'try',
      attempt: 2,
      traceId: '0af7651916cd43dd8448eb211c80319c',
    });
  });

  it('says nothing that cannot be read', () => {
    expect(callFields({})).toEqual({});
    expect(callFields({ 'webhook-id': 'nonsense' })).toEqual({});
    expect(callFields({ 'webhook-id': 'g-1/stock/inventory:reserve/try/2', traceparent: 'nonsense' })).not.toHaveProperty('traceId');
  });
});
