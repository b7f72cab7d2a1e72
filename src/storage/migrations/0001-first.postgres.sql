-- The same tables, columns and values as on SQLite. Times are milliseconds since 1970, UTC.
-- What lists are ordered by compares by its bytes, as on SQLite, whatever the collation of the database is.

-- Hex of the SHA-256 of a text, for the chain of the audit trail.
CREATE FUNCTION sha256(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	AS $$ SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex') $$;

-- Where a text first stands in another one; 0 where it does not. SQLite calls it so.
CREATE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	AS $$ SELECT strpos($1, $2) $$;

CREATE TABLE settings (
	name text PRIMARY KEY,
	value text NOT NULL
);

-- Every content of a runbook that jobs were started with: its files and what it declares. is_whole is 0 where a file is read from the disk.
CREATE TABLE runbook_contents (
	content_hash text PRIMARY KEY,
	runbook_name text NOT NULL,
	made_with text NOT NULL,
	definition text NOT NULL,
	files text NOT NULL,
	is_whole bigint NOT NULL,
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
-- Of one concurrency_key at most key_concurrency jobs run at once. Of those that wait the first has is_behind 0 and the others 1, so that
-- whoever takes jobs never looks through those that cannot be next. held_by is the node that took the job.
-- claim_time is when it was taken, and queued_time since when it had waited for that; null of one that waits.
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
	traceparent text,
	priority bigint NOT NULL DEFAULT 0,
	concurrency_key text,
	key_concurrency bigint,
	is_behind bigint NOT NULL DEFAULT 0,
	held_by text,
	queued_time bigint,
	claim_time bigint
);
CREATE UNIQUE INDEX jobs_name ON jobs (name_key) WHERE name_key IS NOT NULL;
CREATE INDEX jobs_waiting ON jobs (runbook_name, content_hash, priority DESC, number) WHERE status = 'New' AND is_behind = 0;
CREATE INDEX jobs_key ON jobs (concurrency_key, status, number) WHERE concurrency_key IS NOT NULL AND end_time IS NULL;
CREATE INDEX jobs_status ON jobs (status, is_test, number);
CREATE INDEX jobs_runbook ON jobs (lower(runbook_name), is_test, number);
CREATE INDEX jobs_webhook ON jobs (lower(webhook_name), is_test, number) WHERE webhook_name IS NOT NULL;
CREATE INDEX jobs_ended ON jobs (end_time, status, is_test, start_time, runbook_name) WHERE end_time IS NOT NULL;

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
	is_skipped bigint NOT NULL DEFAULT 0,
	source_address text,
	headers text NOT NULL,
	body bytea,
	job_id text,
	bytes bigint NOT NULL
);
CREATE INDEX deliveries_webhook ON deliveries (name_key, is_accepted, number);
CREATE INDEX deliveries_bytes ON deliveries (bytes);

-- Calls of each webhook by day (its first millisecond, UTC), those too that are no longer kept. name_key is its name in lower case.
CREATE TABLE call_counts (
	name_key text COLLATE "C" NOT NULL,
	day bigint NOT NULL,
	accepted_count bigint NOT NULL,
	refused_count bigint NOT NULL,
	PRIMARY KEY (name_key, day)
);
CREATE INDEX call_counts_day ON call_counts (day);

-- How many jobs have ended, as changes that are added up: one row for all would be written by one job that ends at a time.
CREATE TABLE ended_jobs (count bigint NOT NULL);
CREATE FUNCTION count_ended_job() RETURNS trigger LANGUAGE plpgsql
	AS $$ BEGIN INSERT INTO ended_jobs (count) VALUES (TG_ARGV[0]::bigint); RETURN NULL; END $$;
CREATE TRIGGER jobs_end AFTER UPDATE OF end_time ON jobs FOR EACH ROW WHEN (OLD.end_time IS NULL AND NEW.end_time IS NOT NULL)
	EXECUTE FUNCTION count_ended_job('1');
CREATE TRIGGER jobs_forget AFTER DELETE ON jobs FOR EACH ROW WHEN (OLD.end_time IS NOT NULL) EXECUTE FUNCTION count_ended_job('-1');
CREATE INDEX runbook_contents_superseded ON runbook_contents (superseded_time) WHERE superseded_time IS NOT NULL;

-- The lock of those that change which jobs of a concurrency key wait. Held to the end of the transaction.
CREATE FUNCTION key_lock(concurrency_key text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	AS $$ SELECT hashtextextended('key ' || concurrency_key, 0) $$;

-- The runners that share the database: each of them is another node after every start, and after it could not tell that it lives.
-- Times are by the clock of the database: those of the machines may differ. slots is how many jobs it runs at once; contents_time is when the
-- contents last changed that it has. One that is draining takes no more jobs.
CREATE TABLE nodes (
	node_id text PRIMARY KEY,
	folder_id text NOT NULL,
	host text NOT NULL,
	version text NOT NULL,
	slots bigint NOT NULL,
	registration_time bigint NOT NULL,
	beat_time bigint NOT NULL,
	contents_time bigint NOT NULL,
	draining_time bigint
);

-- The contents of the runbooks that lie in the folder of each.
CREATE TABLE node_contents (
	node_id text NOT NULL REFERENCES nodes ON DELETE CASCADE,
	content_hash text NOT NULL,
	runbook_name text NOT NULL,
	PRIMARY KEY (node_id, content_hash)
);
CREATE INDEX node_contents_hash ON node_contents (content_hash);

-- Those that went silent without leaving, for a while.
CREATE TABLE lost_nodes (
	folder_id text PRIMARY KEY,
	host text NOT NULL,
	lost_time bigint NOT NULL
);

-- Whether a node may take jobs of a content. One that has it in its folder may; one that has not takes it from runbook_contents, but only when
-- no node has it that takes jobs, and when no file of it would have to be read from the disk. Without a node any may be taken.
CREATE FUNCTION may_take(node text, hash text) RETURNS boolean LANGUAGE sql STABLE
	AS $$ SELECT node IS NULL OR EXISTS (SELECT 1 FROM node_contents WHERE node_id = node AND content_hash = hash)
		OR NOT EXISTS (SELECT 1 FROM node_contents JOIN nodes USING (node_id) WHERE content_hash = hash AND draining_time IS NULL)
			AND NOT EXISTS (SELECT 1 FROM runbook_contents WHERE content_hash = hash AND is_whole = 0) $$;

-- Whether any node may, now or when it takes jobs again.
CREATE FUNCTION may_run(hash text) RETURNS boolean LANGUAGE sql STABLE
	AS $$ SELECT EXISTS (SELECT 1 FROM node_contents WHERE content_hash = hash)
		OR NOT EXISTS (SELECT 1 FROM runbook_contents WHERE content_hash = hash AND is_whole = 0) $$;

-- Takes up to `most` jobs for a node, where it still is one and takes jobs: those that are next, and their slots. limits is an object of runbooks and
-- how many jobs of each may run at once. By one request, so that a runner that freezes in the middle holds up nobody.
--
-- Jobs are taken in sets: all that are next at once, up to where one comes first that is still behind another one of its key. Who takes a job of a runbook
-- with a limit does so alone among those who do, because the limit is counted; others wait for nobody.
-- To plan anew takes longer than to claim. A plan that is kept from when there was little to read must not read more than is taken: none of those is made.
CREATE FUNCTION claim_jobs(at bigint, limits jsonb, most bigint, holder text) RETURNS SETOF jobs LANGUAGE plpgsql
	SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
	is_alone boolean := false;
	has_limits boolean;
	has_keys boolean;
	candidates bigint[];
	own bigint[];
	passed bigint[] := '{}';
	keyed record;
	keys text[];
	tries int := 50;
	taken_count bigint;
BEGIN
	-- Who sets a node draining waits for those that claim.
	PERFORM pg_advisory_xact_lock_shared(hashtextextended('claim', 0));
	WHILE most > 0 LOOP
		-- The contents are found by steps over the index, and of each the first ones that may run: more, the more of them others had before.
		-- Ranges instead of the values themselves, because the server would else take the order from the primary key.
		WITH RECURSIVE line (name, hash) AS (
			(SELECT runbook_name, content_hash FROM jobs WHERE status = 'New' AND is_behind = 0 ORDER BY runbook_name, content_hash LIMIT 1)
			UNION ALL
			SELECT after.* FROM line, LATERAL (SELECT runbook_name, content_hash FROM jobs
				WHERE status = 'New' AND is_behind = 0 AND (runbook_name, content_hash) > (line.name, line.hash)
				ORDER BY runbook_name, content_hash LIMIT 1) AS after
		), held (name, count) AS (
			SELECT runbook_name, count(*) FROM jobs WHERE status IN ('Activating', 'Running', 'Stopping') AND limits ? runbook_name
				AND EXISTS (SELECT FROM line WHERE limits ? name) GROUP BY runbook_name
		), allowed (name, hash, room) AS MATERIALIZED (
			SELECT name, hash, (limits ->> name)::bigint - coalesce(held.count, 0) FROM line LEFT JOIN held USING (name) WHERE may_take(holder, hash)
		), next AS (
			SELECT first.*, room, row_number() OVER (PARTITION BY name ORDER BY priority DESC, number) AS place FROM allowed, LATERAL (
				SELECT number, priority, concurrency_key, key_concurrency FROM jobs WHERE status = 'New' AND is_behind = 0
					AND (runbook_name, content_hash) >= (allowed.name, allowed.hash) AND (runbook_name, content_hash) <= (allowed.name, allowed.hash)
					AND number <> ALL (passed) AND (concurrency_key IS NULL OR key_concurrency > (
						SELECT count(*) FROM jobs AS taken WHERE taken.concurrency_key = jobs.concurrency_key AND taken.end_time IS NULL
							AND taken.status IN ('Activating', 'Running', 'Stopping')))
				ORDER BY runbook_name, content_hash, priority DESC, number LIMIT least(most + cardinality(passed), room)) AS first
			WHERE room IS NULL OR room > 0
		), ordered AS (
			SELECT *, ARRAY[-priority, number] AS position, min(CASE WHEN key_concurrency > 1 THEN (
					SELECT ARRAY[-priority, number] FROM jobs WHERE jobs.concurrency_key IS NOT NULL AND end_time IS NULL
						AND (jobs.concurrency_key, status) >= (first.concurrency_key, 'New') AND (jobs.concurrency_key, status) <= (first.concurrency_key, 'New')
					ORDER BY jobs.concurrency_key, status, number LIMIT 1 OFFSET 1) END)
				OVER (ORDER BY priority DESC, number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS position_behind
			FROM (SELECT * FROM next WHERE room IS NULL OR place <= room ORDER BY priority DESC, number LIMIT most + cardinality(passed)) AS first
		)
		SELECT array_agg(number), bool_or(room IS NOT NULL), bool_or(concurrency_key IS NOT NULL) INTO candidates, has_limits, has_keys
			FROM ordered WHERE position_behind IS NULL OR position < position_behind;
		EXIT WHEN candidates IS NULL;
		-- Not before there is something to take: the commit of a lock is waited for, too.
		PERFORM FROM nodes WHERE node_id = holder AND draining_time IS NULL FOR KEY SHARE;
		IF holder IS NOT NULL AND NOT FOUND THEN
			RETURN;
		END IF;
		IF has_limits AND NOT is_alone THEN
			PERFORM pg_advisory_xact_lock(hashtextextended('limits', 0));
			is_alone := true;
			CONTINUE;
		END IF;
		-- What somebody else is about to change is passed over. (`||` because not all that wait are to be looked at.)
		own := ARRAY(SELECT number FROM jobs WHERE number = ANY (candidates) AND status || '' = 'New' AND is_behind = 0
			ORDER BY priority DESC, number LIMIT most FOR UPDATE SKIP LOCKED);
		passed := passed || CASE WHEN cardinality(own) < most THEN candidates ELSE own END;
		keys := '{}';
		IF has_keys THEN
			<<each_key>> FOR keyed IN SELECT number, concurrency_key AS key FROM jobs WHERE number = ANY (own) AND concurrency_key IS NOT NULL LOOP
				-- Waited for a moment only: who holds it may wait for a job that is held here.
				WHILE NOT pg_try_advisory_xact_lock(key_lock(keyed.key)) LOOP
					IF tries = 0 THEN
						own := array_remove(own, keyed.number);
						CONTINUE each_key;
					END IF;
					tries := tries - 1;
					PERFORM pg_sleep(0.002);
				END LOOP;
				keys := keys || keyed.key;
			END LOOP;
		END IF;
		RETURN QUERY WITH claimed AS (
			UPDATE jobs SET status = 'Activating', try_count = try_count + 1, last_modified_time = at, last_status_modified_time = at,
				held_by = holder, queued_time = last_status_modified_time, claim_time = at
			-- While the key was waited for another one of it may have been taken.
			WHERE number = ANY (own) AND (concurrency_key IS NULL OR key_concurrency > (
				SELECT count(*) FROM jobs AS taken WHERE taken.concurrency_key = jobs.concurrency_key AND taken.end_time IS NULL
					AND taken.status IN ('Activating', 'Running', 'Stopping'))) RETURNING *
		) SELECT * FROM claimed ORDER BY priority DESC, number;
		GET DIAGNOSTICS taken_count = ROW_COUNT;
		most := most - taken_count;
		IF has_keys THEN
			UPDATE jobs SET is_behind = 0 WHERE is_behind = 1 AND number IN (
				SELECT (SELECT number FROM jobs WHERE concurrency_key IS NOT NULL AND end_time IS NULL
					AND (concurrency_key, status) >= (of_key, 'New') AND (concurrency_key, status) <= (of_key, 'New')
					ORDER BY concurrency_key, status, number LIMIT 1)
				FROM unnest(keys) AS of_key);
		END IF;
	END LOOP;
END $$;

-- Browsers that are signed in. principal is JSON, of those whom Entra ID signed in.
CREATE TABLE sessions (
	id_hash text PRIMARY KEY,
	token_hash text NOT NULL,
	principal text,
	creation_time bigint NOT NULL,
	expiry_time bigint NOT NULL
);

-- When the calls that were counted of a webhook with a rate will have run off, milliseconds since 1970. Lost when the server crashes, as a runner
-- that has a store for itself loses them: who waits for the count must not wait for the disk.
CREATE UNLOGGED TABLE webhook_rates (
	name_key text PRIMARY KEY,
	full_until_time double precision NOT NULL
);

-- Counts a call of a webhook where it fits and returns 0, else the milliseconds until one does: as the function takeCall of a runner that has
-- a store for itself. The clock is read once the row is ours.
CREATE FUNCTION take_call(webhook text, calls bigint, seconds bigint) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
	span double precision := seconds * 1000;
	at double precision;
	full_until double precision;
BEGIN
	INSERT INTO webhook_rates AS own (name_key, full_until_time) VALUES (webhook, 0)
		ON CONFLICT (name_key) DO UPDATE SET full_until_time = own.full_until_time RETURNING full_until_time INTO full_until;
	at := extract(epoch FROM clock_timestamp()) * 1000;
	full_until := least(greatest(full_until, at), at + span);
	-- Sums of fractions are not exact.
	IF full_until + span / calls - at > span + 0.001 THEN
		RETURN full_until + span / calls - at - span;
	END IF;
	UPDATE webhook_rates SET full_until_time = full_until + span / calls WHERE name_key = webhook;
	RETURN 0;
END $$;
