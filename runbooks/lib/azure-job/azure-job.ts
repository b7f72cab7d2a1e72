// The job in Azure: started once, looked at, stopped.
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { mayPass } from 'runhook'
import { type AzureAccount, worded } from './azure-account.ts'
import { type Patience, patiently } from './patience.ts'

/** How a job stands; `exception` is there when it failed. */
export type JobStanding = { status: string; statusDetails: string; exception: string }

/** Tries to start, and to look whether a try without an answer had started it; the wait between two, milliseconds. */
const TRIES_MAX = 3
const TRY_WAIT = 1_000
/** Stops that are tried of a job that is not there. */
const STOP_TRIES_MAX = 3

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
	patience: Patience
}

/** Starts the job, and resolves with its id. Rejects with what Azure answered when it cannot be started. */
export async function startOnce(account: AzureAccount, { jobName, request, patience }: StartOrder): Promise<string> {
	const { client, names, azure } = account
	for (let tries = 1; ; tries++) {
		try {
			const { jobId = jobName } = await client.job.create(...names, jobName, request)
			return jobId
		} catch (error) {
			// Without an answer nobody knows whether it was started; a conflict says that it was.
			const failed = azure.failure(error)
			const mayBeThere = failed.statusCode === 409 || mayPass(failed)
			if (!mayBeThere) throw error
			const there = await patiently(patience, () => findJob(account, jobName)).catch((failure: Error) => {
				throw patience.signal.aborted ? failure : mayGoOn(jobName, failure)
			})
			if (there !== undefined) return there
			if (tries >= TRIES_MAX) throw failed.statusCode === 429 ? error : mayGoOn(jobName, worded(azure, error))
			await wait(TRY_WAIT, undefined, { signal: patience.signal })
		}
	}
}

function mayGoOn(jobName: string, { message }: Error): Error {
	return new Error(`The job in Azure may have been started and may go on; its name is ${jobName}. ${message}`)
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

type StopOrder = {
	jobName: string
	pollSeconds: number
	/** Ends the wait for the job's end. The stop itself is sent all the same. */
	signal: AbortSignal
	/** Whether Azure is known to have the job: it may show it a little later. */
	isStarted: boolean
}

/**
 * Passes a stop on, again while the job goes on, and resolves with how the job stands once it has ended or the signal aborts; undefined when
 * there is no such job. Rejects with what a stop or a look failed with when that is the last that is known.
 */
export async function stopJob(
	account: AzureAccount,
	{ jobName, pollSeconds, signal, isStarted }: StopOrder,
): Promise<JobStanding | undefined> {
	const { azure } = account
	for (let tries = 1; ; tries++) {
		let standing: JobStanding | undefined
		let failure: unknown
		try {
			standing = await stopAndLook(account, jobName)
			if (isOver(standing)) return standing
		} catch (error) {
			failure = error
			const failed = azure.failure(error)
			const isMissing = failed.statusCode === 404
			// A start that was just being asked for may still come about.
			if (isMissing && !isStarted && tries >= STOP_TRIES_MAX) return undefined
			if (!isMissing && !mayPass(failed)) throw error
		}
		const isLast = await wait(pollSeconds * 1000, false, standing || isStarted ? { signal } : {}).catch(() => true)
		if (isLast && standing) return standing
		if (isLast) throw failure
	}
}

/** Azure may refuse a stop: of a job that has ended, and of one that is just starting. What it looks like decides. */
async function stopAndLook(account: AzureAccount, jobName: string): Promise<JobStanding> {
	const { client, names, azure } = account
	const refused = await client.job.stop(...names, jobName).then(
		() => undefined,
		(error: unknown) => error,
	)
	if (refused !== undefined && ![400, 409].includes(azure.failure(refused).statusCode ?? 0)) throw refused
	return standingOf(account, jobName)
}

/** Whether nobody can resume it any more. */
export function isOver({ status }: JobStanding): boolean {
	return ['Completed', 'Failed', 'Stopped'].includes(status)
}
