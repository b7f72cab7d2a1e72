import type { Job } from './job.ts'
import { isFinal, type JobStatus } from './job-status.ts'
import type { JobStore } from './job-store.ts'

export type JobAction = 'stop' | 'suspend' | 'resume'
export type ControlOutcome = { kind: 'done' } | { kind: 'notFound' } | { kind: 'refused'; message: string }

type Plan = { kind: 'change'; to: JobStatus } | { kind: 'nothing' } | { kind: 'refused'; message: string }

/** What an action on a job of this status leads to. */
export function planAction(action: JobAction, status: JobStatus): Plan {
	if (isFinal(status)) return { kind: 'refused', message: `The job has already ended: ${status}.` }
	switch (action) {
		case 'stop':
			if (status === 'Stopping') return { kind: 'nothing' }
			return { kind: 'change', to: status === 'New' || status === 'Suspended' ? 'Stopped' : 'Stopping' }
		case 'suspend':
			if (status === 'Suspended') return { kind: 'nothing' }
			if (status === 'New') return { kind: 'change', to: 'Suspended' }
			return { kind: 'refused', message: 'A running TypeScript job cannot be suspended.' }
		case 'resume':
			if (status === 'Suspended') return { kind: 'change', to: 'New' }
			return { kind: 'refused', message: `The job is not suspended: ${status}.` }
	}
}

/** More tries than a job has statuses to pass through: then something else is wrong. */
const triesMax = 10

/**
 * Carries an action out. A job that moved in between is looked at again.
 * `changed` is told the new status after it was written, so that whoever runs or queues the job can act.
 */
export async function controlJob(
	action: JobAction,
	job: Job,
	{
		jobs,
		now,
		changed,
	}: { jobs: Pick<JobStore, 'get' | 'changeStatus'>; now: number; changed: (jobId: string, status: JobStatus) => void },
): Promise<ControlOutcome> {
	let current: Job | undefined = job
	for (let tries = 0; tries < triesMax; tries++) {
		if (!current) return { kind: 'notFound' }
		const plan = planAction(action, current.status)
		if (plan.kind === 'refused') return plan
		if (plan.kind === 'nothing') return { kind: 'done' }
		const reason = plan.to === 'Stopped' ? { exception: 'The job was stopped.' } : {}
		if (await jobs.changeStatus({ jobId: current.jobId, from: current.status, to: plan.to, at: now, ...reason })) {
			changed(current.jobId, plan.to)
			return { kind: 'done' }
		}
		current = await jobs.get(current.jobId)
	}
	throw new Error(`Job ${job.jobId} changed its status ${triesMax} times while it was to ${action}.`)
}
