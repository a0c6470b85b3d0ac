CREATE TABLE api_key (
  id TEXT NOT NULL CHECK (length(id) <= 64 AND id NOT GLOB '*[^!-~]*'),
  principal TEXT NOT NULL CHECK (length(principal) <= 64 AND principal NOT GLOB '*[^!-~]*'),
  role TEXT NOT NULL CHECK (role IN ('service', 'viewer', 'operator', 'admin')),
  hash TEXT NOT NULL CHECK (length(hash) <= 64),
  created_by TEXT NOT NULL CHECK (length(created_by) <= 128),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NULL,
  revoked_by TEXT NULL CHECK (length(revoked_by) <= 128),
  revoked_at INTEGER NULL,
  PRIMARY KEY (id)
) STRICT;

CREATE UNIQUE INDEX api_key_by_hash ON api_key (hash);

CREATE INDEX api_key_by_principal ON api_key (principal);

CREATE TABLE approval_request (
  id TEXT NOT NULL CHECK (length(id) <= 64 AND id NOT GLOB '*[^!-~]*'),
  gid TEXT NOT NULL CHECK (length(gid) <= 64 AND gid NOT GLOB '*[^!-~]*'),
  action TEXT NOT NULL CHECK (length(action) <= 32),
  request TEXT NOT NULL CHECK (length(request) <= 16777215),
  preview TEXT NOT NULL CHECK (length(preview) <= 16777215),
  reason TEXT NOT NULL CHECK (length(reason) <= 1024),
  requested_by TEXT NOT NULL CHECK (length(requested_by) <= 128),
  requester_role TEXT NOT NULL CHECK (length(requester_role) <= 16),
  requested_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'expired')),
  decided_by TEXT NULL CHECK (length(decided_by) <= 128),
  comment TEXT NULL CHECK (length(comment) <= 1024),
  decided_at INTEGER NULL,
  outcome TEXT NULL CHECK (length(outcome) <= 16777215),
  PRIMARY KEY (id)
) STRICT;

CREATE INDEX approval_request_by_gid ON approval_request (gid);

CREATE INDEX approval_request_by_state ON approval_request (state, requested_at);

CREATE TABLE approval_rule (
  action TEXT NOT NULL CHECK (length(action) <= 32),
  role TEXT NOT NULL CHECK (length(role) <= 16),
  ttl_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL CHECK (length(created_by) <= 128),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (action, role)
) STRICT;

CREATE TABLE attempt_log (
  gid TEXT NOT NULL CHECK (length(gid) <= 64 AND gid NOT GLOB '*[^!-~]*'),
  flush TEXT NOT NULL,
  place INTEGER NOT NULL,
  branch TEXT NOT NULL CHECK (length(branch) <= 64 AND branch NOT GLOB '*[^!-~]*'),
  op TEXT NOT NULL CHECK (length(op) <= 16),
  attempt INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (length(outcome) <= 16),
  code TEXT NOT NULL CHECK (length(code) <= 128),
  message TEXT NOT NULL CHECK (length(message) <= 1024),
  PRIMARY KEY (gid, flush, place)
) STRICT;

CREATE TABLE attention (
  gid TEXT NOT NULL CHECK (length(gid) <= 64 AND gid NOT GLOB '*[^!-~]*'),
  branch TEXT NOT NULL CHECK (length(branch) <= 64 AND branch NOT GLOB '*[^!-~]*'),
  kind TEXT NOT NULL CHECK (length(kind) <= 32),
  code TEXT NOT NULL CHECK (length(code) <= 128),
  participant TEXT NOT NULL CHECK (length(participant) <= 64),
  since INTEGER NOT NULL,
  PRIMARY KEY (gid, branch, kind)
) STRICT;

CREATE INDEX attention_by_participant ON attention (participant);

CREATE TABLE audit_chain (
  seq INTEGER NOT NULL,
  audit_id TEXT NOT NULL CHECK (length(audit_id) <= 64 AND audit_id NOT GLOB '*[^!-~]*'),
  hash TEXT NOT NULL CHECK (length(hash) <= 64),
  PRIMARY KEY (seq)
) STRICT;

CREATE UNIQUE INDEX audit_chain_by_audit_id ON audit_chain (audit_id);

CREATE TABLE audit_log (
  id TEXT NOT NULL CHECK (length(id) <= 64 AND id NOT GLOB '*[^!-~]*'),
  gid TEXT NOT NULL CHECK (length(gid) <= 64 AND gid NOT GLOB '*[^!-~]*'),
  at INTEGER NOT NULL,
  principal TEXT NOT NULL CHECK (length(principal) <= 128),
  action TEXT NOT NULL CHECK (length(action) <= 32),
  reason TEXT NOT NULL CHECK (length(reason) <= 1024),
  detail TEXT NOT NULL CHECK (length(detail) <= 8192),
  PRIMARY KEY (id)
) STRICT;

CREATE INDEX audit_log_by_gid ON audit_log (gid, at);

CREATE TABLE audit_unchained (
  id TEXT NOT NULL CHECK (length(id) <= 64 AND id NOT GLOB '*[^!-~]*'),
  PRIMARY KEY (id)
) STRICT;

CREATE TABLE bulk_job (
  id TEXT NOT NULL CHECK (length(id) <= 64),
  action TEXT NOT NULL CHECK (length(action) <= 32),
  request TEXT NOT NULL CHECK (length(CAST(request AS BLOB)) <= 16777215),
  reason TEXT NOT NULL CHECK (length(reason) <= 1024),
  principal TEXT NOT NULL CHECK (length(principal) <= 128),
  role TEXT NOT NULL CHECK (length(role) <= 16),
  state TEXT NOT NULL CHECK (length(state) <= 16),
  cause TEXT NOT NULL CHECK (length(cause) <= 1024),
  per_second INTEGER NOT NULL,
  total INTEGER NOT NULL,
  position TEXT NULL CHECK (length(position) <= 128),
  created_at INTEGER NOT NULL,
  finished_at INTEGER NULL, canary_end INTEGER NULL,
  PRIMARY KEY (id)
) STRICT;

CREATE INDEX bulk_job_by_state ON bulk_job (state);

CREATE TABLE bulk_job_item (
  job TEXT NOT NULL CHECK (length(job) <= 64),
  place INTEGER NOT NULL,
  gid TEXT NOT NULL CHECK (length(gid) <= 64),
  deed TEXT NOT NULL CHECK (length(deed) <= 64),
  state TEXT NOT NULL CHECK (length(state) <= 16),
  code TEXT NOT NULL CHECK (length(code) <= 128),
  detail TEXT NOT NULL CHECK (length(detail) <= 1024),
  at INTEGER NULL,
  PRIMARY KEY (job, place)
) STRICT;

CREATE UNIQUE INDEX bulk_job_item_by_gid ON bulk_job_item (job, gid);

CREATE INDEX bulk_job_item_by_state ON bulk_job_item (job, state, place);

CREATE TABLE command (
  id TEXT NOT NULL CHECK (length(id) <= 64 AND id NOT GLOB '*[^!-~]*'),
  gid TEXT NOT NULL CHECK (length(gid) <= 64 AND gid NOT GLOB '*[^!-~]*'),
  kind TEXT NOT NULL CHECK (length(kind) <= 32),
  body TEXT NOT NULL CHECK (length(CAST(body AS BLOB)) <= 16777215),
  principal TEXT NOT NULL CHECK (length(principal) <= 128),
  reason TEXT NOT NULL CHECK (length(reason) <= 1024),
  PRIMARY KEY (id)
) STRICT;

CREATE TABLE coordinator_node (
  incarnation TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 128),
  state TEXT NOT NULL CHECK (state IN ('alive', 'dead', 'stopped')),
  flushes INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (incarnation)
) STRICT;

CREATE INDEX coordinator_node_by_state ON coordinator_node (state, name);

CREATE TABLE duty (
  name TEXT NOT NULL CHECK (length(name) <= 64 AND name NOT GLOB '*[^!-~]*'),
  holder TEXT NOT NULL CHECK (length(holder) <= 64 AND holder NOT GLOB '*[^!-~]*'),
  until INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT;

CREATE TABLE escalation_alert (
  id TEXT NOT NULL CHECK (length(id) <= 64 AND id NOT GLOB '*[^!-~]*'),
  open_key TEXT NULL CHECK (length(open_key) <= 160),
  rule TEXT NOT NULL CHECK (length(rule) <= 64 AND rule NOT GLOB '*[^!-~]*'),
  subject TEXT NOT NULL CHECK (length(subject) <= 64 AND subject NOT GLOB '*[^!-~]*'),
  severity TEXT NOT NULL CHECK (length(severity) <= 16),
  state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
  escalated INTEGER NOT NULL,
  deliveries INTEGER NOT NULL,
  detail TEXT NOT NULL CHECK (length(detail) <= 1024),
  opened_at INTEGER NOT NULL,
  next_at INTEGER NULL,
  acknowledged_by TEXT NULL CHECK (length(acknowledged_by) <= 128),
  acknowledged_at INTEGER NULL,
  comment TEXT NULL CHECK (length(comment) <= 1024),
  resolved_at INTEGER NULL,
  PRIMARY KEY (id)
) STRICT;

CREATE INDEX escalation_alert_by_next_at ON escalation_alert (next_at);

CREATE UNIQUE INDEX escalation_alert_by_open_key ON escalation_alert (open_key);

CREATE INDEX escalation_alert_by_state ON escalation_alert (state, opened_at);

CREATE TABLE escalation_delivery (
  id TEXT NOT NULL CHECK (length(id) <= 64 AND id NOT GLOB '*[^!-~]*'),
  alert TEXT NOT NULL CHECK (length(alert) <= 64 AND alert NOT GLOB '*[^!-~]*'),
  rule TEXT NOT NULL CHECK (length(rule) <= 64 AND rule NOT GLOB '*[^!-~]*'),
  url TEXT NOT NULL CHECK (length(url) <= 1024),
  at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  status INTEGER NULL,
  problem TEXT NOT NULL CHECK (length(problem) <= 1024),
  PRIMARY KEY (id)
) STRICT;

CREATE INDEX escalation_delivery_by_alert ON escalation_delivery (alert, at);

CREATE INDEX escalation_delivery_by_rule ON escalation_delivery (rule, at);

CREATE TABLE escalation_rule (
  name TEXT NOT NULL CHECK (length(name) <= 64 AND name NOT GLOB '*[^!-~]*'),
  kind TEXT NOT NULL CHECK (kind IN ('parked', 'stuck', 'breaker_open', 'mixed')),
  age_ms INTEGER NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  url TEXT NOT NULL CHECK (length(url) <= 1024),
  escalation_url TEXT NULL CHECK (length(escalation_url) <= 1024),
  signing_key TEXT NOT NULL CHECK (length(signing_key) <= 1024),
  repeat_ms INTEGER NOT NULL,
  escalate_ms INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  created_by TEXT NOT NULL CHECK (length(created_by) <= 128),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT;

CREATE TABLE global_transaction (
  gid TEXT NOT NULL CHECK (length(gid) <= 64 AND gid NOT GLOB '*[^!-~]*'),
  status TEXT NOT NULL CHECK (status IN ('active', 'committing', 'committed', 'aborting', 'aborted')),
  pattern TEXT NOT NULL CHECK (length(pattern) <= 16),
  mixed INTEGER NOT NULL,
  paused INTEGER NOT NULL,
  owner TEXT NULL,
  due_at INTEGER NULL,
  version INTEGER NOT NULL,
  flush TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 128),
  business_key TEXT NULL CHECK (length(business_key) <= 128),
  created_by TEXT NOT NULL CHECK (length(created_by) <= 128),
  content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
  definition TEXT NOT NULL CHECK (length(CAST(definition AS BLOB)) <= 16777215),
  progress TEXT NOT NULL CHECK (length(CAST(progress AS BLOB)) <= 16777215),
  created_at INTEGER NOT NULL,
  finished_at INTEGER NULL,
  PRIMARY KEY (gid)
) STRICT;

CREATE INDEX global_transaction_by_business_key ON global_transaction (business_key);

CREATE INDEX global_transaction_by_created_at ON global_transaction (created_at, gid);

CREATE INDEX global_transaction_by_due_at ON global_transaction (due_at);

CREATE INDEX global_transaction_by_owner ON global_transaction (owner);

CREATE TABLE housekeeping (
  name TEXT NOT NULL CHECK (length(name) <= 64),
  at INTEGER NOT NULL,
  gid TEXT NOT NULL CHECK (length(gid) <= 64),
  PRIMARY KEY (name)
) STRICT;

CREATE TABLE idempotency_key (
  principal TEXT NOT NULL CHECK (length(principal) <= 128),
  name TEXT NOT NULL CHECK (length(name) <= 128),
  hash TEXT NOT NULL CHECK (length(hash) <= 64),
  deed TEXT NOT NULL CHECK (length(deed) <= 64),
  answer TEXT NULL CHECK (length(CAST(answer AS BLOB)) <= 16777215),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (principal, name)
) STRICT;

CREATE INDEX idempotency_key_by_created_at ON idempotency_key (created_at);

CREATE TABLE late_end (
  gid TEXT NOT NULL CHECK (length(gid) <= 64 AND gid NOT GLOB '*[^!-~]*'),
  PRIMARY KEY (gid)
) STRICT;

CREATE TABLE outbox (
  gid TEXT NOT NULL CHECK (length(gid) <= 64 AND gid NOT GLOB '*[^!-~]*'),
  version INTEGER NOT NULL,
  incarnation TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 128),
  status TEXT NOT NULL CHECK (length(status) <= 16),
  body TEXT NOT NULL CHECK (length(CAST(body AS BLOB)) <= 16777215),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (gid, version)
) STRICT;

CREATE INDEX outbox_by_incarnation ON outbox (incarnation, created_at);

CREATE TABLE outbox_refused (
  gid TEXT NOT NULL CHECK (length(gid) <= 64 AND gid NOT GLOB '*[^!-~]*'),
  version INTEGER NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 128),
  status TEXT NOT NULL CHECK (length(status) <= 16),
  body TEXT NOT NULL CHECK (length(CAST(body AS BLOB)) <= 16777215),
  created_at INTEGER NOT NULL,
  cause TEXT NOT NULL CHECK (length(cause) <= 1024),
  tried_at INTEGER NOT NULL,
  PRIMARY KEY (gid, version)
) STRICT;

CREATE INDEX outbox_refused_by_tried_at ON outbox_refused (tried_at);

CREATE TABLE participant (
  name TEXT NOT NULL CHECK (length(name) <= 64 AND name NOT GLOB '*[^!-~]*'),
  base_url TEXT NOT NULL CHECK (length(base_url) <= 1024),
  signing_key TEXT NULL CHECK (length(signing_key) <= 1024),
  concurrency INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT;

CREATE TABLE participant_control (
  name TEXT NOT NULL CHECK (length(name) <= 64),
  version INTEGER NOT NULL,
  paused_by TEXT NULL CHECK (length(paused_by) <= 128),
  pause_reason TEXT NULL CHECK (length(pause_reason) <= 1024),
  paused_at INTEGER NULL,
  resets INTEGER NOT NULL,
  wakes INTEGER NOT NULL,
  woken_at INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT;

CREATE TABLE policy_retirement (
  name TEXT NOT NULL CHECK (length(name) <= 64),
  retired_by TEXT NOT NULL CHECK (length(retired_by) <= 128),
  reason TEXT NOT NULL CHECK (length(reason) <= 1024),
  retired_at INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT;

CREATE TABLE registry_announcement (
  participant TEXT NOT NULL CHECK (length(participant) <= 64),
  instance TEXT NOT NULL CHECK (length(instance) <= 64),
  said_at INTEGER NOT NULL,
  heard TEXT NOT NULL CHECK (length(heard) <= 1040),
  PRIMARY KEY (participant, instance)
) STRICT;

CREATE INDEX registry_announcement_by_said_at ON registry_announcement (said_at);

CREATE TABLE registry_claim (
  contract TEXT NOT NULL CHECK (length(contract) <= 64),
  service TEXT NOT NULL CHECK (length(service) <= 64),
  version TEXT NOT NULL CHECK (length(version) <= 64),
  fingerprint TEXT NOT NULL CHECK (length(fingerprint) <= 128),
  since INTEGER NOT NULL,
  PRIMARY KEY (contract)
) STRICT;

CREATE TABLE registry_instance (
  participant TEXT NOT NULL CHECK (length(participant) <= 64),
  instance TEXT NOT NULL CHECK (length(instance) <= 64),
  service TEXT NOT NULL CHECK (length(service) <= 64),
  version TEXT NOT NULL CHECK (length(version) <= 64),
  contracts TEXT NOT NULL CHECK (length(contracts) <= 65535),
  endpoints TEXT NOT NULL CHECK (length(endpoints) <= 65535),
  beats INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (participant, instance)
) STRICT;

CREATE TABLE retry_policy (
  name TEXT NOT NULL CHECK (length(name) <= 64 AND name NOT GLOB '*[^!-~]*'),
  version INTEGER NOT NULL,
  deadline_ms INTEGER NULL,
  forward_timeout_ms INTEGER NOT NULL,
  end_timeout_ms INTEGER NOT NULL,
  first_interval_ms INTEGER NOT NULL,
  multiplier REAL NOT NULL,
  cap_ms INTEGER NOT NULL,
  jitter REAL NOT NULL,
  forward_attempts INTEGER NOT NULL,
  end_attempts INTEGER NOT NULL,
  on_exhausted TEXT NOT NULL CHECK (on_exhausted IN ('abort', 'park')),
  poll_interval_ms INTEGER NOT NULL,
  max_pending_ms INTEGER NOT NULL,
  created_by TEXT NOT NULL CHECK (length(created_by) <= 128),
  PRIMARY KEY (name, version)
) STRICT;

CREATE TABLE shared_secret (
  name TEXT NOT NULL CHECK (length(name) <= 64 AND name NOT GLOB '*[^!-~]*'),
  value TEXT NOT NULL CHECK (length(value) <= 128),
  PRIMARY KEY (name)
) STRICT;
