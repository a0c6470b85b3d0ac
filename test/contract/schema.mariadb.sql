CREATE TABLE `api_key` (
  `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `principal` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `role` enum('service','viewer','operator','admin') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `hash` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `created_by` varchar(128) NOT NULL,
  `created_at` bigint(20) NOT NULL,
  `expires_at` bigint(20) DEFAULT NULL,
  `revoked_by` varchar(128) DEFAULT NULL,
  `revoked_at` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `by_hash` (`hash`),
  KEY `by_principal` (`principal`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `approval_request` (
  `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `gid` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `action` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `request` mediumtext NOT NULL,
  `preview` mediumtext NOT NULL,
  `reason` varchar(1024) NOT NULL,
  `requested_by` varchar(128) NOT NULL,
  `requester_role` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `requested_at` bigint(20) NOT NULL,
  `expires_at` bigint(20) NOT NULL,
  `state` enum('pending','approved','rejected','expired') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `decided_by` varchar(128) DEFAULT NULL,
  `comment` varchar(1024) DEFAULT NULL,
  `decided_at` bigint(20) DEFAULT NULL,
  `outcome` mediumtext DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `by_state` (`state`,`requested_at`),
  KEY `by_gid` (`gid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `approval_rule` (
  `action` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `role` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `ttl_ms` bigint(20) NOT NULL,
  `created_by` varchar(128) NOT NULL,
  `created_at` bigint(20) NOT NULL,
  PRIMARY KEY (`action`,`role`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `attempt_log` (
  `gid` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `flush` bigint(20) NOT NULL,
  `place` int(10) unsigned NOT NULL,
  `branch` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `op` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `attempt` int(10) unsigned NOT NULL,
  `started_at` bigint(20) NOT NULL,
  `duration_ms` bigint(20) NOT NULL,
  `outcome` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `code` varchar(128) NOT NULL,
  `message` varchar(1024) NOT NULL,
  PRIMARY KEY (`gid`,`flush`,`place`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `attention` (
  `gid` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `branch` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `kind` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `code` varchar(128) NOT NULL,
  `participant` varchar(64) NOT NULL,
  `since` bigint(20) NOT NULL,
  PRIMARY KEY (`gid`,`branch`,`kind`),
  KEY `by_participant` (`participant`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `audit_chain` (
  `seq` bigint(20) NOT NULL,
  `audit_id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `hash` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`seq`),
  UNIQUE KEY `by_audit_id` (`audit_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `audit_log` (
  `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `gid` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `at` bigint(20) NOT NULL,
  `principal` varchar(128) NOT NULL,
  `action` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `reason` varchar(1024) NOT NULL,
  `detail` text NOT NULL,
  PRIMARY KEY (`id`),
  KEY `by_gid` (`gid`,`at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `audit_unchained` (
  `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `bulk_job` (
  `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `action` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `request` mediumtext NOT NULL,
  `reason` varchar(1024) NOT NULL,
  `principal` varchar(128) NOT NULL,
  `role` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `state` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `cause` varchar(1024) NOT NULL,
  `per_second` int(10) unsigned NOT NULL,
  `total` int(10) unsigned NOT NULL,
  `position` varchar(128) DEFAULT NULL,
  `created_at` bigint(20) NOT NULL,
  `finished_at` bigint(20) DEFAULT NULL,
  `canary_end` int(10) unsigned DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `by_state` (`state`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `bulk_job_item` (
  `job` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `place` int(10) unsigned NOT NULL,
  `gid` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `deed` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `state` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `code` varchar(128) NOT NULL,
  `detail` varchar(1024) NOT NULL,
  `at` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`job`,`place`),
  UNIQUE KEY `by_gid` (`job`,`gid`),
  KEY `by_state` (`job`,`state`,`place`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `command` (
  `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `gid` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `kind` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `body` mediumtext NOT NULL,
  `principal` varchar(128) NOT NULL,
  `reason` varchar(1024) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `coordinator_node` (
  `incarnation` bigint(20) NOT NULL,
  `name` varchar(128) NOT NULL,
  `state` enum('alive','dead','stopped') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `flushes` bigint(20) NOT NULL,
  `started_at` bigint(20) NOT NULL,
  `seen_at` bigint(20) NOT NULL,
  PRIMARY KEY (`incarnation`),
  KEY `by_state` (`state`,`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `duty` (
  `name` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `holder` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `until` bigint(20) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `escalation_alert` (
  `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `open_key` varchar(160) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `rule` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `subject` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `severity` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `state` enum('open','acknowledged','resolved') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `escalated` tinyint(1) NOT NULL,
  `deliveries` int(10) unsigned NOT NULL,
  `detail` varchar(1024) NOT NULL,
  `opened_at` bigint(20) NOT NULL,
  `next_at` bigint(20) DEFAULT NULL,
  `acknowledged_by` varchar(128) DEFAULT NULL,
  `acknowledged_at` bigint(20) DEFAULT NULL,
  `comment` varchar(1024) DEFAULT NULL,
  `resolved_at` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `by_open_key` (`open_key`),
  KEY `by_next_at` (`next_at`),
  KEY `by_state` (`state`,`opened_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `escalation_delivery` (
  `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `alert` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `rule` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `url` varchar(1024) NOT NULL,
  `at` bigint(20) NOT NULL,
  `duration_ms` bigint(20) NOT NULL,
  `attempt` int(10) unsigned NOT NULL,
  `status` int(10) unsigned DEFAULT NULL,
  `problem` varchar(1024) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `by_alert` (`alert`,`at`),
  KEY `by_rule` (`rule`,`at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `escalation_rule` (
  `name` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `kind` enum('parked','stuck','breaker_open','mixed') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `age_ms` bigint(20) NOT NULL,
  `severity` enum('info','warning','critical') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `url` varchar(1024) NOT NULL,
  `escalation_url` varchar(1024) DEFAULT NULL,
  `signing_key` varchar(1024) NOT NULL,
  `repeat_ms` bigint(20) NOT NULL,
  `escalate_ms` bigint(20) NOT NULL,
  `enabled` tinyint(1) NOT NULL,
  `created_by` varchar(128) NOT NULL,
  `created_at` bigint(20) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `global_transaction` (
  `gid` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `status` enum('active','committing','committed','aborting','aborted') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `pattern` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `mixed` tinyint(1) NOT NULL,
  `paused` tinyint(1) NOT NULL,
  `owner` bigint(20) DEFAULT NULL,
  `due_at` bigint(20) DEFAULT NULL,
  `version` int(10) unsigned NOT NULL,
  `flush` bigint(20) NOT NULL,
  `name` varchar(128) NOT NULL,
  `business_key` varchar(128) DEFAULT NULL,
  `created_by` varchar(128) NOT NULL,
  `content_hash` binary(32) NOT NULL,
  `definition` mediumtext NOT NULL,
  `progress` mediumtext NOT NULL,
  `created_at` bigint(20) NOT NULL,
  `finished_at` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`gid`),
  KEY `by_owner` (`owner`),
  KEY `by_due_at` (`due_at`),
  KEY `by_created_at` (`created_at`,`gid`),
  KEY `by_business_key` (`business_key`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `housekeeping` (
  `name` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `at` bigint(20) NOT NULL,
  `gid` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `idempotency_key` (
  `principal` varchar(128) NOT NULL,
  `name` varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `hash` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `deed` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `answer` mediumtext DEFAULT NULL,
  `created_at` bigint(20) NOT NULL,
  PRIMARY KEY (`principal`,`name`),
  KEY `by_created_at` (`created_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `late_end` (
  `gid` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`gid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `outbox` (
  `gid` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `version` int(10) unsigned NOT NULL,
  `incarnation` bigint(20) NOT NULL,
  `name` varchar(128) NOT NULL,
  `status` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `body` mediumtext NOT NULL,
  `created_at` bigint(20) NOT NULL,
  PRIMARY KEY (`gid`,`version`),
  KEY `by_incarnation` (`incarnation`,`created_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `outbox_refused` (
  `gid` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `version` int(10) unsigned NOT NULL,
  `name` varchar(128) NOT NULL,
  `status` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `body` mediumtext NOT NULL,
  `created_at` bigint(20) NOT NULL,
  `cause` varchar(1024) NOT NULL,
  `tried_at` bigint(20) NOT NULL,
  PRIMARY KEY (`gid`,`version`),
  KEY `by_tried_at` (`tried_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `participant` (
  `name` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `base_url` varchar(1024) NOT NULL,
  `signing_key` varchar(1024) DEFAULT NULL,
  `concurrency` int(10) unsigned NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `participant_control` (
  `name` varchar(64) NOT NULL,
  `version` int(10) unsigned NOT NULL,
  `paused_by` varchar(128) DEFAULT NULL,
  `pause_reason` varchar(1024) DEFAULT NULL,
  `paused_at` bigint(20) DEFAULT NULL,
  `resets` int(10) unsigned NOT NULL,
  `wakes` int(10) unsigned NOT NULL,
  `woken_at` bigint(20) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `policy_retirement` (
  `name` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `retired_by` varchar(128) NOT NULL,
  `reason` varchar(1024) NOT NULL,
  `retired_at` bigint(20) NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `registry_announcement` (
  `participant` varchar(64) NOT NULL,
  `instance` varchar(64) NOT NULL,
  `said_at` bigint(20) NOT NULL,
  `heard` varchar(1040) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`participant`,`instance`),
  KEY `by_said_at` (`said_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `registry_claim` (
  `contract` varchar(64) NOT NULL,
  `service` varchar(64) NOT NULL,
  `version` varchar(64) NOT NULL,
  `fingerprint` varchar(128) NOT NULL,
  `since` bigint(20) NOT NULL,
  PRIMARY KEY (`contract`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `registry_instance` (
  `participant` varchar(64) NOT NULL,
  `instance` varchar(64) NOT NULL,
  `service` varchar(64) NOT NULL,
  `version` varchar(64) NOT NULL,
  `contracts` text NOT NULL,
  `endpoints` text NOT NULL,
  `beats` bigint(20) NOT NULL,
  `seen_at` bigint(20) NOT NULL,
  PRIMARY KEY (`participant`,`instance`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `retry_policy` (
  `name` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `version` int(10) unsigned NOT NULL,
  `deadline_ms` bigint(20) DEFAULT NULL,
  `forward_timeout_ms` bigint(20) NOT NULL,
  `end_timeout_ms` bigint(20) NOT NULL,
  `first_interval_ms` bigint(20) NOT NULL,
  `multiplier` double NOT NULL,
  `cap_ms` bigint(20) NOT NULL,
  `jitter` double NOT NULL,
  `forward_attempts` int(10) unsigned NOT NULL,
  `end_attempts` int(10) unsigned NOT NULL,
  `on_exhausted` enum('abort','park') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `poll_interval_ms` bigint(20) NOT NULL,
  `max_pending_ms` bigint(20) NOT NULL,
  `created_by` varchar(128) NOT NULL,
  PRIMARY KEY (`name`,`version`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `shared_secret` (
  `name` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `value` varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
