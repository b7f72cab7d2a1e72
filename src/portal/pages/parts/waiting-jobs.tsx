import type { Job, JobItem, Page } from '../answers.ts'
import { ask, pathOf, query, term } from '../api.ts'
import { href } from '../route.ts'
import { Await, Time } from './basics.tsx'
import { Card } from './card.tsx'
import { useLoaded } from './loaded.ts'
import { Table } from './table.tsx'

const REFRESH_INTERVAL = 5_000
/** So many are asked why they wait: each is a request of its own. */
const SHOWN = 5

/** The newest of the jobs that wait, each with the reason. */
async function waiting(): Promise<Job[]> {
	const listed = await Promise.all(
		['New', 'Suspended'].map((status) => ask<Page<JobItem>>(`/jobs${query({ $top: SHOWN, $filter: term('status', 'eq', status) })}`)),
	)
	const jobs = listed.flatMap(({ value }) => value).slice(0, SHOWN)
	return Promise.all(jobs.map(({ properties: { jobId } }) => ask<Job>(pathOf('jobs', jobId))))
}

function reasonOf({ properties: { status, statusDetails } }: Job): string {
	if (status === 'Suspended') return 'Suspended: it waits to be resumed.'
	return statusDetails === 'None' || statusDetails === '' ? 'For its turn.' : statusDetails
}

export function WaitingJobs() {
	const listed = useLoaded(waiting, '', REFRESH_INTERVAL)
	return (
		<Card title="Waiting, and why" more={href('jobs', undefined, { status: 'New' })}>
			<Await of={listed}>
				{(jobs) => (
					<Table
						label="Waiting jobs"
						columns={[
							{ title: 'Runbook', cell: ({ properties: { jobId, runbook } }) => <a href={href('jobs', jobId)}>{runbook.name}</a> },
							{ title: 'Since', cell: ({ properties: { creationTime } }) => <Time of={creationTime} /> },
							{ title: 'Why', cell: reasonOf },
						]}
						rows={jobs}
						keyOf={({ properties: { jobId } }) => jobId}
						empty="Nothing waits."
					/>
				)}
			</Await>
		</Card>
	)
}
