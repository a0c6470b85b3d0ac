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

CREATE TABLE outbox (
  id TEXT NOT NULL CHECK (length(id) <= 64 AND id NOT GLOB '*[^!-~]*'),
  gid TEXT NOT NULL CHECK (length(gid) <= 64 AND gid NOT GLOB '*[^!-~]*'),
  kind TEXT NOT NULL CHECK (length(kind) <= 32),
  body TEXT NOT NULL CHECK (length(CAST(body AS BLOB)) <= 16777215),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (id)
) STRICT;

CREATE TABLE participant (
  name TEXT NOT NULL CHECK (length(name) <= 64 AND name NOT GLOB '*[^!-~]*'),
  base_url TEXT NOT NULL CHECK (length(base_url) <= 1024),
  signing_key TEXT NULL CHECK (length(signing_key) <= 1024),
  concurrency INTEGER NOT NULL,
  PRIMARY KEY (name)
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
