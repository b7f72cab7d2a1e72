import { isFinal, jobStatuses } from '../jobs/job-status.ts'
import { RETENTION_STEP_RECORDS } from '../limits.ts'
import type { Database } from './database.ts'

// One that lies in the folder of a runner is superseded by that of another one: both are in use.
const supersededSql = `SELECT content_hash FROM runbook_contents INDEXED BY runbook_contents_superseded WHERE superseded_time < ?1
	AND NOT EXISTS (SELECT 1 FROM node_contents WHERE node_contents.content_hash = runbook_contents.content_hash) LIMIT 1`
const openSql = `SELECT number, content_hash FROM jobs INDEXED BY jobs_status WHERE status = ?1 AND is_test = ?2 AND number > ?3
	ORDER BY number LIMIT ${RETENTION_STEP_RECORDS}`
// Kept or put anew meanwhile it is not old any more.
const keepSql = 'UPDATE runbook_contents SET superseded_time = ?3 WHERE content_hash = ?1 AND superseded_time < ?2'
const deleteSql = 'DELETE FROM runbook_contents WHERE content_hash = ?1 AND superseded_time < ?2'

/** Deletes contents of runbooks that were superseded before an instant; one that a job needs which has not ended is kept on from `now`. */
export async function deleteContents(database: Database, before: number, now: number): Promise<void> {
	let needed: Set<string> | undefined
	for (;;) {
		const [content] = await database.rows<{ content_hash: string }>(supersededSql, before)
		if (!content) return
		needed ??= await neededContents(database)
		const old = [content.content_hash, before]
		const isNeeded = needed.has(content.content_hash)
		await database.transaction([isNeeded ? { sql: keepSql, values: [...old, now] } : { sql: deleteSql, values: old }])
	}
}

/** The contents that jobs run or wait for, looked through a few jobs at a time. */
async function neededContents(database: Database): Promise<Set<string>> {
	const needed = new Set<string>()
	// New once more at the end: a job that is resumed or put back meanwhile goes there from a status that comes later.
	for (const status of [...jobStatuses.filter((each) => !isFinal(each)), 'New'])
		for (const isTest of [0, 1])
			for (let last: number | undefined = 0; last !== undefined; ) {
				const jobs: { number: number; content_hash: string }[] = await database.rows(openSql, status, isTest, last)
				for (const { content_hash } of jobs) needed.add(content_hash)
				last = jobs.at(-1)?.number
			}
	return needed
}
