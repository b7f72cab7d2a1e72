import { randomUUIDv7 } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

const runbooks = [
	['backup', 'backup-now'],
	['deploy', 'deploy-staging'],
	['deploy', 'deploy-staging'],
	['rotate-keys', null],
] as const
const HOUR = 3_600_000

/** Numbers from 0 to 1, the same in each run: pictures should differ only where the portal does. */
function numbers(): () => number {
	let state = 42
	return () => {
		state = (state * 1_103_515_245 + 12_345) % 2 ** 31
		return state / 2 ** 31
	}
}

/** Writes a day of jobs, and a week of calls, into the store of a runner that is down. */
export function exampleHistory(database: DatabaseSync, now: number): void {
	const random = numbers()
	for (let count = 640; count > 0; count--) {
		const at = Math.round(now - count * 125_000 - random() * 60_000)
		const hoursAgo = (now - at) / HOUR
		// A working day with its hump, and an hour in which something was wrong.
		if (random() > 0.25 + 0.75 * Math.exp(-((hoursAgo - 5) ** 2) / 30)) continue
		const [runbook, webhook] = runbooks[Math.floor(random() ** 2 * 4)]!
		const isFailed = random() < (Math.floor(hoursAgo) === 8 ? 0.35 : 0.02)
		const status = random() < 0.015 ? 'Stopped' : isFailed ? 'Failed' : 'Completed'
		const end = at + 40 + Math.round((2 + random() * 6 + (hoursAgo < 6 ? 9 * random() : 0)) * 1_000)
		writeJob(database, { runbook, webhook, status, at, end })
	}
	const calls = database.prepare('INSERT INTO call_counts (name_key, day, accepted_count, refused_count) VALUES (?, ?, ?, ?)')
	const today = Math.floor(now / (24 * HOUR)) * 24 * HOUR
	for (let day = 1; day <= 6; day++) {
		calls.run('deploy-staging', today - day * 24 * HOUR, 40 + Math.round(random() * 90), Math.round(random() * 3))
		calls.run('backup-now', today - day * 24 * HOUR, 20 + Math.round(random() * 9), 0)
	}
}

type Written = { runbook: string; webhook: string | null; status: string; at: number; end: number }

function writeJob(database: DatabaseSync, { runbook, webhook, status, at, end }: Written): void {
	const row = {
		...{
			job_id: randomUUIDv7(),
			runbook_name: runbook,
			content_hash: 'none',
			webhook_name: webhook,
			parameters: '{"environment":"staging"}',
		},
		...{ status, is_test: 0, try_count: 1, creation_time: at, queued_time: at, claim_time: at + 5, start_time: at + 40, end_time: end },
		...{ exception: status === 'Failed' ? 'Error: web-1 answers 500.' : null, last_modified_time: end, last_status_modified_time: end },
	}
	const names = Object.keys(row)
	database.prepare(`INSERT INTO jobs (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(...Object.values(row))
}
