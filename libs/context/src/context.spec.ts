import { contextHeaders, currentContext, readContext, runInContext } from './index.js';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const reader = (headers: Record<string, string>) => (name: string) => headers[name];

describe('the context of a transaction', () => {
  it('is seen by everything that is called and awaited, and by nothing beside', async () => {
    const seen = await Promise.all(
      ['g-1', 'g-2'].map((gid) =>
        runInContext({ gid }, async () => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          return currentContext()?.gid;
        }),
      ),
    );
    expect(seen).toEqual(['g-1', 'g-2']);
    expect(currentContext()).toBeUndefined();
  });

  it('travels by headers and arrives as it was', () => {
    const headers = runInContext({ gid: 'g-1', joinToken: 'token', traceparent, role: 'initiator' }, () => contextHeaders());
    expect(headers).toEqual({ 'assent-gid': 'g-1', 'assent-join-token': 'token', traceparent });
    expect(readContext(reader(headers))).toEqual({ gid: 'g-1', joinToken: 'token', traceparent, role: 'joined' });
  });

  it('adds no headers outside of any', () => {
    expect(contextHeaders()).toEqual({});
  });

  it('carries a trace without a transaction', () => {
    expect(readContext(reader({ traceparent }))).toEqual({ traceparent, role: 'none' });
  });

  it.each([
    ['no header', {}],
    ['a gid that is none', { 'assent-gid': 'a b' }],
    ['a trace that is none', { traceparent: '00-00000000000000000000000000000000-b7ad6b7169203331-01' }],
    ['a token alone', { 'assent-join-token': 'token' }],
  ])('is not made up from %s', (_what, headers) => {
    expect(readContext(reader(headers as Record<string, string>))).toBeNull();
  });

  it('leaves out a token that no header could hold', () => {
    expect(readContext(reader({ 'assent-gid': 'g', 'assent-join-token': 'a\nb' }))?.joinToken).toBeUndefined();
  });
});
