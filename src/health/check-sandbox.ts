import { HEALTH_SANDBOX_INTERVAL, HEALTH_SANDBOX_TIME_MAX, SANDBOX_PROOF_INTERVAL } from '../limits.ts'
import { type HealthCheck, up } from './health-check.ts'

/** What this folder needs of the sandboxes. */
export type SandboxProof = {
	/** How many were started so far, and how many could not be. */
	readonly starts: { succeeded: number; failed: number }
	/** Starts another one, which is ended when it is disposed. Throws an Error when it cannot be started. */
	startAnother(): Promise<AsyncDisposable>
}

/**
 * Whether a runbook would get a process. What jobs start is proof enough; another one is started only after a while without any,
 * and where one could not be: that may have been the fault of what one runbook asks for.
 */
export function sandboxCheck(sandboxes: SandboxProof, monotonic: () => number): HealthCheck {
	let seen = { succeeded: 0, failed: 0 }
	let provenAt: number | undefined
	return {
		part: 'sandbox',
		interval: HEALTH_SANDBOX_INTERVAL,
		timeMax: HEALTH_SANDBOX_TIME_MAX,
		async look() {
			const before = seen
			seen = { ...sandboxes.starts }
			if (seen.succeeded > before.succeeded) provenAt = monotonic()
			if (seen.failed === before.failed && provenAt !== undefined && monotonic() - provenAt < SANDBOX_PROOF_INTERVAL) return up()
			provenAt = undefined
			await using _ = await sandboxes.startAnother()
			provenAt = monotonic()
			return up()
		},
	}
}
