-- Times are milliseconds since 1970, UTC. Names compare without regard to case, as Azure's do.

CREATE TABLE settings (
	name TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT;

-- Every content of a runbook that jobs were started with: its files and what it declares.
CREATE TABLE runbook_contents (
	content_hash TEXT PRIMARY KEY,
	runbook_name TEXT NOT NULL,
	made_with TEXT NOT NULL,
	definition TEXT NOT NULL,
	files TEXT NOT NULL,
	is_whole INTEGER NOT NULL,
	creation_time INTEGER NOT NULL,
	superseded_time INTEGER
) STRICT;
CREATE INDEX runbook_contents_current ON runbook_contents (runbook_name) WHERE superseded_time IS NULL;

-- What the operator set over what a runbook's file declares; null where the file stands. runbook_key is the runbook's name in lower case.
CREATE TABLE runbook_settings (
	runbook_key TEXT PRIMARY KEY,
	description TEXT,
	log_verbose INTEGER,
	log_progress INTEGER,
	log_activity_trace INTEGER NOT NULL,
	tags TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What runbooks keep from job to job. runbook_key is the runbook's name in lower case.
CREATE TABLE runbook_states (
	runbook_key TEXT NOT NULL,
	key TEXT NOT NULL,
	json TEXT NOT NULL,
	PRIMARY KEY (runbook_key, key)
) STRICT;

-- Addresses that were generated for webhooks to come.
CREATE TABLE generated_uris (
	token_hash TEXT PRIMARY KEY,
	creation_time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A deleted webhook stays as a row that no longer holds its name: its token's hash is remembered for ever.
-- One that was replaced has a deleted_time ahead: until then its URL is valid beside its successor's. name_key is the name in lower case.
CREATE TABLE webhooks (
	webhook_id INTEGER PRIMARY KEY,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	token_hash TEXT NOT NULL UNIQUE,
	runbook_name TEXT NOT NULL,
	parameters TEXT NOT NULL,
	description TEXT,
	allowed_origins TEXT NOT NULL,
	protections TEXT NOT NULL DEFAULT '{}',
	origin TEXT NOT NULL,
	is_enabled INTEGER NOT NULL,
	is_enabled_in_file INTEGER NOT NULL,
	expiry_time INTEGER NOT NULL,
	expired_time INTEGER,
	creation_time INTEGER NOT NULL,
	last_modified_time INTEGER NOT NULL,
	last_invoked_time INTEGER,
	deleted_time INTEGER,
	successor_hash TEXT,
	expiry_warned_days INTEGER
) STRICT;
CREATE UNIQUE INDEX webhooks_name ON webhooks (name_key) WHERE deleted_time IS NULL;
CREATE INDEX webhooks_every_name ON webhooks (name_key);

-- Variables and credentials. name_key is the name in lower case. value is the JSON text of a plain variable; of an encrypted one, or of a credential, it is sealed with the key key_id.
CREATE TABLE assets (
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	user_name TEXT,
	value TEXT NOT NULL,
	key_id TEXT,
	description TEXT,
	creation_time INTEGER NOT NULL,
	last_modified_time INTEGER NOT NULL,
	PRIMARY KEY (kind, name_key)
) STRICT;
CREATE INDEX assets_key ON assets (key_id) WHERE key_id IS NOT NULL;

-- What each job did with which asset.
CREATE TABLE asset_uses (
	job_id TEXT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	access TEXT NOT NULL,
	source TEXT NOT NULL,
	first_time INTEGER NOT NULL,
	last_time INTEGER NOT NULL,
	use_count INTEGER NOT NULL,
	PRIMARY KEY (job_id, kind, name, access, source)
) STRICT, WITHOUT ROWID;

-- number is the order of arrival. name and name_key, the name in lower case, are null where it equals job_id.
-- Of one concurrency_key at most key_concurrency jobs run at once. Of those that wait the first has is_behind 0 and the others 1, so that
-- whoever takes jobs never looks through those that cannot be next. held_by is the node that took the job, where there are several.
-- claim_time is when it was taken, and queued_time since when it had waited for that; null of one that waits.
CREATE TABLE jobs (
	number INTEGER PRIMARY KEY,
	job_id TEXT NOT NULL UNIQUE,
	name TEXT,
	name_key TEXT,
	runbook_name TEXT NOT NULL,
	content_hash TEXT NOT NULL,
	webhook_id INTEGER,
	webhook_name TEXT,
	parameters TEXT NOT NULL,
	status TEXT NOT NULL,
	status_details TEXT NOT NULL DEFAULT 'None',
	started_by TEXT,
	is_test INTEGER NOT NULL,
	request_hash TEXT,
	exception TEXT,
	try_count INTEGER NOT NULL DEFAULT 0,
	creation_time INTEGER NOT NULL,
	start_time INTEGER,
	end_time INTEGER,
	last_modified_time INTEGER NOT NULL,
	last_status_modified_time INTEGER NOT NULL,
	traceparent TEXT,
	priority INTEGER NOT NULL DEFAULT 0,
	concurrency_key TEXT,
	key_concurrency INTEGER,
	is_behind INTEGER NOT NULL DEFAULT 0,
	held_by TEXT,
	queued_time INTEGER,
	claim_time INTEGER
) STRICT;
CREATE UNIQUE INDEX jobs_name ON jobs (name_key) WHERE name_key IS NOT NULL;
CREATE INDEX jobs_waiting ON jobs (runbook_name, priority DESC, number) WHERE status = 'New' AND is_behind = 0;
CREATE INDEX jobs_key ON jobs (concurrency_key, status, number) WHERE concurrency_key IS NOT NULL AND end_time IS NULL;
CREATE INDEX jobs_status ON jobs (status, is_test, number);
CREATE INDEX jobs_runbook ON jobs (lower(runbook_name), is_test, number);
CREATE INDEX jobs_webhook ON jobs (lower(webhook_name), is_test, number) WHERE webhook_name IS NOT NULL;
CREATE INDEX jobs_ended ON jobs (end_time, status, is_test, start_time, runbook_name) WHERE end_time IS NOT NULL;

-- With rowids: without, every search by the key reads the whole texts of the records that it passes, up to a MiB each.
CREATE TABLE job_streams (
	job_id TEXT NOT NULL,
	sequence INTEGER NOT NULL,
	time INTEGER NOT NULL,
	stream_type TEXT NOT NULL,
	json TEXT NOT NULL,
	PRIMARY KEY (job_id, sequence)
) STRICT;

-- name_key is the name in lower case.
CREATE TABLE schedules (
	schedule_id INTEGER PRIMARY KEY,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL UNIQUE,
	description TEXT,
	recurrence TEXT NOT NULL,
	start_time INTEGER NOT NULL,
	expiry_time INTEGER,
	time_zone TEXT NOT NULL,
	missed TEXT NOT NULL,
	overlap TEXT NOT NULL,
	is_enabled INTEGER NOT NULL,
	origin TEXT NOT NULL,
	declared_by TEXT,
	creation_time INTEGER NOT NULL,
	last_modified_time INTEGER NOT NULL
) STRICT;

-- What was due up to decided_time is decided; last_failure is why a run made no job.
CREATE TABLE job_schedules (
	job_schedule_id TEXT PRIMARY KEY,
	schedule_id INTEGER NOT NULL,
	runbook_name TEXT NOT NULL,
	parameters TEXT NOT NULL,
	decided_time INTEGER NOT NULL,
	last_failure TEXT,
	creation_time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX job_schedules_schedule ON job_schedules (schedule_id);

-- A run is the pair of job schedule and due instant, and exists once. job_id is null while it waits for the run before it;
-- open_job_schedule_id is its job schedule until its job was seen to have ended, then null: so open runs are found without those that were.
CREATE TABLE scheduled_runs (
	job_schedule_id TEXT NOT NULL,
	due_time INTEGER NOT NULL,
	job_id TEXT,
	open_job_schedule_id TEXT,
	PRIMARY KEY (job_schedule_id, due_time)
) STRICT, WITHOUT ROWID;
CREATE INDEX scheduled_runs_open ON scheduled_runs (open_job_schedule_id, due_time) WHERE open_job_schedule_id IS NOT NULL;
CREATE INDEX scheduled_runs_job ON scheduled_runs (job_id) WHERE job_id IS NOT NULL;

-- Tokens that manage the account within a role. name_key is the name in lower case.
CREATE TABLE access_tokens (
	name TEXT NOT NULL,
	name_key TEXT PRIMARY KEY,
	token_hash TEXT NOT NULL UNIQUE,
	role TEXT NOT NULL,
	description TEXT,
	is_enabled INTEGER NOT NULL,
	expiry_time INTEGER NOT NULL,
	creation_time INTEGER NOT NULL,
	created_by TEXT NOT NULL,
	last_used_time INTEGER
) STRICT, WITHOUT ROWID;

-- hash is the SHA-256, in hex, of previous_hash, sequence and text with line feeds between; text is canonical JSON.
CREATE TABLE audit_events (
	sequence INTEGER PRIMARY KEY,
	previous_hash TEXT NOT NULL,
	hash TEXT NOT NULL,
	text TEXT NOT NULL
) STRICT;

-- One row: the last entry. The next one follows on it, so that entries that were cut off leave a gap.
CREATE TABLE audit_head (
	sequence INTEGER NOT NULL,
	previous_hash TEXT NOT NULL,
	hash TEXT NOT NULL
) STRICT;
INSERT INTO audit_head (sequence, previous_hash, hash) VALUES (0, '', '');
-- What a sender called a delivery that made a job, so that it makes no second one. number is the order of time.
CREATE TABLE delivery_keys (
	number INTEGER PRIMARY KEY,
	webhook_id INTEGER NOT NULL,
	key_hash BLOB NOT NULL,
	body_hash BLOB NOT NULL,
	job_id TEXT NOT NULL,
	time INTEGER NOT NULL,
	UNIQUE (webhook_id, key_hash)
) STRICT;

-- Calls of webhooks, the latest of each. number is the order of arrival; bytes is what a row takes.
CREATE TABLE deliveries (
	number INTEGER PRIMARY KEY,
	delivery_id TEXT NOT NULL UNIQUE,
	webhook_name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	kind TEXT NOT NULL,
	time INTEGER NOT NULL,
	duration_microseconds INTEGER NOT NULL,
	is_accepted INTEGER NOT NULL,
	status INTEGER NOT NULL,
	code TEXT,
	reason TEXT,
	is_repeated INTEGER NOT NULL,
	is_skipped INTEGER NOT NULL DEFAULT 0,
	source_address TEXT,
	headers TEXT NOT NULL,
	body BLOB,
	job_id TEXT,
	bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_webhook ON deliveries (name_key, is_accepted, number);
CREATE INDEX deliveries_bytes ON deliveries (bytes);

-- Calls of each webhook by day (its first millisecond, UTC), those too that are no longer kept. name_key is its name in lower case.
CREATE TABLE call_counts (
	name_key TEXT NOT NULL,
	day INTEGER NOT NULL,
	accepted_count INTEGER NOT NULL,
	refused_count INTEGER NOT NULL,
	PRIMARY KEY (name_key, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_counts_day ON call_counts (day);

-- How many jobs have ended: counting them takes the longer the more there are. One row; the triggers keep it, in the same commit.
CREATE TABLE ended_jobs (count INTEGER NOT NULL) STRICT;
INSERT INTO ended_jobs (count) VALUES (0);
CREATE TRIGGER jobs_end AFTER UPDATE OF end_time ON jobs WHEN OLD.end_time IS NULL AND NEW.end_time IS NOT NULL
	BEGIN UPDATE ended_jobs SET count = count + 1; END;
CREATE TRIGGER jobs_forget AFTER DELETE ON jobs WHEN OLD.end_time IS NOT NULL
	BEGIN UPDATE ended_jobs SET count = count - 1; END;
-- superseded_time stands behind texts of megabytes: without the index all of them are read to find it.
CREATE INDEX runbook_contents_superseded ON runbook_contents (superseded_time) WHERE superseded_time IS NOT NULL;

-- Of a key of which a job was taken the next one is the first: at once, because several jobs are taken in one transaction.
CREATE TRIGGER jobs_claim AFTER UPDATE OF status ON jobs WHEN NEW.status = 'Activating' AND NEW.concurrency_key IS NOT NULL
	BEGIN UPDATE jobs SET is_behind = 0 WHERE is_behind = 1 AND number = (
		SELECT number FROM jobs WHERE concurrency_key = NEW.concurrency_key AND end_time IS NULL AND status = 'New' ORDER BY number LIMIT 1);
	END;

-- Browsers that are signed in. principal is JSON, of those whom Entra ID signed in.
CREATE TABLE sessions (
	id_hash TEXT PRIMARY KEY,
	token_hash TEXT NOT NULL,
	principal TEXT,
	creation_time INTEGER NOT NULL,
	expiry_time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Here one runner has the store for itself: these have rows on PostgreSQL alone.
CREATE TABLE nodes (
	node_id TEXT PRIMARY KEY,
	folder_id TEXT NOT NULL,
	host TEXT NOT NULL,
	version TEXT NOT NULL,
	slots INTEGER NOT NULL,
	registration_time INTEGER NOT NULL,
	beat_time INTEGER NOT NULL,
	contents_time INTEGER NOT NULL,
	draining_time INTEGER
) STRICT;
CREATE TABLE node_contents (
	node_id TEXT NOT NULL,
	content_hash TEXT NOT NULL,
	runbook_name TEXT NOT NULL,
	PRIMARY KEY (node_id, content_hash)
) STRICT;
CREATE TABLE lost_nodes (
	folder_id TEXT PRIMARY KEY,
	host TEXT NOT NULL,
	lost_time INTEGER NOT NULL
) STRICT;
CREATE TABLE webhook_rates (
	name_key TEXT PRIMARY KEY,
	full_until_time REAL NOT NULL
) STRICT;
