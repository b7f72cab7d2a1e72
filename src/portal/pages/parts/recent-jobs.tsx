import type { JobItem } from '../answers.ts'

/** The last jobs of a runbook as bars, the newest on the right, and how many of those that ended went well. */
export function RecentJobs({ jobs }: { jobs: JobItem[] | undefined }) {
	if (!jobs || jobs.length === 0) return <span class="weak">{jobs ? 'None yet' : '-'}</span>
	const statuses = jobs.map(({ properties: { status } }) => status)
	const ended = statuses.filter((status) => ['Completed', 'Failed', 'Stopped'].includes(status))
	const completed = ended.filter((status) => status === 'Completed').length
	const text = ended.length === 0 ? statuses[0]! : `${Math.round((100 * completed) / ended.length)} % completed`
	return (
		<>
			<span class="recent" aria-hidden="true">
				{jobs.toReversed().map(({ properties: { jobId, status } }) => (
					<span key={jobId} class={status.toLowerCase()} />
				))}
			</span>
			{text}
		</>
	)
}
