/** `/v1/policies`: retry policies as versions that are added and never changed. */
import type { AuditRow } from '@assent/engine';
import { type Policy, shippedPolicies } from '@assent/protocol';
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { principalOf } from '../../access/index.js';
import { ApiError } from '../../errors/index.js';
import { newGid } from '../gid.js';
import { Operations } from '../operations.js';
import { readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { type ReasonBody, reasonOnlySchema } from '../schemas/common.js';
import { validator } from '../validation.js';
import { checkPolicy, type NewPolicyBody, newPolicySchema, type PolicyFields, type VersionBody, versionSchema } from './policy.schema.js';

const readNewPolicy = validator<NewPolicyBody>(newPolicySchema);
const readVersion = validator<VersionBody>(versionSchema);
const readRetirement = validator<ReasonBody>(reasonOnlySchema);

/** What a new policy has that does not say otherwise. */
const [STANDARD] = shippedPolicies as readonly [Policy, ...Policy[]];

@Controller('v1/policies')
export class PoliciesController {
  constructor(private readonly operations: Operations) {}

  @Get()
  async list(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const newest = new Map<string, Policy>();
    for (const policy of await this.operations.history().readPolicies()) {
      if ((newest.get(policy.name)?.version ?? 0) < policy.version) newest.set(policy.name, policy);
    }
    sendJson(reply, 200, { items: [...newest.values()].map(policyBody) });
  }

  @Get(':name')
  async show(@Param('name') name: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const versions = await this.versionsOf(name);
    sendJson(reply, 200, { name, retired: versions[0].isRetired === true, versions: versions.map(policyBody) });
  }

  @Post()
  async create(@Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const { name, reason, ...fields } = readNewPolicy(raw);
    const { name: _name, version: _version, ...standard } = STANDARD;
    await this.add(reply, { ...standard, ...fields, name, version: 1 }, 'policy-create', reason);
  }

  @Post(':name/versions')
  async addVersion(@Param('name') name: string, @Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const { reason, ...fields } = readVersion(raw);
    const [{ isRetired, ...latest }] = await this.versionsOf(name);
    if (isRetired === true) throw new ApiError('policy_retired', `Policy "${name}" is retired.`);
    await this.add(reply, { ...latest, ...fields, version: latest.version + 1 }, 'policy-change', reason);
  }

  @Post(':name/retire')
  async retire(@Param('name') name: string, @Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const { reason } = readRetirement(raw);
    const [latest] = await this.versionsOf(name);
    const audit = auditOf(reply, 'policy-retire', reason, { policy: name });
    const isNew = await this.operations.policyTable().retire(name, audit.atMs, audit);
    await this.operations.interventions().refreshPolicies();
    sendJson(reply, 200, { ...policyBody({ ...latest, isRetired: true }), outcome: isNew ? 'done' : 'repeated' });
  }

  private async add(
    reply: FastifyReply,
    policy: PolicyFields & Pick<Policy, 'name' | 'version'>,
    action: string,
    reason: string,
  ): Promise<void> {
    checkPolicy(policy);
    const { name, version } = policy;
    const audit = auditOf(reply, action, reason, { policy: name, version });
    if (!(await this.operations.policyTable().add(policy, audit.principal, audit))) {
      throw new ApiError('policy_exists', `There is a policy "${name}" version ${version} already.`);
    }
    await this.operations.interventions().refreshPolicies();
    sendJson(reply, 201, policyBody(policy));
  }

  /** Newest first. Throws `policy_not_found`. */
  private async versionsOf(name: string): Promise<readonly [Policy, ...Policy[]]> {
    const all = await this.operations.history().readPolicies();
    const [newest, ...older] = all.filter((policy) => policy.name === name).sort((a, b) => b.version - a.version);
    if (newest === undefined) throw new ApiError('policy_not_found', 'There is no policy of this name.');
    return [newest, ...older];
  }
}

function policyBody({ isRetired, ...policy }: Policy): object {
  return { ...policy, retired: isRetired === true };
}

/** Policies belong to no transaction. */
function auditOf(reply: FastifyReply, action: string, reason: string, detail: object): AuditRow {
  const { name: principal } = principalOf(reply);
  return { id: newGid(), gid: '', atMs: Date.now(), principal, action, reason, detail: JSON.stringify({ outcome: 'done', ...detail }) };
}
