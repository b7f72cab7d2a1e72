import { setTimeout as wait } from 'node:timers/promises'
import { INSPECTION_TIME_MAX, MEMORY_MB } from '../limits.ts'
import type { Inspection } from '../runbooks/runbook.ts'
import type { LaunchSettings } from './sandbox-launch.ts'
import type { SandboxPool } from './sandbox-pool.ts'

/** What a sandbox is started with when nothing is known of the runbook yet. */
export const defaultLaunch: LaunchSettings = {
	memoryMb: MEMORY_MB,
	permissions: { read: [], write: [], childProcess: false, addons: false },
	packages: [],
}

/** Loads a runbook's file in a sandbox of its own, because loading it runs its code, and says what it declares. */
export async function inspectRunbook(
	pool: Pick<SandboxPool, 'borrow'>,
	file: string,
	timeMax: number = INSPECTION_TIME_MAX,
): Promise<Inspection> {
	await using borrowed = await pool.borrow(defaultLaunch)
	const timer = new AbortController()
	const late = wait(timeMax, undefined, { signal: timer.signal }).then((): Inspection => {
		borrowed.sandbox.kill()
		return { files: [], fault: `It was not loaded within ${timeMax / 1000} s.` }
	})
	try {
		return await Promise.race([borrowed.sandbox.inspect(file), late])
	} finally {
		timer.abort()
		late.catch(() => undefined)
	}
}
