-- The same tables, columns and values as on SQLite. Times are milliseconds since 1970, UTC.
-- What lists are ordered by compares by its bytes, as on SQLite, whatever the collation of the database is.

-- Hex of the SHA-256 of a text, for the chain of the audit trail.
CREATE FUNCTION sha256(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	AS $$ SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex') $$;

CREATE TABLE settings (
	name text PRIMARY KEY,
	value text NOT NULL
);

-- Every content of a runbook that jobs were started with: its files and what it declares.
CREATE TABLE runbook_contents (
	content_hash text PRIMARY KEY,
	runbook_name text NOT NULL,
	made_with text NOT NULL,
	definition text NOT NULL,
	files text NOT NULL,
	creation_time bigint NOT NULL,
	superseded_time bigint
);
CREATE INDEX runbook_contents_current ON runbook_contents (runbook_name) WHERE superseded_time IS NULL;

-- What the operator set over what a runbook's file declares; null where the file stands. runbook_key is the runbook's name in lower case.
CREATE TABLE runbook_settings (
	runbook_key text PRIMARY KEY,
	description text,
	log_verbose bigint,
	log_progress bigint,
	log_activity_trace bigint NOT NULL,
	tags text NOT NULL
);

-- What runbooks keep from job to job. runbook_key is the runbook's name in lower case.
CREATE TABLE runbook_states (
	runbook_key text NOT NULL,
	key text NOT NULL,
	json text NOT NULL,
	PRIMARY KEY (runbook_key, key)
);

-- Addresses that were generated for webhooks to come.
CREATE TABLE generated_uris (
	token_hash text PRIMARY KEY,
	creation_time bigint NOT NULL
);

-- A deleted webhook stays as a row that no longer holds its name: its token's hash is remembered for ever.
-- One that was replaced has a deleted_time ahead: until then its URL is valid beside its successor's. name_key is the name in lower case.
CREATE TABLE webhooks (
	webhook_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL,
	name_key text COLLATE "C" NOT NULL,
	token_hash text NOT NULL UNIQUE,
	runbook_name text NOT NULL,
	parameters text NOT NULL,
	description text,
	allowed_origins text NOT NULL,
	protections text NOT NULL DEFAULT '{}',
	origin text NOT NULL,
	is_enabled bigint NOT NULL,
	is_enabled_in_file bigint NOT NULL,
	expiry_time bigint NOT NULL,
	expired_time bigint,
	creation_time bigint NOT NULL,
	last_modified_time bigint NOT NULL,
	last_invoked_time bigint,
	deleted_time bigint,
	successor_hash text,
	expiry_warned_days bigint
);
CREATE UNIQUE INDEX webhooks_name ON webhooks (name_key) WHERE deleted_time IS NULL;
CREATE INDEX webhooks_every_name ON webhooks (name_key);

-- Variables and credentials. name_key is the name in lower case. value is the JSON text of a plain variable; of an encrypted one, or of a credential, it is sealed with the key key_id.
CREATE TABLE assets (
	kind text COLLATE "C" NOT NULL,
	name text NOT NULL,
	name_key text COLLATE "C" NOT NULL,
	user_name text,
	value text NOT NULL,
	key_id text,
	description text,
	creation_time bigint NOT NULL,
	last_modified_time bigint NOT NULL,
	PRIMARY KEY (kind, name_key)
);
CREATE INDEX assets_key ON assets (key_id) WHERE key_id IS NOT NULL;

-- What each job did with which asset.
CREATE TABLE asset_uses (
	job_id text NOT NULL,
	kind text COLLATE "C" NOT NULL,
	name text COLLATE "C" NOT NULL,
	access text NOT NULL,
	source text NOT NULL,
	first_time bigint NOT NULL,
	last_time bigint NOT NULL,
	use_count bigint NOT NULL,
	PRIMARY KEY (job_id, kind, name, access, source)
);

-- number is the order of arrival. name and name_key, the name in lower case, are null where it equals job_id.
CREATE TABLE jobs (
	number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	job_id text NOT NULL UNIQUE,
	name text,
	name_key text COLLATE "C",
	runbook_name text NOT NULL,
	content_hash text NOT NULL,
	webhook_id bigint,
	webhook_name text,
	parameters text NOT NULL,
	status text NOT NULL,
	status_details text NOT NULL DEFAULT 'None',
	started_by text,
	is_test bigint NOT NULL,
	request_hash text,
	exception text,
	try_count bigint NOT NULL DEFAULT 0,
	creation_time bigint NOT NULL,
	start_time bigint,
	end_time bigint,
	last_modified_time bigint NOT NULL,
	last_status_modified_time bigint NOT NULL,
	traceparent text
);
CREATE UNIQUE INDEX jobs_name ON jobs (name_key) WHERE name_key IS NOT NULL;
CREATE INDEX jobs_waiting ON jobs (runbook_name, number) WHERE status = 'New';
CREATE INDEX jobs_status ON jobs (status, is_test, number);
CREATE INDEX jobs_runbook ON jobs (lower(runbook_name), is_test, number);
CREATE INDEX jobs_ended ON jobs (end_time, status, is_test) WHERE end_time IS NOT NULL;

CREATE TABLE job_streams (
	job_id text NOT NULL,
	sequence bigint NOT NULL,
	time bigint NOT NULL,
	stream_type text NOT NULL,
	json text NOT NULL,
	PRIMARY KEY (job_id, sequence)
);

-- name_key is the name in lower case.
CREATE TABLE schedules (
	schedule_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL,
	name_key text COLLATE "C" NOT NULL UNIQUE,
	description text,
	recurrence text NOT NULL,
	start_time bigint NOT NULL,
	expiry_time bigint,
	time_zone text NOT NULL,
	missed text NOT NULL,
	overlap text NOT NULL,
	is_enabled bigint NOT NULL,
	origin text NOT NULL,
	declared_by text,
	creation_time bigint NOT NULL,
	last_modified_time bigint NOT NULL
);

-- What was due up to decided_time is decided; last_failure is why a run made no job.
CREATE TABLE job_schedules (
	job_schedule_id text COLLATE "C" PRIMARY KEY,
	schedule_id bigint NOT NULL,
	runbook_name text NOT NULL,
	parameters text NOT NULL,
	decided_time bigint NOT NULL,
	last_failure text,
	creation_time bigint NOT NULL
);
CREATE INDEX job_schedules_schedule ON job_schedules (schedule_id);

-- A run is the pair of job schedule and due instant, and exists once. job_id is null while it waits for the run before it;
-- open_job_schedule_id is its job schedule until its job was seen to have ended, then null: so open runs are found without those that were.
CREATE TABLE scheduled_runs (
	job_schedule_id text COLLATE "C" NOT NULL,
	due_time bigint NOT NULL,
	job_id text,
	open_job_schedule_id text,
	PRIMARY KEY (job_schedule_id, due_time)
);
CREATE INDEX scheduled_runs_open ON scheduled_runs (open_job_schedule_id, due_time) WHERE open_job_schedule_id IS NOT NULL;
CREATE INDEX scheduled_runs_job ON scheduled_runs (job_id) WHERE job_id IS NOT NULL;

-- Tokens that manage the account within a role. name_key is the name in lower case.
CREATE TABLE access_tokens (
	name text NOT NULL,
	name_key text COLLATE "C" PRIMARY KEY,
	token_hash text NOT NULL UNIQUE,
	role text NOT NULL,
	description text,
	is_enabled bigint NOT NULL,
	expiry_time bigint NOT NULL,
	creation_time bigint NOT NULL,
	created_by text NOT NULL,
	last_used_time bigint
);

-- hash is the SHA-256, in hex, of previous_hash, sequence and text with line feeds between; text is canonical JSON.
CREATE TABLE audit_events (
	sequence bigint PRIMARY KEY,
	previous_hash text NOT NULL,
	hash text NOT NULL,
	text text NOT NULL
);

-- One row: the last entry. The next one follows on it, so that entries that were cut off leave a gap.
CREATE TABLE audit_head (
	sequence bigint NOT NULL,
	previous_hash text NOT NULL,
	hash text NOT NULL
);
INSERT INTO audit_head (sequence, previous_hash, hash) VALUES (0, '', '');
-- What a sender called a delivery that made a job, so that it makes no second one. number is the order of time.
CREATE TABLE delivery_keys (
	number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	webhook_id bigint NOT NULL,
	key_hash bytea NOT NULL,
	body_hash bytea NOT NULL,
	job_id text NOT NULL,
	time bigint NOT NULL,
	UNIQUE (webhook_id, key_hash)
);

-- Calls of webhooks, the latest of each. number is the order of arrival; bytes is what a row takes.
CREATE TABLE deliveries (
	number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	delivery_id text NOT NULL UNIQUE,
	webhook_name text NOT NULL,
	name_key text COLLATE "C" NOT NULL,
	kind text COLLATE "C" NOT NULL,
	time bigint NOT NULL,
	duration_microseconds bigint NOT NULL,
	is_accepted bigint NOT NULL,
	status bigint NOT NULL,
	code text,
	reason text,
	is_repeated bigint NOT NULL,
	source_address text,
	headers text NOT NULL,
	body bytea,
	job_id text,
	bytes bigint NOT NULL
);
CREATE INDEX deliveries_webhook ON deliveries (name_key, is_accepted, number);
CREATE INDEX deliveries_bytes ON deliveries (bytes);
