/** Every bound of the command line in one place, with its unit and the reason for its size. Those of the server are not its own. */

/** Time for one answer, milliseconds; followed streams have their own. */
export const REQUEST_TIME_MAX = 30_000
/** Pages of one list: a server may answer empty ones for ever. */
export const PAGES_MAX = 20_000
/** Entries that a list shows unless `--limit` says otherwise, and what it may say. */
export const LIST_LIMIT = 100
export const LIST_LIMIT_MAX = 1_000_000
/** Entries that a server puts into one page of a list at the most. */
export const LIST_PAGE_MAX = 1_000
/** A token of Azure is used until so long before its end, milliseconds. */
export const AZURE_TOKEN_TIME_LEFT = 5 * 60_000
/** Tries of a job's start; the wait before the second one, milliseconds, and twice that before the third. */
export const START_TRIES_MAX = 3
export const START_WAIT = 500

/** Tries in a row to take up a stream that broke off, and the longest wait between two, milliseconds: a minute in all, for a server that starts anew. */
export const FOLLOW_TRIES_MAX = 15
export const FOLLOW_WAIT_MAX = 5_000
/** The server sends something every 15 s: a connection that is silent for longer is dead, milliseconds. */
export const FOLLOW_SILENCE_MAX = 45_000
/** When a job is looked at that may have been suspended, and how often then, milliseconds: no event tells of it. */
export const FIRST_LOOK_TIME = 1_000
export const LOOK_INTERVAL = 5_000
/** Text of one event, characters: a record of 1 MiB stands in it three times, escaped. */
export const EVENT_LENGTH_MAX = 32 * 1024 * 1024
/** How often Azure is asked for the records of a job, milliseconds; how many questions in a row may go unanswered: a minute; records that are read. */
export const POLL_INTERVAL = 2_000
export const POLL_FAILURES_MAX = 30
export const POLL_RECORDS_MAX = 100_000

/** Size of a parameters file, bytes: what a job may be given, and some room. */
export const PARAMETERS_FILE_BYTES_MAX = 1024 * 1024
/** What is typed, or comes on standard input, where a secret is expected, characters: the value of a variable can be as long. */
export const SECRET_INPUT_LENGTH_MAX = 1024 * 1024 + 2
/** Text of an error, characters: the page of something else than an Automation account can be long. */
export const MESSAGE_LENGTH_MAX = 2_000
/** A value in a table, characters: one row stays one line. */
export const CELL_LENGTH_MAX = 80
/** Time for the names that complete a word, milliseconds: whoever presses Tab does not wait longer. */
export const NAMES_TIME_MAX = 1_500

/** Entries of one kind that an import reads: as many webhooks as webhooks.json may hold. */
export const IMPORT_ENTRIES_MAX = 10_000
/** Tries of one question to the account, and the longest wait that it may ask for between two, milliseconds: Azure's limits begin anew each minute. */
export const IMPORT_TRIES_MAX = 4
export const IMPORT_WAIT_MAX = 120_000
/** Size of a webhooks.json that an import looks at, bytes, as the server has it. */
export const WEBHOOKS_FILE_BYTES_MAX = 8 * 1024 * 1024
/** Longest validity of a webhook, milliseconds, and the longest description of a webhook or schedule, characters, as the server has them. */
export const WEBHOOK_VALIDITY_MAX = 3653 * 86_400_000
export const DESCRIPTION_LENGTH_MAX = 512

/** How often a copy of a store tells its progress where no bar can be drawn, milliseconds. */
export const PROGRESS_LINE_INTERVAL = 5_000
