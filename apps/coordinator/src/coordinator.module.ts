/** The one place where routes meet what they stand on. */
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Administration } from './admin/index.js';
import {
  AbortCommandController,
  ActionDesk,
  ActionsController,
  ApprovalController,
  AuditController,
  Backend,
  BeginController,
  EscalationController,
  GetController,
  Housekeeper,
  JobRunner,
  JobsController,
  KeysController,
  ListController,
  Operations,
  ParticipantsController,
  PoliciesController,
  type PurgeMeter,
  RegisterController,
  RegistryController,
  RetentionController,
  SubmitController,
  TimelineController,
  WaitController,
} from './api/index.js';
import { Health, HealthController, Metrics, MetricsController } from './health/index.js';
import { type FailureLog, ProblemFilter } from './http/index.js';

/** What the routes are given. */
export interface CoordinatorParts {
  readonly backend: Backend;
  readonly operations: Operations;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: FailureLog;
  /** Counts what is taken away because it is old. */
  readonly purged: PurgeMeter;
  /** Host names beside those of loopback that the API answers to. */
  readonly allowedHosts: readonly string[];
  readonly administration: Administration;
}

@Module({})
export class CoordinatorModule {}

/** The module with its routes over `parts`. */
export function coordinatorModule(parts: CoordinatorParts): DynamicModule {
  const desk = new ActionDesk(parts.operations, parts.backend);
  parts.administration.carryOutBy(desk);
  return {
    module: CoordinatorModule,
    controllers: [
      BeginController,
      RegisterController,
      RegistryController,
      SubmitController,
      AbortCommandController,
      GetController,
      WaitController,
      ListController,
      TimelineController,
      ActionsController,
      PoliciesController,
      JobsController,
      RetentionController,
      ParticipantsController,
      KeysController,
      AuditController,
      ApprovalController,
      EscalationController,
      HealthController,
      MetricsController,
    ],
    providers: [
      { provide: Backend, useValue: parts.backend },
      { provide: Administration, useValue: parts.administration },
      { provide: Operations, useValue: parts.operations },
      { provide: ActionDesk, useValue: desk },
      { provide: Housekeeper, useValue: new Housekeeper(parts.operations, parts.purged, parts.log) },
      { provide: JobRunner, useValue: new JobRunner(parts.operations, desk, parts.log) },
      { provide: Health, useValue: parts.health },
      { provide: Metrics, useValue: parts.metrics },
      { provide: APP_FILTER, useValue: new ProblemFilter(parts.log, parts.administration) },
    ],
  };
}
