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

CREATE TABLE `outbox` (
  `id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `gid` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `kind` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `body` mediumtext NOT NULL,
  `created_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `participant` (
  `name` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `base_url` varchar(1024) NOT NULL,
  `signing_key` varchar(1024) DEFAULT NULL,
  `concurrency` int(10) unsigned NOT NULL,
  PRIMARY KEY (`name`)
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
