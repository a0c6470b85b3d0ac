import { branchSubject, isSubjectOfContract, readBranchPacket, writeBranchPacket } from '../index.js';

const id = 'g/b/inventory:reserve/try/1';
const subject = branchSubject('inventory.reserve', 'try');

describe('the packet of a branch call', () => {
  it('is a request as Nest writes one', () => {
    expect(JSON.parse(writeBranchPacket(id, subject, '{"n":1.0}'))).toEqual({
      id,
      pattern: 'assent.inventory.reserve.try',
      data: { n: 1 },
    });
  });

  it.each(['{}', '{"n":1.0}', '[1, 2]', '"}"', '12345678901234567890'])('carries %s byte for byte', (payload) => {
    expect(readBranchPacket(writeBranchPacket(id, subject, payload), id, subject)).toBe(payload);
  });

  it.each([
    ['of another call', writeBranchPacket('g/b/inventory:reserve/try/2', subject, '{}')],
    ['for another op', writeBranchPacket(id, branchSubject('inventory.reserve', 'cancel'), '{}')],
    ['written by another hand', JSON.stringify({ pattern: subject, data: {}, id })],
    ['without a payload', `{"id":"${id}","pattern":"${subject}","data":`],
  ])('%s is not read', (_what, packet) => {
    expect(readBranchPacket(packet, id, subject)).toBeNull();
  });

  it.each([
    ['inventory.reserve', true],
    ['inventory.reserve.v2', true],
    ['inventory..reserve', false],
    ['inventory.', false],
    ['.reserve', false],
  ])('%s can be a subject: %s', (contract, can) => {
    expect(isSubjectOfContract(contract)).toBe(can);
  });
});
