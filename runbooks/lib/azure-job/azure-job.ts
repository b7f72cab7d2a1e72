// The job in Azure: started once, looked at, stopped.
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { type AzureAccount, mayPass } from './azure-account.ts'

/** How a job stands; `exception` is there when it failed. */
export type JobStanding = { status: string; statusDetails: string; exception: string }

/** Tries to start, and to look whether a try without an answer had started it; the wait between two, milliseconds. */
const TRIES_MAX = 3
const TRY_WAIT = 1_000

/**
 * The name of the job in Azure: the same whenever this job of ours runs, so that there is one job of that name at the most. It is not our
 * job's own id, because a runner that is asked to start a job on itself has a job of that id.
 */
export function azureJobName(jobId: string): string {
	const hash = createHash('sha256').update(`start-azure-runbook ${jobId}`).digest('hex')
	// A UUID of version 8: its bits are the maker's own.
	return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

type StartOrder = {
	jobName: string
	request: { runbook: { name: string }; parameters: Record<string, string>; runOn?: string }
}

/** Starts the job, and resolves with its id. Rejects with what Azure answered when it cannot be started. */
export async function startOnce(account: AzureAccount, { jobName, request }: StartOrder): Promise<string> {
	const { client, names, azure } = account
	for (let tries = 1; ; tries++) {
		try {
			const { jobId = jobName } = await client.job.create(...names, jobName, request)
			return jobId
		} catch (error) {
			// Without an answer nobody knows whether it was started; a conflict says that it was.
			const mayBeThere = azure.failure(error).statusCode === 409 || mayPass(azure, error)
			const there = mayBeThere ? await findJob(account, jobName) : undefined
			if (there !== undefined) return there
			if (tries >= TRIES_MAX || !mayPass(azure, error)) throw error
			await wait(TRY_WAIT)
		}
	}
}

/** The id of the job of that name; undefined when there is none. */
export async function findJob({ client, names, azure }: AzureAccount, jobName: string): Promise<string | undefined> {
	try {
		const { jobId = jobName } = await client.job.get(...names, jobName)
		return jobId
	} catch (error) {
		if (azure.failure(error).statusCode === 404) return undefined
		throw error
	}
}

export async function standingOf({ client, names }: AzureAccount, jobName: string): Promise<JobStanding> {
	const { status = '', statusDetails, exception } = await client.job.get(...names, jobName)
	return { status, statusDetails: statusDetails && statusDetails !== 'None' ? statusDetails : '', exception: exception ?? '' }
}

/** Whether nothing more comes of it by itself: a suspended job waits for somebody to resume it. */
export function hasEnded({ status }: JobStanding): boolean {
	return ['Completed', 'Failed', 'Stopped', 'Suspended'].includes(status)
}

/** Passes a stop on, and resolves with how the job stands once it has ended or the signal aborts; undefined when there is no such job. */
export async function stopJob(
	account: AzureAccount,
	{ jobName, pollSeconds, signal }: { jobName: string; pollSeconds: number; signal: AbortSignal },
): Promise<JobStanding | undefined> {
	const { client, names, azure } = account
	try {
		await client.job.stop(...names, jobName)
	} catch (error) {
		const { statusCode } = azure.failure(error)
		if (statusCode === 404) return undefined
		// It may have ended by itself: what it looks like decides.
		if (statusCode !== 409 && statusCode !== 400) throw error
	}
	let standing = await standingOf(account, jobName)
	while (!hasEnded(standing)) {
		try {
			await wait(pollSeconds * 1000, undefined, { signal })
			standing = await standingOf(account, jobName)
		} catch (error) {
			if (signal.aborted) return standing
			if (!mayPass(azure, error)) throw error
		}
	}
	return standing
}
