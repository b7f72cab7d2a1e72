/** Every bound of the product in one place, with its unit and the reason for its size. */

const KiB = 1024
const MiB = 1024 * KiB
const SECOND = 1000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE

/** Body of a webhook call, bytes. Azure Automation takes 512 KiB (524 288) of job parameters. */
export const WEBHOOK_BODY_BYTES_MAX = 512 * KiB
/** Bodies held in memory at once, over all calls, bytes; a further call is refused with 503. */
export const BODIES_BYTES_MAX = 256 * MiB
/** What is read of a refused body before the answer, bytes; a client that announces or sends more is answered at once. */
export const DRAINED_BYTES_MAX = 16 * MiB
/** Time a client has to send a whole request, milliseconds: one byte a second must not hold a connection for long. */
export const REQUEST_TIME_MAX = 30 * SECOND
/** Time it has for the head of it, milliseconds, and for the handshake of TLS before: both are sent at once by whoever means it. */
export const HEADER_TIME_MAX = 10 * SECOND
export const HANDSHAKE_TIME_MAX = 10 * SECOND
/** How often the server looks for requests over that time, milliseconds. */
export const REQUEST_CHECK_INTERVAL = 2 * SECOND
/** The head of a request, bytes, its URL, characters: tokens of Entra ID take some KiB, our own URLs a few hundred characters. */
export const HEADER_BYTES_MAX = 16 * KiB
export const URL_LENGTH_MAX = 8 * KiB
/** How long a connection may wait for its next request, milliseconds: longer than common proxies keep theirs (60 s), so that they close first. */
export const KEEP_ALIVE_TIME_MAX = 65 * SECOND
/** Connections open at once; a further one is closed at once. From CONNECTIONS_FULL on it takes the place of one that keeps the server waiting. */
export const CONNECTIONS_MAX = 10_000
export const CONNECTIONS_FULL = 9_000
/** How often the files of the certificate are looked at for a change, milliseconds. */
export const CERTIFICATE_CHECK_INTERVAL = SECOND
/** Followers of live streams at once, over all jobs, and over all test jobs. */
export const FOLLOWERS_MAX = 1_000
/** Followers of lists at once; how often each list is looked at, milliseconds. */
export const LIST_FOLLOWERS_MAX = 100
export const LIST_FOLLOW_INTERVAL = SECOND
/** A list that takes long is looked at so much less often: following it must not take more than a tenth of the store's time. */
export const LIST_FOLLOW_SHARE = 10
/** After this time a follower of a list has to ask anew, milliseconds, so that nobody sees on whose token has ended. */
export const LIST_FOLLOW_TIME_MAX = 5 * MINUTE
/** A comment is sent to followers after this much silence, milliseconds, so that proxies keep the connection. */
export const FOLLOW_COMMENT_INTERVAL = 15 * SECOND
/** How often it is looked whether a follower may still read, milliseconds: so long one goes on whose token was disabled. */
export const FOLLOW_ACCESS_INTERVAL = 5 * SECOND
/** Body of a management request, bytes: a runbook's content, or the parameters of a job. */
export const MANAGEMENT_BODY_BYTES_MAX = 8 * MiB
/** Entries of one page of a list unless told, as Azure's; and the most that may be asked for. */
export const LIST_PAGE_SIZE = 100
export const LIST_PAGE_SIZE_MAX = 1_000
/** Jobs looked through for a filtered list in one step, so that others' requests come in between; and in all for one page. */
export const LIST_STEP_JOBS = 2_000
export const LIST_JOBS_MAX = 200_000
/** Likewise for a text, in bytes of what is searched, because a call's body can be half a MiB: a step of some ten milliseconds, a page of half a second. */
export const SEARCH_STEP_BYTES = 4 * MiB
export const SEARCH_BYTES_MAX = 128 * MiB
/** What one job counts for beside its texts, bytes. */
export const SEARCH_JOB_BYTES = 200
/** Texts that one filter searches for: each is looked for in all that is searched, and whoever wants more can write a longer one. */
export const SEARCH_TEXTS_MAX = 5
/** One parameter value of a job or webhook, characters of its text: Azure's limit. */
export const PARAMETER_LENGTH_MAX = 524_288
/** Parameter values of one job or webhook: Azure's limit. */
export const PARAMETERS_MAX = 50
/** How long an address that was generated waits for the webhook it is for, milliseconds; and how many wait at the most. */
export const GENERATED_URI_TIME_MAX = 60 * MINUTE
export const GENERATED_URIS_MAX = 1_000
/** How long the URL of a replaced webhook stays valid unless told, and at the most, seconds. */
export const OVERLAP_SECONDS = 86_400
export const OVERLAP_SECONDS_MAX = 30 * 86_400
/** Intervals that jobs are counted in over time: a month of days. */
export const STATISTICS_INTERVALS_MAX = 31
/** How long the count of an interval that has passed is used, milliseconds. */
export const STATISTICS_TIME_MAX = 10 * MINUTE
/** Jobs of one runbook that are counted; beyond it the count stays there. */
export const JOB_COUNT_MAX = 10_000
/** Records read from the store at once, for followers, lists and output. */
export const STREAM_PAGE_SIZE = 100
/** Their bytes at once. */
export const STREAM_PAGE_BYTES = 4 * MiB
/** What a list reads of each record to show its beginning, characters of JSON. */
export const STREAM_HEAD_LENGTH = 600
/** Retry-After of a 503, seconds. */
export const RETRY_AFTER_SECONDS = 5

/** Longest validity of a webhook from its creation, milliseconds: Azure's ten years, leap days included. */
export const WEBHOOK_VALIDITY_MAX = 3653 * DAY
/** Size of webhooks.json, bytes. */
export const WEBHOOKS_FILE_BYTES_MAX = 8 * MiB
/** How often webhooks.json is looked at for a change, milliseconds. */
export const WEBHOOKS_FILE_CHECK_INTERVAL = 250
/** Longest wait until one that could not be applied is tried again, milliseconds. */
export const WEBHOOKS_FILE_RETRY_INTERVAL_MAX = 10 * SECOND

/** Files of runbooks/ that are looked at. */
export const RUNBOOKS_MAX = 1_000
/** One runbook with the local files it imports, bytes. */
export const RUNBOOK_CONTENT_BYTES_MAX = 8 * MiB
/** A runbook's file is looked at again for a job that comes this long after the last look, milliseconds. */
export const RUNBOOK_CHECK_INTERVAL = 20
/** How long the start waits for all runbooks to be loaded, milliseconds; those that take longer come later. */
export const START_LOAD_TIME_MAX = 5 * SECOND
/** Loading a runbook to read its declaration, milliseconds. */
export const INSPECTION_TIME_MAX = 10 * SECOND

/** What a runbook keeps under one key of its state, bytes of JSON; the key, characters; and keys of one runbook. */
export const STATE_BYTES_MAX = 64 * KiB
export const STATE_KEY_LENGTH_MAX = 128
export const STATE_KEYS_MAX = 1_000
/** Questions of one job to the runner that may wait for their answers. */
export const QUESTIONS_MAX = 100

/** A variable's value, characters of its JSON text: Azure's limit. A password and a user name, characters. */
export const VARIABLE_LENGTH_MAX = 1_048_576
export const PASSWORD_LENGTH_MAX = 65_536
export const USER_NAME_LENGTH_MAX = 1_024
/** Variables of an account, and credentials. */
export const ASSETS_MAX = 10_000
/** Values read from the store at once, and characters of values in one page of a list. */
export const ASSET_STEP = 20
export const ASSET_PAGE_LENGTH_MAX = 8 * MiB
/** Different assets that one job may use: each use is recorded with the job. */
export const ASSET_USES_MAX = 1_000
/** Uses that the audit trail has told of already, the newest: each job's first use of an asset is told once. */
export const ASSET_USES_REMEMBERED = 10_000
/** Shortest text that is masked in streams, characters: a shorter one would stand everywhere. */
export const MASKED_LENGTH_MIN = 4
/** Texts that are masked for one sandbox, in count and in characters: the longest variable with all of its lines, twice. */
export const MASKED_COUNT_MAX = 2_000
export const MASKED_LENGTH_MAX = 4 * MiB
/** Escapes within escapes that secrets are looked for in (JSON within JSON, HTML of a URL): one more is four times the work. */
export const MASKED_ESCAPES_MAX = 2
/** Longest JSON text of an object or array that is masked as a whole, too, characters: its parts are masked in any case. */
export const MASKED_WHOLE_LENGTH_MAX = 64 * KiB

/** Access tokens of an account; how long one may be valid, milliseconds: as long as a client secret of Entra ID. */
export const ACCESS_TOKENS_MAX = 1_000
export const ACCESS_TOKEN_VALIDITY_MAX = 732 * DAY
/** How often the last use of an access token is written at the most, milliseconds. */
export const ACCESS_TOKEN_USE_INTERVAL = MINUTE
/** Different wrong tokens that one address may try within so many milliseconds; then it is refused for their rest. At this pace a
 * token of 16 characters outlasts the machine, and a person who pastes wrong ones is not held up. */
export const WRONG_TOKENS_MAX = 20
export const WRONG_TOKENS_TIME = MINUTE
/** Addresses of which wrong tokens are remembered, the newest: 20 hashes each, some 20 MiB in all. */
export const WRONG_TOKEN_ADDRESSES_MAX = 10_000
/** How long a browser stays signed in, milliseconds: a working day, and less where its token expires before. */
export const SESSION_TIME_MAX = 12 * 60 * MINUTE
/** Browsers that are signed in at once; the oldest one is signed out for a further one. */
export const SESSIONS_MAX = 1_000
/** Difference between the clocks of Entra ID and this machine, seconds. */
export const ENTRA_CLOCK_SECONDS = 60
/** Keys of Entra ID: time for an answer; how long they are used; how soon they are asked for anew when a token names an unknown one, or the
 * last try failed, milliseconds. */
export const ENTRA_KEYS_TIME_MAX = 5 * SECOND
export const ENTRA_KEYS_AGE_MAX = 60 * MINUTE
export const ENTRA_KEYS_INTERVAL = 30 * SECOND
/** An answer of Entra ID, bytes: its keys have some 20 KiB, the tokens of one sign-in less. */
export const ENTRA_ANSWER_BYTES_MAX = 1 * MiB
/** How long a sign-in with Entra ID may take from the button until the browser is back, milliseconds: some have to find their telephone. */
export const SIGN_IN_TIME_MAX = 15 * MINUTE
/** Codes that are exchanged at once: each is a request of the runner to Entra ID, which anybody can set off. */
export const SIGN_INS_AT_ONCE_MAX = 50
/** How long Entra ID may take to exchange a code for a token, seconds; and how often it is logged that it does not, milliseconds. */
export const ENTRA_CODE_SECONDS_MAX = 10
export const ENTRA_CODE_LOG_INTERVAL = 30 * SECOND
/** Why nobody was signed in, characters, so that it fits into a cookie; and how long that waits for the page that shows it, seconds. */
export const SIGN_IN_FAULT_LENGTH_MAX = 500
export const SIGN_IN_FAULT_SECONDS = 60

/** Entries of the audit trail, in count: some 400 MiB. */
export const AUDIT_EVENTS_MAX = 1_000_000
/** How often old entries are looked for and failed sign-ins are summed up, milliseconds; entries deleted in one step, or read for a check. */
export const AUDIT_INTERVAL = MINUTE
export const AUDIT_STEP_EVENTS = 1_000
/** Entries that are looked through for one page of a filtered list. */
export const AUDIT_PAGE_EVENTS = 100_000
/** How much older than the retention an entry has to be before old ones are deleted, milliseconds: so that it is done, and told, once a day. */
export const AUDIT_PRUNE_INTERVAL = DAY
/** Checks of the whole trail at once: each reads all of it. */
export const AUDIT_CHECKS_MAX = 2
/** How often the head of the audit trail is logged, milliseconds. */
export const AUDIT_HEAD_INTERVAL = DAY
/** A text in an entry of the audit trail, characters. */
export const AUDIT_TEXT_LENGTH_MAX = 256
/** Addresses that one sum of failed sign-ins names; the others are counted together. */
export const FAILED_SIGN_IN_ADDRESSES_MAX = 20
/** Callers whose refused actions one sum tells, the others are counted together; and actions of each, the most frequent. */
export const REFUSED_CALLERS_MAX = 20
export const REFUSED_ACTIONS_TOLD_MAX = 10

/** Schedules and job schedules kept; declared by one runbook. */
export const SCHEDULES_MAX = 1_000
export const JOB_SCHEDULES_MAX = 2_000
export const DECLARED_SCHEDULES_MAX = 20
/** Longest interval of a schedule, in units of its frequency: a hundred months are Azure's most, and then some. */
export const SCHEDULE_INTERVAL_MAX = 1_000
/** A cron expression, characters. */
export const CRON_LENGTH_MAX = 256
/** Runs of a schedule that are told ahead at once: four days of an hourly one. */
export const SCHEDULE_RUNS_MAX = 100
/** Local days looked through for a next run: a leap day that has to be a certain weekday can be forty years away. */
export const SCHEDULE_SEARCH_DAYS = 100 * 366
/** A run that starts at most so late is no missed one, milliseconds: a restart around its instant is nobody's business. */
export const SCHEDULE_LATENESS_MAX = MINUTE
/** Missed runs of one job schedule that are made up for, the newest; and runs of one that wait for the run before them to end. */
export const CATCH_UP_RUNS_MAX = 100
export const WAITING_RUNS_MAX = 100
/** Runs of a job schedule that are looked at for jobs that have ended, before its next run: more run at once while the runner is behind. */
export const RUNS_CLOSED_AT_ONCE = 100
/** A clock that is put right by at most so much is not set back, milliseconds: nothing is repeated then. Two runners differ by less. */
export const CLOCK_STEP_MAX = MINUTE
/** How often all schedules are looked at anew, milliseconds: another runner of the same store may have changed them. */
export const SCHEDULES_REVIEW_INTERVAL = 5 * SECOND
/** Job schedules that are acted on at once, so that their jobs share commits. */
export const DUE_AT_ONCE = 50
/** How often the schedules that runbooks declare are looked at for a change, milliseconds. */
export const DECLARED_SCHEDULES_CHECK_INTERVAL = SECOND

/** Jobs that are claimed in one transaction, so that it stays under 5 ms. */
export const CLAIMED_AT_ONCE = 128
/** How far a webhook's priority may be from 0, up and down: enough to put other ones in between. */
export const PRIORITY_MAX = 100
/** Jobs of one concurrency key that run at once: more than a runner has slots. */
export const KEY_CONCURRENCY_MAX = 1_000
/** A concurrency key in webhooks.json: steps into the body, characters of each. A value: characters that are shown; a longer one is told apart by its hash. */
export const KEY_STEPS_MAX = 8
export const KEY_STEP_LENGTH_MAX = 64
export const KEY_VALUE_LENGTH_MAX = 128
/** Waiting jobs of a key that one call takes the place of: there is one at most, unless the webhook had another rule before. */
export const REPLACED_JOBS_MAX = 100
/** Jobs before a waiting one that are counted; beyond it "more than" is said. */
export const JOBS_BEFORE_MAX = 1_000

/** Waiting jobs of one list for each of which those before it are counted: a count takes some milliseconds. */
export const JOBS_COUNTED_BEFORE_MAX = 5
/** A wait that is told afterwards, milliseconds: shorter ones are the runner's own. */
export const WAIT_TOLD_MIN = 100
/** How long after a slot is free it is taken at the most, milliseconds: runners that share a store look once a second. */
export const SLOT_TAKEN_TIME_MAX = 2 * SECOND
/** Jobs that ended while one waited among which the reason is looked for: what lets a job go is among the last of them. */
export const ENDED_MEANWHILE_MAX = 1_000

/** Tries of a job in all: a job interrupted with its runner is started again until they are used up (Azure: three). */
export const JOB_TRIES_MAX = 3
/** Longest time limit a runbook may declare, seconds: below the 24 hours that a queue entry lasts in a cluster. */
export const TIMEOUT_SECONDS_MAX = 86_000
/** Default and longest time between a stop and the kill, seconds. */
export const STOP_GRACE_SECONDS = 10
export const STOP_GRACE_SECONDS_MAX = 120
/** Heap of a sandbox, MiB: Azure's 400; what may be asked for. */
export const MEMORY_MB = 400
export const MEMORY_MB_MIN = 32
export const MEMORY_MB_MAX = 16_384
/** What a sandbox may hold beyond its heap (Node itself, buffers), MiB; over both together it is killed. */
export const MEMORY_OVERHEAD_MB = 200

/** One stream record, bytes of its JSON text; longer ones are cut with a marker. */
export const STREAM_RECORD_BYTES_MAX = 1 * MiB
/** Records of one job, and their bytes; after that one Warning, and only the end is kept. */
export const STREAM_RECORDS_MAX = 10_000
export const STREAM_BYTES_MAX = 64 * MiB
/** How many of the last records are kept once the cap was met, and their bytes. */
export const STREAM_TAIL_RECORDS = 100
export const STREAM_TAIL_BYTES = 4 * MiB
/** How often a sandbox hands over the last records while the job still writes, milliseconds: so many are lost at the most when it is killed. */
export const STREAM_TAIL_INTERVAL = 500
/** Bytes of one job's records waiting for the store; beyond it the sandbox has to wait. */
export const STREAM_BUFFER_BYTES_MAX = 4 * MiB
/** The exception text of a job, characters. */
export const EXCEPTION_LENGTH_MAX = 64 * KiB

/** Silence after which a sandbox takes its runner for dead and kills its own process group, milliseconds; and the ping that prevents it. */
export const WATCHDOG_TIME_MAX = 5 * SECOND
export const WATCHDOG_PING_INTERVAL = 500
/** How long the end of a process may take to be seen after its channels closed, milliseconds; then it lives on without them. */
export const CHANNEL_CLOSE_TIME_MAX = 500
/** Starting a sandbox up to its readiness, milliseconds. */
export const SANDBOX_START_TIME_MAX = 30 * SECOND
/** Jobs one sandbox may serve before it is replaced. */
export const SANDBOX_JOBS_MAX = 1_000
/** A warm sandbox without a job is ended after this time, milliseconds. */
export const SANDBOX_IDLE_TIME_MAX = 5 * MINUTE
/** How long a sandbox that is no longer needed may take to end by itself, milliseconds. */
export const SANDBOX_END_TIME_MAX = 2 * SECOND
/** Launch settings for which spares are kept, the most recently used ones. */
export const SPARE_KINDS_MAX = 4
/** Time a sandbox has to show that a job left nothing behind, milliseconds. */
export const SETTLE_TIME_MAX = 200

/** Requests to the store that may wait, in count; beyond it a caller is refused. */
export const STORE_WAITING_MAX = 20_000
/** Requests that share one commit. */
export const STORE_BATCH_MAX = 512
/** Connections of one runner to PostgreSQL: what commits at the same time shares a flush of its log, and a hundred is what a server allows. */
export const POSTGRES_CONNECTIONS_MAX = 10
/** Free places in the queue from which on they are given away one transaction at a time: more than all runners write in one at once. */
export const QUEUE_PLACES_APART = 5_000
/** How long a count of the free places holds for each so many of them, milliseconds: fewer jobs come in that time from all runners. */
export const QUEUE_COUNT_TIME_MAX = 250
/** How long a connection may take to be had, milliseconds; and one statement: what is meant to be answered within a request is. */
export const POSTGRES_CONNECT_TIME_MAX = 5 * SECOND
export const POSTGRES_STATEMENT_TIME_MAX = 10 * SECOND
/**
 * How long a transaction stays open between two statements, milliseconds: a runner that freezes has lost its locks when the others take its jobs.
 * While webhooks.json is applied, which has a lock that nobody else waits for, longer.
 */
export const POSTGRES_IDLE_TIME_MAX = 5 * SECOND
export const POSTGRES_APPLY_TIME_MAX = MINUTE
/** How much later than the server a runner gives a statement up, milliseconds: then the server cannot be reached any more. */
export const POSTGRES_ANSWER_TIME_MAX = 2 * SECOND
/**
 * How long the connection for beats may take to be had, and one beat, milliseconds; then the database is taken to be away. With the time between
 * two beats it is as long as sandboxes hear of one.
 */
export const POSTGRES_BEAT_TIME_MAX = 3 * SECOND
/**
 * How often a runner tells the others what has changed, milliseconds: in between it is gathered, because each time all runners are woken. How much it
 * tells at once, and how much may wait to be told: what is left out the others find by looking.
 */
export const NOTICE_INTERVAL = 10
export const NOTICES_AT_ONCE = 100
export const NOTICES_WAITING_MAX = 1_000
/** How long a migration of the schema may take, and wait for that of another runner, milliseconds. */
export const POSTGRES_MIGRATION_TIME_MAX = 10 * MINUTE
/** Files of webhooks that several runners have applied and are known when they come again: more than are ever deployed side by side. */
export const WEBHOOKS_FILES_KNOWN = 100
/** Where several runners share a store: how often each tells that it lives, and looks for those that no longer do, milliseconds. */
export const NODE_BEAT_INTERVAL = SECOND
/**
 * After how long without telling it a runner gives its jobs up, and after how long the others take them, milliseconds. In between it has the
 * time to end its sandboxes. Sandboxes hear of it for no longer than their watchdogs' time before: one that hangs does not end them itself.
 */
export const NODE_BRIDGED_TIME_MAX = 8 * SECOND
export const NODE_SILENT_TIME_MAX = 10 * SECOND
export const NODE_PINGED_TIME_MAX = NODE_SILENT_TIME_MAX - WATCHDOG_TIME_MAX - SECOND
/** How long a runner that went silent is remembered and warned of, milliseconds: whoever looks after the alarm still sees which one it was. */
export const NODE_LOST_TIME = 10 * MINUTE
/** How long runners may differ in version or runbooks, or one may be draining, before it is warned of, milliseconds: longer than a deployment takes. */
export const NODES_DIFFER_TIME_MAX = 30 * MINUTE
/** How often it is looked whether that time is over, milliseconds. */
export const NODE_WATCH_INTERVAL = 250
/** Longest wait between two tries when the store refuses a write that must not be lost, milliseconds. */
export const STORE_RETRY_INTERVAL_MAX = 2 * SECOND
/** A store that is copied: rows written at once, and their bytes, unless one row alone has more. */
export const COPY_STEP_ROWS = 1_000
export const COPY_STEP_BYTES = 4 * MiB
/** How long one statement of a copy may take, and wait between two for the other side, milliseconds: a count reads a whole table. */
export const COPY_STATEMENT_TIME_MAX = 10 * MINUTE
/** How long it waits for what another transaction holds, milliseconds: on a store that nobody uses for nothing. */
export const COPY_LOCK_TIME_MAX = 5 * SECOND
/** How often its progress is told, or that of a backup, milliseconds. */
export const COPY_PROGRESS_INTERVAL = 250
/** Pages of 4 KiB that a backup reads and writes in one step: its progress is told between two, and it can be broken off. */
export const BACKUP_STEP_PAGES = 1_000
/** How often old jobs are looked for, milliseconds; and whether the disk is low, so that they have to go at once. */
export const RETENTION_INTERVAL = MINUTE
export const RETENTION_BEAT_INTERVAL = SECOND
/** How long requests have the store to themselves between two steps, milliseconds; not at all when the disk is low. */
export const RETENTION_PAUSE = 10
/** Jobs deleted in one step, their stream records, and the bytes of either, so that a step stays under 5 ms. */
export const RETENTION_STEP_JOBS = 25
export const RETENTION_STEP_RECORDS = 250
export const RETENTION_STEP_BYTES = 256 * KiB
/** Free pages of 4 KiB handed back to the disk in one step, for the same reason: each is filled with one from the end, which another names. */
export const RETENTION_STEP_PAGES = 64
/** Free space in the store from which on it is handed back in the midst of deleting, bytes: the more there is, the longer each page takes. */
export const RETENTION_FREE_BYTES = 16 * MiB
/** Ended jobs that stay, the newest, however large the store and however low the disk: whoever was told their ids is about to ask for them. */
export const RETENTION_REST_JOBS = 100
/** What may be asked for: jobs, and MiB of the store. */
export const RETENTION_JOBS_MAX = 10_000_000
export const RETENTION_MB_MIN = 64
export const RETENTION_MB_MAX = 1_048_576

/** Space left on the disk of the data folder below which history gives way, bytes, unless told; on a small disk so much of it instead. */
export const DISK_LOW_BYTES = 1024 * MiB
export const DISK_LOW_SHARE = 0.05
/** How much of that has to be left for new work to be taken: the rest is for the jobs that were. */
export const DISK_FULL_SHARE = 0.25
/** How much more has to be left until it counts as enough again, so that it does not go to and fro. */
export const DISK_AGAIN_SHARE = 1.25
/** What is held on the disk for the ends and streams of running jobs, bytes; on a small disk the less. SQLite needs 4 MiB to tidy up. */
export const DISK_RESERVE_BYTES_MAX = 64 * MiB
export const DISK_RESERVE_BYTES_MIN = 8 * MiB
/** The reserve is made when less than so many times the low mark is left: whoever has a large disk never writes it. */
export const DISK_RESERVE_NEAR = 4
/** How long it is not tried again when there was no room for it after all, milliseconds. */
export const DISK_RESERVE_AGAIN_TIME = MINUTE
/** How often the disk is looked at, milliseconds; and how long it counts as full once a write was refused, whatever it says itself: a quota. */
export const DISK_LOOK_INTERVAL = SECOND
export const DISK_REFUSED_TIME = 5 * SECOND

export const MILLISECONDS_PER_DAY = DAY

/** Tries of a request to Azure after the first one. */
export const AZURE_RETRIES_MAX = 3
/** One try of a request to Azure, milliseconds, unless the caller names another: the clients themselves would wait for ever. */
export const AZURE_REQUEST_TIME_MAX = 30 * SECOND
/** Longest wait that Azure may ask for between two tries, milliseconds. It is known to ask for twenty minutes, three times over. */
export const AZURE_THROTTLE_WAIT_MAX = 2 * MINUTE
/** How often a long-running operation of Azure is asked after, milliseconds, unless Azure names another interval. */
export const AZURE_POLL_INTERVAL = 2 * SECOND
/** Text of one failure of Azure, characters: a broken answer is quoted whole by the clients. */
export const AZURE_FAILURE_LENGTH_MAX = 2_000

/** Size of settings.json, bytes; how often it is looked at for a change, milliseconds; health keys that are valid at once, and modes. */
export const SETTINGS_FILE_BYTES_MAX = 64 * KiB
export const SETTINGS_FILE_CHECK_INTERVAL = 500
export const HEALTH_KEYS_MAX = 10
export const HEALTH_MODES_MAX = 20

/** How often a part's health is looked at, milliseconds: what costs next to nothing often, what starts a process or asks others rarely. */
export const HEALTH_CHECK_INTERVAL = 5 * SECOND
export const HEALTH_SANDBOX_INTERVAL = 15 * SECOND
export const HEALTH_LIST_INTERVAL = 15 * SECOND
export const HEALTH_AZURE_INTERVAL = 5 * MINUTE
/** Longer than this a check counts as failed, milliseconds: of a part of the runner; of a process to start; of signing in to Azure. */
export const HEALTH_CHECK_TIME_MAX = SECOND
export const HEALTH_SANDBOX_TIME_MAX = 10 * SECOND
export const HEALTH_AZURE_TIME_MAX = 30 * SECOND
/** Listing the runbooks loads those that have changed, milliseconds. */
export const HEALTH_RUNBOOKS_TIME_MAX = 30 * SECOND
/** Identities of runbooks that are signed in with in one look. */
export const HEALTH_IDENTITIES_MAX = 10
/** What is known of a part may be so much older than interval and time of its check make it, milliseconds; then it says nothing any more. */
export const HEALTH_STALE_TIME_MAX = 5 * SECOND
/** How long the answer of a health endpoint waits to know who asks, milliseconds: it has to come within a second, also while the store hangs. */
export const HEALTH_CALLER_TIME_MAX = 500
/** Who has started no sandbox within this time starts one to see whether it can, milliseconds. */
export const SANDBOX_PROOF_INTERVAL = MINUTE
/** A job that waits longer means that the queue is stuck, unless settings.json has another time, seconds. */
export const QUEUE_AGE_SECONDS_MAX = 900
/** Space left on the disk of the data folder, below which it counts as full unless settings.json has another size, MiB; and files. */
export const DISK_FREE_MB_MIN = 100
export const DISK_FREE_FILES_MIN = 1_000
/** How far clock and monotonic time may part within the window that is looked at, milliseconds; clocks are slewed by less. */
export const CLOCK_SKEW_MAX = 2 * SECOND
export const CLOCK_WINDOW = 2 * MINUTE
/** The schedules have to be looked at at least so often, milliseconds: six times the interval they are reviewed in. */
export const SCHEDULES_BEAT_MAX = 30 * SECOND
/** A webhook that expires within this time, or has within it, is warned of, milliseconds. */
export const WEBHOOK_EXPIRY_WARNING_TIME = 7 * DAY
/** Names in one message of a part's health. */
export const HEALTH_NAMES_MAX = 20
/** Webhooks whose secrets one look at them asks for: each may be a question to the store. */
export const HEALTH_SIGNED_WEBHOOKS_MAX = 100
/** Webhooks, runbooks and access tokens that are told apart in metrics; the others are counted together, or not told. */
export const METRIC_WEBHOOKS_MAX = 100
export const METRIC_ACCESS_TOKENS_MAX = 100
export const METRIC_RUNBOOKS_MAX = 50
/** How long OpenTelemetry may take at the end to send what it still has, milliseconds. */
export const TELEMETRY_END_TIME_MAX = 5 * SECOND
/** Entries of a webhook's list of addresses. */
export const ALLOWED_ADDRESSES_MAX = 1_000
/** Calls of a webhook's rate, and the seconds that they are counted in, at the most. */
export const RATE_CALLS_MAX = 1_000_000
export const RATE_SECONDS_MAX = 86_400
/** Webhooks whose rates are remembered at once; beyond it those that have nothing to remember are forgotten. */
export const RATES_MAX = 20_000
/** How far the time of a signed call may be from ours, seconds, unless told, and at the most: what senders' documents name. */
export const SIGNATURE_TOLERANCE_SECONDS = 300
export const SIGNATURE_TOLERANCE_SECONDS_MAX = 3_600
/** Shortest secret that signs calls, characters: a shorter one can be guessed from one call. */
export const SIGNATURE_SECRET_LENGTH_MIN = 8
/** How long a secret that signs calls is used before it is read again, milliseconds; and how many are held at once. */
export const SIGNATURE_SECRET_TIME_MAX = SECOND
export const SIGNATURE_SECRETS_MAX = 1_000
/** A bearer token, characters. */
export const BEARER_TOKEN_LENGTH_MAX = 16_384
/** Tenants whose keys are held at once. */
export const ENTRA_TENANTS_MAX = 100

/** How long a delivery is known, so that it makes no second job, milliseconds: senders give up after a day at the latest. And how many are. */
export const DELIVERY_KEY_TIME_MAX = DAY
export const DELIVERY_KEYS_MAX = 1_000_000
/** Of them deleted in one step, so that a step stays under 5 ms. */
export const DELIVERY_KEYS_STEP = 500

/** Deliveries kept of one webhook: so many accepted ones and so many refused ones, so that neither pushes the other out. */
export const DELIVERIES_PER_WEBHOOK_MAX = 100
/** Bytes of either kind of one webhook: who may call one, or only knows its name, must not push out what came to the others. */
export const DELIVERIES_PER_WEBHOOK_BYTES_MAX = 4 * MiB
/** Deliveries kept of all webhooks, in count, and with their bodies, bytes. */
export const DELIVERIES_MAX = 20_000
export const DELIVERIES_BYTES_MAX = 64 * MiB
/** Counts of calls that are written or forgotten by one statement: four values each, of some thirty thousand that one may have. */
export const CALL_COUNTS_STEP = 500
/** How long a delivery waits to be written with others, milliseconds. */
export const DELIVERIES_WRITE_INTERVAL = 500
/** Deliveries that wait to be written, in count and in bytes; a further one is lost, and counted. */
export const DELIVERIES_WAITING_MAX = 5_000
export const DELIVERIES_WAITING_BYTES_MAX = 16 * MiB
/** Deliveries written or deleted in one step, in count and in bytes, so that calls come in between. */
export const DELIVERIES_STEP = 50
export const DELIVERIES_STEP_BYTES = 512 * KiB
/** What a row takes beside its headers and its body, bytes, by estimate. */
export const DELIVERY_ROW_BYTES = 400

/** Days before its expiry on which the operator is told that a webhook expires. */
export const EXPIRY_WARNING_DAYS = [30, 7, 1] as const
/** How often webhooks are looked through for it, milliseconds. */
export const EXPIRY_CHECK_INTERVAL = 10 * MINUTE
/** A webhook that was not called for so long is shown as unused, days. */
export const UNUSED_WEBHOOK_DAYS = 90
